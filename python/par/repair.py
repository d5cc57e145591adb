"""How what an interrupted par left is healed: a half-made context is undone, a half-removed one finished.

There is one way back, whoever walks it: the process that failed, or the next one after a kill -9. It
is led by the record, which was written before the first effect, and by marks that tell what is ours.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from par import disposal, index, locks, removal, trash
from par.disposal import keep
from par.errors import ParError, StateError
from par.git import links, remotes, repository, stale, work
from par.index import Index
from par.locks import Operation
from par.model import Context, Phase, Worktree
from par.tmux import sessions


def heal(found: Index, socket: Path) -> None:
    """Repair each context of `found` whose last operation died before its end.

    One that cannot be repaired stays as it is and hinders no other; the next par tries again.
    """
    for context in found.contexts:
        if not context.is_ready:
            with suppress(ParError, OSError), locks.adopted(context.operation) as operation:
                current = index.load(socket).like(context.label) if operation else None
                if operation and current == context:
                    _clear_locks(context, operation)
                    _repair(context, operation)


def _clear_locks(context: Context, operation: Operation) -> None:
    """Delete what a git of the operation left that died with it, and would stop all that follows."""
    begun = operation.begun or (context.created_at.timestamp() if context.phase is Phase.CREATING else None)
    for number, worktree in enumerate(context.worktrees):
        if worktree.repository.common_dir.is_dir() and not context.is_adopted:
            with locks.repository(worktree.repository.common_dir):
                stale.clear(worktree, (worktree.path, trash.grave(operation.id, number)), begun)


def _repair(context: Context, operation: Operation) -> None:
    if context.is_adopted:
        live = sessions.sessions(context.socket)
        removal.forget(context, next((each for each in live if each.label == context.label), None))
    elif context.phase is Phase.CREATING:
        if any(map(_holds_work, context.worktrees)):
            keep(context)
        elif failed := roll_back(context, operation):
            raise StateError("; ".join(failed))
    elif context.phase is Phase.RESTORING:
        disposal.end_restoring(context, operation)
    elif context.phase is Phase.PURGING:
        _end_purging(context, operation)
    elif trash.load(operation.id):
        disposal.put_away(context, operation, _session_id(context))
    else:
        trash.clear(operation.id, ())
        keep(context)


def _end_purging(context: Context, operation: Operation) -> None:
    if all(links.is_linked(worktree) for worktree in context.worktrees):
        removal.delete_discarded(operation)
        keep(context)
    else:
        # Whether it was forced died with it: what cannot be judged stays
        removal.finish(context, operation, _session_id(context), keeps=True)


def _holds_work(worktree: Worktree) -> bool:
    """Whether a worktree whose checkout was finished has files of the user's since."""
    if not links.is_checked_out(worktree):
        return False
    if links.checked_out(worktree.path) != worktree.branch:
        return True
    return bool(work.uncommitted(worktree.path, worktree.repository))


def roll_back(context: Context, operation: Operation) -> list[str]:
    """Undo the making of `context`, as far as it came; what could not be undone, a line each.

    A step that fails stops no other. While one fails the record stays, and the next par tries again.
    """
    steps: list[tuple[str, Callable[[], object]]] = [
        ("kill the session", partial(removal.kill_session, context))
    ]
    steps += [(f"remove {each.path}", partial(_remove, each, operation)) for each in context.worktrees]
    steps.append(("delete the logs of its commands", partial(removal.drop_init, context)))
    steps.append(("delete the removed files", partial(removal.delete_discarded, operation)))
    failed = []
    for what, step in steps:
        try:
            step()
        except (OSError, ParError) as error:
            failed.append(f"could not {what}: {error}")
    if not failed:
        with locks.index():
            index.save(index.load(context.socket).without(context.label))
    return failed


def _remove(worktree: Worktree, operation: Operation) -> None:
    if not worktree.repository.common_dir.is_dir():
        return
    with locks.repository(worktree.repository.common_dir):
        removal.discard(worktree, operation)
        remotes.drop_fetched(worktree.repository, operation)
        oid = worktree.is_branch_ours and repository.branch_oid(worktree.repository, worktree.branch)
        if oid and repository.is_untouched(worktree.repository, worktree.branch, operation.id):
            repository.delete_branch(worktree.repository, worktree.branch, oid)


def _session_id(context: Context) -> str | None:
    known = {(each.label, each.label or each.name): each.id for each in sessions.sessions(context.socket)}
    return known.get((context.label, context.label)) or known.get(("", context.session))

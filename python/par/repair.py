"""How what an interrupted par left is healed: a half-made context is undone, a half-removed one finished.

There is one way back, whoever walks it: the process that failed, or the next one after a kill -9. It
is led by the record, which was written before the first effect, and by marks that tell what is ours.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from par import (
    disposal,
    dropping,
    index,
    locks,
    narration,
    paths,
    removal,
    roots,
    trash,
    undoing,
)
from par.disposal import keep
from par.errors import ParError, StateError
from par.git import edits, links, repository, stale
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
        removal.forget(context, sessions.of(context))
    elif context.phase is Phase.CREATING:
        _end_creating(context, operation)
    elif context.phase is Phase.RESTORING:
        disposal.end_restoring(context, operation)
    elif context.phase is Phase.ADDING:
        _end_adding(context, operation)
    elif context.phase is Phase.DROPPING:
        dropping.end(context, operation)
    elif context.phase is Phase.RETURNING:
        disposal.give_up(context, operation)
        narration.tell(f"'{context.label}' is back as it was: its removal had failed")
    elif context.phase is Phase.PURGING:
        _end_purging(context, operation)
    elif trash.load(operation.id):
        disposal.put_away(context, operation, _session_id(context))
        narration.tell(f"'{context.label}' is in the trash now: its removal was interrupted")
    else:
        trash.clear(operation.id, ())
        keep(context)


def _end_creating(context: Context, operation: Operation) -> None:
    made = tuple(each for each in context.worktrees if links.is_checked_out(each))
    if not made or not (any(map(_holds_work, made)) or roots.files(context)):
        _see_to_it(undoing.roll_back(context, operation))
    elif made == context.worktrees:
        keep(context)
    else:
        _set_aside(context, made, operation)


def _set_aside(context: Context, made: tuple[Worktree, ...], operation: Operation) -> None:
    """Put those worktrees of a workspace which were made, and hold work, into the trash; undo the rest."""
    for worktree in context.worktrees:
        if worktree not in made:
            undoing.remove(worktree, operation)
    removal.delete_discarded(operation)
    rest = replace(context, phase=Phase.REMOVING, worktrees=tuple(map(doomed, made)))
    with locks.index():
        index.save(index.load(context.socket).with_(rest))
    disposal.put_away(rest, operation, _session_id(rest))
    narration.tell(f"'{context.label}' was never whole; the work in it is in the trash: par trash")


def doomed(worktree: Worktree) -> Worktree:
    """The worktree, with the commit at which its branch may go: none where the branch is not par's."""
    tip = repository.branch_oid(worktree.repository, worktree.branch) if worktree.is_branch_ours else None
    return replace(worktree, doomed_oid=tip or "")


def _end_adding(context: Context, operation: Operation) -> None:
    if _holds_work(context.worktrees[-1]):
        keep(context)
    else:
        _see_to_it(undoing.take_out(context, operation))


def _see_to_it(failed: list[str]) -> None:
    if failed:
        raise StateError("; ".join(failed))


def _end_purging(context: Context, operation: Operation) -> None:
    if _is_in_place(context, operation):
        removal.delete_discarded(operation)
        keep(context)
    else:
        # Whether it was forced died with it: what cannot be judged stays
        removal.finish(context, operation, _session_id(context), keeps=True)


def _is_in_place(context: Context, operation: Operation) -> bool:
    if root := roots.of(context):  # it goes first, with all that is in it
        grave = paths.removed(operation.id)
        return root.is_dir() and not (grave.is_dir() and any(grave.iterdir()))
    return all(links.is_linked(worktree) for worktree in context.worktrees)


def _holds_work(worktree: Worktree) -> bool:
    """Whether a worktree whose checkout was finished has files of the user's since."""
    if not links.is_checked_out(worktree):
        return False
    if links.checked_out(worktree.path) != worktree.branch:
        return True
    return bool(edits.uncommitted(worktree.path, worktree.repository))


def _session_id(context: Context) -> str | None:
    known = {(each.label, each.label or each.name): each.id for each in sessions.sessions(context.socket)}
    return known.get((context.label, context.label)) or known.get(("", context.session))

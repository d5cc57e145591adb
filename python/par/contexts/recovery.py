"""What an interrupted par left is recovered: a half-made context is undone, a half-removed one finished.

There is one way back, whoever walks it: the process that failed, or the next one after a kill -9. It
is led by the record, which was written before the first effect, and by marks that say what is par's.
"""

from contextlib import suppress
from pathlib import Path

from par.contexts import carrying, dropping, renaming, returning, rollback
from par.errors import ParError, StateError
from par.git import edits, links, repository, stale_locks
from par.model import Context, Phase, Worktree
from par.state import index, locks, paths
from par.state.index import Index
from par.state.locks import Operation
from par.system import narration
from par.tmux import sessions, started
from par.trash import entries, removal, restoring, storing, workspace_folder
from par.trash.storing import mark_ready


def recover(found: Index, socket: Path) -> None:
    """Repair each context of `found` whose last operation died before its end.

    One that cannot be repaired stays as it is and hinders no other; the next par tries again.
    """
    for context in found.contexts:
        if not context.is_ready:
            with suppress(ParError, OSError), locks.adopted(context.operation) as operation:
                current = index.load(socket).like(context.label) if operation else None
                if operation and current == context:
                    _clear_locks(context, operation)
                    _recover(context, operation)


def _clear_locks(context: Context, operation: Operation) -> None:
    """Delete what a git of the operation left that died with it, and would stop all that follows."""
    begun = operation.begun or (context.created_at.timestamp() if context.phase is Phase.CREATING else None)
    further = renaming.becoming(context, context.new_label).worktrees if context.new_label else ()
    for number, worktree in enumerate((*context.worktrees, *further)):
        if worktree.repository.common_dir.is_dir() and not context.is_adopted:
            with locks.repository(worktree.repository.common_dir):
                # One that is dropped is the first of its entry
                places = [entries.trashed_path(operation.id, each) for each in {number, 0}]
                stale_locks.clear(worktree, (worktree.path, *places), begun)


def _recover(context: Context, operation: Operation) -> None:
    if context.phase is Phase.RENAMING:
        renaming.take_back(context)
        narration.report(f"'{context.label}' is called so again: its renaming was interrupted")
    elif context.is_adopted:
        removal.forget_adopted(context, sessions.session_of(context))
    elif context.phase is Phase.CREATING:
        _recover_creating(context, operation)
    elif context.phase is Phase.RESTORING and returning.is_part(context, operation):
        returning.recover(context, operation)
    elif context.phase is Phase.RESTORING:
        restoring.recover(context, operation)
    elif context.phase is Phase.ADDING:
        _recover_adding(context, operation)
    elif context.phase is Phase.DROPPING:
        dropping.recover(context, operation)
    elif context.phase is Phase.RETURNING:
        storing.take_back(context, operation)
        narration.report(f"'{context.label}' is back as it was: its removal had failed")
    elif context.phase is Phase.PURGING:
        _recover_purging(context, operation)
    elif entries.load(operation.id):
        storing.put_in(context, operation, _session_id(context))
        narration.report(f"'{context.label}' is in the trash now: its removal was interrupted")
    else:
        entries.clear(operation.id, ())
        mark_ready(context)


def _recover_creating(context: Context, operation: Operation) -> None:
    made = tuple(each for each in context.worktrees if links.is_checked_out(each))
    # What is there of work that was on its way to it is a copy
    is_empty = not made or carrying.is_on_the_way(operation.id)
    if is_empty or not (any(map(_holds_work, made)) or workspace_folder.user_files(context)):
        _raise_failures(rollback.roll_back(context, operation))
    elif made == context.worktrees:
        mark_ready(context)
    else:
        _set_aside(context, made, operation)


def _set_aside(context: Context, made: tuple[Worktree, ...], operation: Operation) -> None:
    """Put those worktrees of a workspace which were made, and hold work, into the trash; undo the rest."""
    for worktree in context.worktrees:
        if worktree not in made:
            rollback.remove_worktree(worktree, operation)
    removal.delete_discarded(operation)
    rest = context._replace(phase=Phase.REMOVING, worktrees=tuple(map(with_deletable_oid, made)))
    with locks.index():
        index.save(index.load(context.socket).with_(rest))
    storing.put_in(rest, operation, _session_id(rest))
    narration.report(f"'{context.label}' was never whole; the work in it is in the trash: par trash")


def with_deletable_oid(worktree: Worktree) -> Worktree:
    """The worktree, with the commit at which its branch may go: none where the branch is not par's."""
    tip = repository.branch_oid(worktree.repository, worktree.branch) if worktree.is_branch_ours else None
    return worktree._replace(deletable_oid=tip or "")


def _recover_adding(context: Context, operation: Operation) -> None:
    if _holds_work(context.worktrees[-1]):
        mark_ready(context)
    else:
        _raise_failures(rollback.roll_back_added(context, operation))


def _raise_failures(failed: list[str]) -> None:
    if failed:
        raise StateError("; ".join(failed))


def _recover_purging(context: Context, operation: Operation) -> None:
    if _is_in_place(context, operation):
        removal.delete_discarded(operation)
        mark_ready(context)
    else:
        # Whether it was forced died with it: what cannot be judged stays
        removal.purge(context, operation, _session_id(context), keeps=True)


def _is_in_place(context: Context, operation: Operation) -> bool:
    if root := workspace_folder.own_folder(context):  # it goes first, with all that is in it
        discarded = paths.removed(operation.id)
        return root.is_dir() and not (discarded.is_dir() and any(discarded.iterdir()))
    return all(links.is_linked(worktree) for worktree in context.worktrees)


def _holds_work(worktree: Worktree) -> bool:
    """Whether a worktree whose checkout was finished has files of the user's since."""
    if not links.is_checked_out(worktree):
        return False
    if links.checked_out(worktree.path) != worktree.branch:
        return True
    return bool(edits.uncommitted(worktree.path, worktree.repository))


def _session_id(context: Context) -> str | None:
    live = sessions.sessions(context.socket)
    mine = [each for each in live if each.label == context.label]
    lost = [each for each in live if not each.label and started.is_lost(context, each.name, each.folder)]
    return next((each.id for each in (*mine, *lost)), None)

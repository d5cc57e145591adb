"""How a context comes out of the trash, and goes back into it where that fails."""

from contextlib import suppress

from par.errors import ParError, StateError
from par.git import moving, nested, trashing
from par.model import Context, Worktree
from par.state import locks, paths
from par.state.locks import Operation
from par.system import narration
from par.tmux import sessions
from par.trash import entries, removal, storing, workspace_folder
from par.trash.entries import Entry


def return_to_trash(entry: Entry, context: Context, operation: Operation) -> None:
    """Return the worktrees of `context`, restored in part, to the trash, and drop the record."""
    removal.kill_session(context)
    reason = storing.lock_reason(entry)
    for place, target in enumerate(context.worktrees):
        return_worktree(entry, place, target, operation)
    if entry.has_root:
        if context.root.is_dir():
            moving.move(context.root, entry.trashed_root)
        nested.follow([context.root], entry.trashed_root, reason)
        paths.prune_parents(context.root)
    removal.delete_discarded(operation)
    removal.drop_record(context)


def return_worktree(entry: Entry, place: int, target: Worktree, operation: Operation) -> None:
    """Return the worktree number `place`, which may be at `target` again, to where `entry` had it."""
    kept, trashed = entry.kept[place], entry.trashed_path(place)
    with locks.repository(target.repository.common_dir):
        if not kept.had_folder:
            removal.discard_worktree(target, operation)
        now, reason = kept._replace(worktree=target), storing.lock_reason(entry)
        try:
            trashing.move_to_trash(now, trashed, entry.ref(place), reason, maker=operation.id)
        except (ParError, OSError):
            # Its commits are kept already; what git keeps of it is made again when it is restored
            if target.path.exists() and not trashed.exists():
                moving.move(target.path, trashed)
        if not entry.has_root:
            paths.prune_parents(target.path)


def recover(context: Context, operation: Operation) -> None:
    """Accept what a par that died had brought back whole, or else return it to the trash."""
    entry = entries.load(operation.id)
    if entry and not all(map(trashing.is_back, context.worktrees)):
        return_to_trash(entry, context, operation)
        return
    session_id = ""
    if sessions.session_of(context) is None:
        with suppress(ParError):  # then it is stopped, and `par open` makes it
            session_id = sessions.create(context)
    finish(context, operation)
    if session_id:
        from par.setup import layouts, running  # noqa: PLC0415 - only where a session is made again

        running.mark_again(context, session_id)
        layouts.build_approved(context, session_id)


def finish(context: Context, operation: Operation) -> Context:
    """Clear the entry of what is back, and write in the index that the context is ready; the context then."""
    if entry := entries.load(operation.id):
        _rewrite_workspace_file(context, entry)
    removal.bring_jobs_back(context)
    entries.clear(operation.id, storing.repositories(context))
    return storing.mark_ready(context)


def _rewrite_workspace_file(context: Context, entry: Entry) -> None:
    is_as_it_was = entry.has_root and context.label == entry.context.label
    if workspace_folder.own_folder(context) and not is_as_it_was:
        from par.setup import workspace_file  # noqa: PLC0415 - few are workspaces

        try:
            workspace_file.write(context, entry.context)
        except StateError as error:  # an editor's file: it can be written at any time
            narration.report(error.message)

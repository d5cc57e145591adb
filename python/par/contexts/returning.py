"""How a repository that was dropped from a workspace comes out of the trash and into the workspace again."""

from contextlib import suppress

from par.contexts import workspace_view
from par.errors import ConflictError, ParError
from par.git import trashing
from par.model import Context
from par.setup import layouts
from par.setup.preparation import with_free_ports
from par.state import index, locks
from par.state.locks import Operation
from par.system import signals
from par.tmux import sessions
from par.trash import entries, removal, restoring, storing
from par.trash.entries import Entry


def return_repository(
    workspace: Context, grown: Context, entry: Entry, head: str, operation: Operation
) -> Context:
    """Move the one worktree of `entry` back into `workspace`, or leave it in the trash; the workspace then.

    It is the last one of `grown`, and its HEAD is put on the ref `head`. Raises ParError or OSError.
    """
    reserved = _reserve(workspace, grown)
    target = reserved.worktrees[-1]
    try:
        with locks.repository(target.repository.common_dir):
            trashing.move_back(entry.kept[0], entry.trashed_path(0), target, head, operation)
    except BaseException:
        with signals.ignored(), suppress(ParError, OSError):  # else the next par does it
            _take_away(reserved, entry, operation)
        raise
    with signals.ignored():
        return _finish(reserved, operation)


def _reserve(workspace: Context, grown: Context) -> Context:
    """Write down that it comes back, so that a par that dies is followed by one that ends it."""
    with locks.index():
        found = index.load(grown.socket)
        if found.like(grown.label) != workspace:
            message = f"context '{grown.label}' was changed by another par"
            raise ConflictError(message, hint="par ls")
        (last,) = with_free_ports(grown._replace(worktrees=grown.worktrees[-1:]), found).worktrees
        reserved = grown._replace(worktrees=(*workspace.worktrees, last))
        index.save(found.with_(reserved))
    return reserved


def is_part(context: Context, operation: Operation) -> bool:
    """Whether what is being restored is one repository of the workspace `context`, and not all of it."""
    entry = entries.load(operation.id)
    return entry is not None and len(entry.kept) < len(context.worktrees)


def recover(context: Context, operation: Operation) -> None:
    """Accept the repository that a par that died had brought back whole, or else return it to the trash."""
    entry = entries.load(operation.id)
    if entry and not trashing.is_back(context.worktrees[-1]):
        _take_away(context, entry, operation)
    else:
        _finish(context, operation)


def _take_away(grown: Context, entry: Entry, operation: Operation) -> None:
    restoring.return_worktree(entry, 0, grown.worktrees[-1], operation)
    removal.delete_discarded(operation)
    storing.mark_ready(grown._replace(worktrees=grown.worktrees[:-1]))


def _finish(grown: Context, operation: Operation) -> Context:
    last = grown._replace(worktrees=grown.worktrees[-1:])
    with suppress(ParError):  # file and windows only show it
        workspace_view.update(grown, grown._replace(worktrees=grown.worktrees[:-1]))
        if session := sessions.session_of(grown):
            layouts.build_approved(last, session.id)
    entries.clear(operation.id, storing.repositories(last))
    return storing.mark_ready(grown)

"""How one repository goes out of a workspace: its worktree moves into the trash, the others stay."""

from contextlib import suppress

from par.contexts import workspace_view
from par.errors import ParError
from par.model import Context, Worktree
from par.setup import workspace_jobs
from par.state.locks import Operation
from par.tmux import panes, windows
from par.trash import entries, storing


def drop_repository(context: Context, gone: Worktree, operation: Operation) -> Context:
    """Move one worktree of a workspace into the trash, beginning wherever an earlier attempt ended.

    The workspace as it is then. The window of the worktree dies last: the caller may be running in it.
    Raises ParError or OSError, and then all is as it was before.
    """
    try:
        shown = windows.window_ids(context, [gone.name])
        seen = storing.Seen((), panes.ids(context.socket, shown))
        entry = storing.write_entry(context._replace(worktrees=(gone,)), operation, seen, with_root=False)
        storing.put_worktree_in(entry.kept[0], entry, 0)
    except BaseException:
        storing.go_back(context, operation)
        raise
    rest = context._replace(worktrees=tuple(each for each in context.worktrees if each.path != gone.path))
    with suppress(ParError):  # file and windows only show it
        workspace_jobs.end_dropped(context, gone)
        workspace_view.update(rest, context)
    return storing.mark_ready(rest)


def recover(context: Context, operation: Operation) -> None:
    """Go on with `drop_repository` where a par that died had begun the move, else take it back."""
    entry = entries.load(operation.id)
    wanted = entry and entry.context.worktrees[0].path
    if gone := next((each for each in context.worktrees if each.path == wanted), None):
        drop_repository(context, gone, operation)
    else:
        entries.clear(operation.id, ())
        storing.mark_ready(context)

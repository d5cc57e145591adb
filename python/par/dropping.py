"""How one repository goes out of a workspace: its worktree moves into the trash, the others stay."""

from contextlib import suppress
from dataclasses import replace

from par import disposal, roster, trash
from par.errors import ParError
from par.init import joining
from par.locks import Operation
from par.model import Context, Worktree
from par.tmux import windows


def drop(context: Context, gone: Worktree, operation: Operation) -> Context:
    """Move one worktree of a workspace into the trash, beginning wherever an earlier attempt ended.

    The workspace as it is then. The window of the worktree dies last: the caller may be running in it.
    Raises ParError or OSError, and then all is as it was before.
    """
    try:
        shown = windows.of(context, [gone.name])
        entry = disposal.written(replace(context, worktrees=(gone,)), operation, shown, with_root=False)
        disposal.bury(entry.kept[0], entry, 0)
    except BaseException:
        disposal.go_back(context, operation)
        raise
    rest = replace(context, worktrees=tuple(each for each in context.worktrees if each.path != gone.path))
    with suppress(ParError):  # file and windows only show it
        joining.leave(context, gone)
        roster.show(rest, context)
    return disposal.keep(rest)


def end(context: Context, operation: Operation) -> None:
    """Go on with `drop` where a par that died had begun to move the worktree, else take it back."""
    entry = trash.load(operation.id)
    wanted = entry and entry.context.worktrees[0].path
    if gone := next((each for each in context.worktrees if each.path == wanted), None):
        drop(context, gone, operation)
    else:
        trash.clear(operation.id, ())
        disposal.keep(context)

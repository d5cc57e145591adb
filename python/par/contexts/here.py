"""Which context the caller is in: by the pane it runs in, else by the worktree that its folder lies in."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from par.model import Context, Worktree
from par.tmux.panes import Pane
from par.tmux.sockets import current_pane


def label(contexts: Collection[Context], live: Iterable[tuple[Path, Iterable[Pane]]]) -> str:
    """The label of the caller's context, '' where it is in none; `live` has the panes of each server."""
    for socket, panes in live:
        pane_id = current_pane(socket)
        # Shown in the control center, a pane is listed there too, without a label
        if pane_id and (
            found := next((each.label for each in panes if each.id == pane_id and each.label), "")
        ):
            return found
    found_by_folder = by_folder(contexts)
    return found_by_folder.label if found_by_folder else ""


def by_folder(contexts: Iterable[Context]) -> Context | None:
    """The context whose worktree, or whose workspace's folder, the caller's folder lies in."""
    with suppress(OSError):  # the folder is gone
        here = Path.cwd()
        # As texts: there may be a thousand contexts
        around = {*map(str, (here, *here.parents))}
        return next((each for each in contexts if not around.isdisjoint(_folders(each))), None)
    return None


def worktree(context: Context) -> Worktree | None:
    """The worktree of `context` that the folder of the caller is in, if it is in one."""
    with suppress(OSError):
        here = Path.cwd()
        return next((each for each in context.worktrees if _holds(each.path, here)), None)
    return None


def _folders(context: Context) -> list[str]:
    return [context.folder, *(worktree.folder for worktree in context.worktrees)]


def _holds(folder: Path, inner: Path) -> bool:
    return folder == inner or folder in inner.parents

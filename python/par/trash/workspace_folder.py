"""The folder of a workspace: the worktrees are par's, what else lies in it is the user's."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from par.model import Context, Kind
from par.state import paths


def own_folder(context: Context) -> Path | None:
    """The folder that a workspace has for itself and that par may move; None for any other context."""
    is_own = context.kind is Kind.WORKSPACE and not context.is_adopted and paths.is_workspace(context.root)
    holds_all = all(context.root in worktree.path.parents for worktree in context.worktrees)
    return context.root if is_own and holds_all else None


def context_inside(context: Context, others: Iterable[Context]) -> Context | None:
    """The context, if there is one, that has a worktree in the folder of the workspace `context`."""
    root = own_folder(context)
    places = ((each, worktree.path) for each in others for worktree in each.worktrees)
    return next((each for each, path in places if each is not context and root in path.parents), None)


def user_files(context: Context) -> list[str]:
    """The user's files in the folder of a workspace, relative to it; what cannot be read counts as one."""
    root = own_folder(context)
    return user_files_in(root, context) if root else []


def user_files_in(folder: Path, context: Context) -> list[str]:
    """As `user_files`, where the folder of the workspace `context` is `folder` now."""
    return sorted(_files(folder, context)) if folder.is_dir() else []


def _files(root: Path, context: Context) -> Iterator[str]:
    worktrees = {worktree.folder for worktree in context.worktrees}
    unread: list[str] = []
    for folder, below, names in os.walk(root, onerror=lambda error: unread.append(str(error.filename))):
        links = [name for name in below if Path(folder, name).is_symlink()]
        below[:] = [name for name in below if f"{folder}/{name}" not in worktrees and name not in links]
        found = [Path(folder, name) for name in [*names, *links]]
        yield from (str(each.relative_to(root)) for each in found if not _is_pars(each, root, context))
    yield from (f"{os.path.relpath(each, root)}/" for each in unread)


def _is_pars(place: Path, root: Path, context: Context) -> bool:
    from par.setup import workspace_file  # noqa: PLC0415 - few are workspaces

    return place.parent == root and workspace_file.is_as_written(context, place)

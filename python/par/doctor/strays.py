"""Worktrees that no context has: those in par's folder, and those that a session names as its own."""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from par.errors import ParError
from par.git import base, discovery, links, repository
from par.model import Worktree
from par.state import paths
from par.state.index import Index
from par.tmux.marks import Marked
from par.trash import workspace_folder

DEEPEST = 60
# No label begins with a dot
COPY = re.compile(r"\..+\.([0-9a-f]{12})\.par", re.DOTALL)


class Stray(NamedTuple):
    """A folder where par keeps worktrees, which no context has; its place gives the `label`.

    `worktrees` are those of it that a repository knows; where there is none, `message` says why. `made_at`
    is when git made the first of them.
    """

    root: Path
    label: str
    worktrees: tuple[Worktree, ...]
    made_at: datetime
    message: str = ""


def folders() -> list[Path]:
    """The folders with anything in them where par puts worktrees, one for each repository of a workspace."""
    homes = [each for name in ("worktrees", "review", "workspaces") for each in _below(paths.data() / name)]
    return [found for home in homes for found in _leaves(home, DEEPEST)]


def copy_beside(path: Path, operation: str) -> Path:
    """Where the operation of that id makes the files of the worktree at `path` before they take its place."""
    return path.with_name(f".{path.name}.{operation}.par")


def copies(found_folders: Iterable[Path]) -> list[tuple[Path, str]]:
    """Of these folders those of `copy_beside`, each with the id of its operation."""
    pairs = [(path, COPY.fullmatch(path.name)) for path in found_folders]
    return [(path, match[1]) for path, match in pairs if match]


def named(live: Iterable[Marked]) -> list[Path]:
    """The linked worktrees outside of par's folder that marked sessions name: they were adopted."""
    wanted = {Path(each.path) for each in live if each.label and each.path.startswith("/")}
    return [each for each in sorted(wanted) if not paths.is_ours(each) and _is_linked(each)]


def _is_linked(path: Path) -> bool:
    admin = links.admin_dir(path)
    return admin is not None and links.worktree_of(admin) == path


def _leaves(folder: Path, depth: int) -> Iterator[Path]:
    for inner in _below(folder):
        entries = list(inner.iterdir()) if os.access(inner, os.R_OK | os.X_OK) else []
        if COPY.fullmatch(inner.name) or any(each.name == ".git" for each in entries) or not depth:
            yield inner
        elif any(not each.is_dir() for each in entries):
            yield from _worktrees_in(inner) or [inner]
        else:
            yield from _leaves(inner, depth - 1)


def _worktrees_in(folder: Path) -> list[Path]:
    """The worktrees in what may be the folder of a workspace, where the user has files too."""
    inside = _below(folder)
    inside += [deeper for each in inside if not _is_worktree(each) for deeper in _below(each)]
    return [each for each in inside if _is_worktree(each)]


def _is_worktree(folder: Path) -> bool:
    return os.path.lexists(folder / ".git") or bool(COPY.fullmatch(folder.name))


def _below(folder: Path) -> list[Path]:
    can_look = os.access(folder, os.R_OK | os.X_OK)
    found = sorted(folder.iterdir()) if can_look and folder.is_dir() else []
    return [each for each in found if each.is_dir() and not each.is_symlink()]


def unknown(found_folders: Iterable[Path], known: Index) -> list[Stray]:
    """Those of these folders that no context has, grouped by the context that they were."""
    taken = {worktree.path for context in known.contexts for worktree in context.worktrees}
    taken |= {root for context in known.contexts if (root := workspace_folder.own_folder(context))}
    found_roots: dict[Path, list[Path]] = {}
    for path in found_folders:
        is_inside = any(each in taken for each in path.parents)
        if path not in taken and not is_inside and path.exists() and not COPY.fullmatch(path.name):
            found_roots.setdefault(_root(path), []).append(path)
    found = [_stray(root, below) for root, below in found_roots.items()]
    return sorted(found, key=lambda each: each.made_at)


def _root(path: Path) -> Path:
    home = paths.data() / "workspaces"
    if home not in path.parents:
        return path
    for parent in (each for each in path.parents if paths.is_workspace(each)):
        if any(parent.glob("*.code-workspace")):
            return parent
    # As the older par-cli made them: LABEL/REPOSITORY/LABEL
    parts = path.relative_to(home).parts[1:]
    half = len(parts) // 2
    is_older = len(parts) % 2 == 1 and half and parts[:half] == parts[half + 1 :]
    return path.parents[half] if is_older else path.parent


def _stray(root: Path, below: list[Path]) -> Stray:
    label = "/".join(root.relative_to(paths.data()).parts[2:]) if paths.is_ours(root) else root.name
    message, worktrees = "", []
    for path in below:
        try:
            worktrees += [worktree] if (worktree := _worktree(path)) else []
        except ParError as error:
            message = error.message
    return Stray(root, label, tuple(worktrees), _made_at(below[0]), message)


def _worktree(path: Path) -> Worktree | None:
    admin = links.admin_dir(path)
    if admin is None or not admin.is_dir():
        return None
    home = discovery.containing(path)
    branch = links.checked_out(path) or ""
    reflog = repository.reflog(home, branch) if branch else []
    is_ours = any(message.startswith(repository.MADE) for _, message in reflog[-1:])
    began = base.made_at(reflog) or base.Base("", "")
    worktree = Worktree(home, str(path), branch, is_branch_ours=is_ours, base=began.ref, base_oid=began.oid)
    return worktree if links.is_linked(worktree) else None


def _made_at(path: Path) -> datetime:
    # git writes it once, when the worktree is made
    written = Path(links.admin_dir(path) or path, "commondir")
    return datetime.fromtimestamp(written.stat().st_mtime if written.exists() else 0, timezone.utc)

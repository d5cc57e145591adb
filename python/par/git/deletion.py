"""Deleting what git keeps of a worktree, and the worktree's own files."""

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from par.git import links
from par.model import Worktree


def forget(worktree: Worktree) -> None:
    """Delete what the repository knows of a worktree whose folder is gone; git may not be able to."""
    for admin in list(links.admin_dirs(worktree)):
        # `gitdir` goes last: by it the rest is recognised where par dies in between
        for inner in admin.iterdir():
            if inner.is_dir() and not inner.is_symlink():
                delete_tree(inner)
            elif inner.name != "gitdir":
                inner.unlink()
        delete_tree(admin)
    folder = worktree.repository.common_dir / "worktrees"
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def delete_tree(path: Path) -> None:
    """Delete the folder `path` and all that is in it, also what its owner made read-only."""
    try:
        shutil.rmtree(path)
    except PermissionError:
        allow_writing(path)
        for folder, below, _ in os.walk(path):
            for inner in (Path(folder, name) for name in below):
                if not inner.is_symlink():
                    allow_writing(inner)
        shutil.rmtree(path)


def allow_writing(folder: Path) -> None:
    """Let a folder be changed; also to move it, it must be: it names its parent. Only its owner can."""
    with suppress(PermissionError):
        folder.chmod(folder.stat().st_mode | stat.S_IRWXU)

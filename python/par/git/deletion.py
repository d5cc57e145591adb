"""Deleting what git keeps of a worktree, and the worktree's own files."""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from par.git import links
from par.model import Worktree
from par.system import files, mounts

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Each level holds a descriptor open, of which a process has 256 on macOS
DEEPEST = 60
# What lies deeper is first lifted to the top, under a name that nobody can have put there
LIFTED = f".par-{os.urandom(8).hex()}-"


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
    """Delete the folder `path` and all that is in it, also what its owner made read-only.

    Each folder is opened by its name in the one before, never through a link and never where something
    is mounted, whatever anybody puts there meanwhile. Raises OSError with the name of the first thing that
    stays; EBUSY for a mount.
    """
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        top = _entered(path.name, parent)
        try:
            _check_mount(top, parent, path)
            _empty(top, path, top, 0)
            while any(name.startswith(LIFTED) for name in os.listdir(top)):  # noqa: PTH208 - by descriptor
                _empty(top, path, top, 0)
        finally:
            os.close(top)
        os.rmdir(path.name, dir_fd=parent)
    finally:
        os.close(parent)


def _entered(name: str, parent: int) -> int:
    """The folder `name` in `parent`, open. Raises OSError where it is none."""
    try:
        return os.open(name, FOLDER, dir_fd=parent)
    except PermissionError:
        _open_up(name, parent)
        return os.open(name, FOLDER, dir_fd=parent)


def _open_up(name: str, parent: int) -> None:
    """Let a folder that its owner closed be read. Raises OSError for a mount, and for anybody else's."""
    if not hasattr(os, "O_PATH"):  # macOS, where chmod(2) need not follow a link
        os.chmod(name, stat.S_IRWXU, dir_fd=parent, follow_symlinks=False)
        return
    descriptor = os.open(name, os.O_PATH | FOLDER, dir_fd=parent)
    try:
        _check_mount(descriptor, parent, Path(name))
        Path(f"/proc/self/fd/{descriptor}").chmod(stat.S_IRWXU)
    finally:
        os.close(descriptor)


def _check_mount(folder: int, parent: int, path: Path) -> None:
    if mounts.of(folder) != mounts.of(parent):
        raise OSError(errno.EBUSY, "something is mounted there", str(path))


def _empty(folder: int, path: Path, top: int, depth: int) -> None:
    for name in os.listdir(folder):
        try:
            if not stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
                _change(folder, partial(os.unlink, name, dir_fd=folder))
            elif depth < DEEPEST:
                _delete_folder(name, folder, path / name, top, depth)
            else:
                lifted = f"{LIFTED}{os.urandom(8).hex()}"
                _change(folder, partial(os.rename, name, lifted, src_dir_fd=folder, dst_dir_fd=top))
        except FileNotFoundError:  # somebody else did it
            continue
        except OSError as error:
            if str(error.filename).startswith("/"):
                raise
            raise OSError(error.errno, error.strerror, str(path / name)) from error


def _delete_folder(name: str, parent: int, path: Path, top: int, depth: int) -> None:
    folder = _entered(name, parent)
    try:
        _check_mount(folder, parent, path)
        _empty(folder, path, top, depth + 1)
    finally:
        os.close(folder)
    _change(parent, partial(os.rmdir, name, dir_fd=parent))


def _change(folder: int, change: Callable[[], None]) -> None:
    """Change what is in an open folder, also where its owner made it read-only."""
    try:
        change()
    except PermissionError:
        os.fchmod(folder, os.fstat(folder).st_mode | stat.S_IRWXU)
        change()


def allow_writing(name: Path | str, folder: int | None = None) -> None:
    """Let a folder be changed, `name` or that in the open `folder`; also to move it, it must be.

    It names its parent. Only its owner can; what a link leads to is left alone.
    """
    with suppress(PermissionError, NotADirectoryError):
        files.allow(name, stat.S_IRWXU, folder)

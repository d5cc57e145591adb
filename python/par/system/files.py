"""Writing beside what somebody else put there: no link is followed, and nothing planted is met."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from par.system import durable

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
PART = r"\.par-[0-9a-f]{16}"


def write(root: Path, name: str, content: bytes, mode: int = 0o666) -> None:
    """Replace the file `name`, a path below the folder `root`, by `content` at once, on disk.

    `root` is somebody's whom par trusts; below it no link is followed. Less the umask, `mode` is what a
    file is made with. Raises OSError, also where a link or a file is in the way.
    """
    *folders, last = name.split("/")
    with _inside(root, folders) as folder:
        part = f"{last}.par-{os.urandom(8).hex()}"
        try:
            _create(part, content, mode, folder)
            os.rename(part, last, src_dir_fd=folder, dst_dir_fd=folder)
            _delete_parts(last, content, folder)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(part, dir_fd=folder)
            raise
        durable.flush(folder)


def create(root: Path, name: str, content: bytes, mode: int = 0o666) -> None:
    """As `write`, where nothing may be there yet: raises FileExistsError then. Half a file never stays."""
    *folders, last = name.split("/")
    with _inside(root, folders) as folder:
        try:
            _create(last, content, mode, folder)
        except FileExistsError:
            raise
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(last, dir_fd=folder)
            raise


def content(path: Path) -> bytes:
    """What the file `path` holds. Raises OSError for anything but a file: a FIFO would never end."""
    if path.is_symlink() and not path.exists():
        raise OSError("it is a dangling link")
    with open(path, "rb", opener=_unblocked) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("it is not a file")
        return file.read()


def _unblocked(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def is_file(root: Path, name: str) -> bool:
    """Whether there is a file `name` below `root` that no link leads to."""
    *folders, last = name.split("/")
    try:
        with _inside(root, folders) as folder:
            return stat.S_ISREG(os.lstat(last, dir_fd=folder).st_mode)
    except OSError:
        return False


def below(folder: Path) -> Iterator[Path]:
    """All that lies in a folder and in those below it, but for the folders."""
    return (each for each in folder.rglob("*") if each.is_symlink() or not each.is_dir())


def is_part(name: str, whole: str) -> bool:
    """Whether `name` is that of a half of the file `whole`, as a par that died while it wrote left it."""
    return name.startswith(whole) and re.fullmatch(PART, name[len(whole) :]) is not None


def allow(name: str | Path, bits: int, folder: int | None = None) -> None:
    """Add permissions to a folder, and to nothing that a link in its place leads to. Raises OSError."""
    descriptor = os.open(name, getattr(os, "O_PATH", 0) | FOLDER, dir_fd=folder)
    try:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode) | bits
        # Linux opens what cannot be read only to name it, and lets it be changed by that name
        if hasattr(os, "O_PATH"):
            os.chmod(f"/proc/self/fd/{descriptor}", mode)  # noqa: PTH101 - a descriptor, not a path
        else:
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def _delete_parts(whole: str, content: bytes, folder: int) -> None:
    """Delete what a par that died left of the same write; what holds anything else is somebody's file."""
    for name in os.listdir(folder):
        if is_part(name, whole):
            with suppress(OSError), os.fdopen(os.open(name, READ, dir_fd=folder), "rb") as part:
                is_ours = stat.S_ISREG(os.fstat(part.fileno()).st_mode)
                if is_ours and content.startswith(part.read(len(content) + 1)):
                    os.unlink(name, dir_fd=folder)


def _create(name: str, content: bytes, mode: int, folder: int) -> None:
    with os.fdopen(os.open(name, WRITE, mode, dir_fd=folder), "wb") as file:
        file.write(content)
        file.flush()
        durable.flush(file.fileno())


@contextmanager
def _inside(root: Path, folders: list[str]) -> Iterator[int]:
    """The folder that `folders` lead to from `root`, open. Raises OSError where one of them is a link."""
    folder = os.open(root, FOLDER)
    try:
        for name in folders:
            if name in {"", ".", ".."}:
                raise OSError(errno.EINVAL, "no plain path", name)
            inner = os.open(name, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)

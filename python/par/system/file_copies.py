"""Single files of one folder brought into another as they are, or taken out of one: past no link."""

import os
import shutil
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from par.system import clones, durable
from par.system.files import FOLDER, READ

PERMISSIONS = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO
GONE = (FileNotFoundError, NotADirectoryError)


class Look(NamedTuple):
    """How a file or link looked: when one of these is another, somebody has written it since."""

    mode: int
    size: int
    changed_ns: int
    number: int


def look(root: Path, name: str) -> Look | None:
    """How the file or link `name` below `root` looks; None where there is none, or only by way of a link."""
    try:
        with _holding(root, name) as (folder, last):
            about = os.lstat(last, dir_fd=folder)
    except OSError:
        return None
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISLNK(about.st_mode)):
        return None
    return Look(about.st_mode, about.st_size, about.st_mtime_ns, about.st_ino)


def copy(source: Path, target: Path, name: str) -> None:
    """Put the file or link `name` below `source` below `target` too, in the place of what is there, on disk.

    Its permissions and times are those of the other, and a link leads wherever it did. A kill leaves no half
    of it under its name. Raises OSError.
    """
    with _holding(source, name) as (here, last), _holding(target, name, makes=True) as (there, _):
        part = f".par-{zlib.crc32(os.fsencode(last)):08x}"
        with suppress(FileNotFoundError):
            os.unlink(part, dir_fd=there)
        about = os.lstat(last, dir_fd=here)
        if stat.S_ISLNK(about.st_mode):
            os.symlink(os.readlink(last, dir_fd=here), part, dir_fd=there)
        else:
            _copy_file(last, part, here, there)
        os.rename(part, last, src_dir_fd=there, dst_dir_fd=there)
        durable.flush(there)


def _copy_file(name: str, part: str, here: int, there: int) -> None:
    with os.fdopen(os.open(name, READ, dir_fd=here), "rb") as source:
        about = os.fstat(source.fileno())
        descriptor, is_clone = clones.made(source.fileno(), part, there)
        with os.fdopen(descriptor, "wb") as target:
            if not is_clone:
                shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.utime(target.fileno(), ns=(about.st_atime_ns, about.st_mtime_ns))
            os.fchmod(target.fileno(), about.st_mode & PERMISSIONS)
            durable.flush(target.fileno())


def is_same(one: Path, other: Path, name: str) -> bool:
    """Whether `name` is below both folders the same file or link, or is in neither."""
    here, there = look(one, name), look(other, name)
    if here is None or there is None:
        return here is there
    if stat.S_ISLNK(here.mode) or stat.S_ISLNK(there.mode):
        return here.mode == there.mode and (one / name).readlink() == (other / name).readlink()
    return here.size == there.size and (one / name).read_bytes() == (other / name).read_bytes()


def remove(root: Path, name: str) -> None:
    """Delete the file or link `name` below `root`, and the folders on the way that are empty then.

    A folder is left alone. Raises OSError, but not where it is gone.
    """
    with suppress(*GONE), _holding(root, name) as (folder, last):
        if stat.S_ISDIR(os.lstat(last, dir_fd=folder).st_mode):
            return
        os.unlink(last, dir_fd=folder)
        durable.flush(folder)
    folders = name.split("/")[:-1]
    while folders:
        try:
            with _holding(root, "/".join(folders)) as (folder, last):
                os.rmdir(last, dir_fd=folder)
        except OSError:
            return
        folders.pop()


@contextmanager
def _holding(root: Path, name: str, makes: bool = False) -> Iterator[tuple[int, str]]:
    """The folder of `name` below `root`, open, and its last part; it `makes` what is missing on the way."""
    *folders, last = name.split("/")
    folder = os.open(root, FOLDER)
    try:
        for each in folders:
            if each in {"", ".", ".."}:
                raise OSError(f"no plain path: {name}")
            if makes:
                with suppress(FileExistsError):
                    os.mkdir(each, dir_fd=folder)
            inner = os.open(each, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder, last
    finally:
        os.close(folder)

"""Two folders walked side by side, to put into the one what is in the other.

Each folder on the way is opened by its name in the one before and never through a link, on both sides:
whatever a repository, or somebody at the same time, has put there, the walk stays inside of the two.
"""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TypeAlias

from par.system import clones
from par.system.files import FOLDER

ALREADY_THERE = "already there"
BLOCKED = "a link or a file is in the way"
OUTWARD = "a link that leads out of the repository"
SPECIAL = "neither a file nor a link"
GONE = "gone in the meantime"

READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
PERMISSIONS = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO
CHUNK = 1 << 20

Tick: TypeAlias = Callable[[], None]


class _RefusedError(Exception):
    """Raised where nothing can be put; its message says why."""


class _Level(NamedTuple):
    """A folder on both sides, open; `model` is what one that was made here has to become like."""

    name: str
    source: int
    target: int
    model: os.stat_result | None = None

    def leave(self) -> None:
        if self.model:
            with suppress(OSError):
                _copy_attributes(self.target, self.model)
        os.close(self.source)
        os.close(self.target)


class TreeCopy:
    """The way from `source` to `target`. Paths are relative to both; neighbours are quickest in a row.

    What puts something there returns why it did not, or ''. Raises OSError where the system fails.
    """

    def __init__(self, source: Path, target: Path) -> None:
        self._levels = [_root(source, target)]

    def __enter__(self) -> "TreeCopy":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, at: TracebackType | None) -> None:
        while self._levels:
            self._levels.pop().leave()

    def copy(self, path: str, tick: Tick) -> str:
        """Copy a file with its permissions and times, or make a link that stays inside again.

        `tick` is called again and again while a large file is copied.
        """
        *folders, name = path.split("/")

        def put(level: _Level) -> None:
            about = os.lstat(name, dir_fd=level.source)
            if stat.S_ISLNK(about.st_mode):
                _copy_link(level, name, len(folders))
            elif stat.S_ISREG(about.st_mode):
                _copy_file(level, name, about, tick)
            else:
                raise _RefusedError(SPECIAL)

        return self._put(folders, name, put)

    def link(self, path: str, leads: str) -> str:
        """Make a link that leads to `leads`."""
        *folders, name = path.split("/")
        return self._put(folders, name, lambda level: os.symlink(leads, name, dir_fd=level.target))

    def _put(self, folders: list[str], name: str, put: Callable[[_Level], None]) -> str:
        try:
            level = self._enter(folders)
            try:
                put(level)
            except FileExistsError:
                is_link = stat.S_ISLNK(os.lstat(name, dir_fd=level.target).st_mode)
                return BLOCKED if is_link else ALREADY_THERE
        except _RefusedError as refused:
            return str(refused)
        except FileNotFoundError:
            return GONE
        return ""

    def _enter(self, folders: list[str]) -> _Level:
        known = [level.name for level in self._levels[1:]]
        pairs = enumerate(zip(known, folders, strict=False))
        shared = next((at for at, (one, other) in pairs if one != other), min(len(known), len(folders)))
        while len(self._levels) > shared + 1:
            self._levels.pop().leave()
        for name in folders[shared:]:
            self._levels.append(_inside(self._levels[-1], name))
        return self._levels[-1]


def _root(source: Path, target: Path) -> _Level:
    descriptor = os.open(source, FOLDER)
    try:
        return _Level("", descriptor, os.open(target, FOLDER))
    except BaseException:
        os.close(descriptor)
        raise


def _inside(level: _Level, name: str) -> _Level:
    source = os.open(name, FOLDER, dir_fd=level.source)
    try:
        try:
            os.mkdir(name, 0o700, dir_fd=level.target)
            model = os.fstat(source)
        except FileExistsError:
            model = None
        return _Level(name, source, _existing(name, level.target), model)
    except BaseException:
        os.close(source)
        raise


def _existing(name: str, folder: int) -> int:
    try:
        return os.open(name, FOLDER, dir_fd=folder)
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP}:
            raise _RefusedError(BLOCKED) from error
        raise


def _copy_link(level: _Level, name: str, depth: int) -> None:
    leads = os.readlink(name, dir_fd=level.source)
    parts = leads.split("/")
    up = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
    # Further on a `..` could lead out: what is before it may be a link itself
    if leads.startswith("/") or up > depth or ".." in parts[up:]:
        raise _RefusedError(OUTWARD)
    os.symlink(leads, name, dir_fd=level.target)


def _copy_file(level: _Level, name: str, about: os.stat_result, tick: Tick) -> None:
    source = os.open(name, READ, dir_fd=level.source)
    try:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            raise _RefusedError(SPECIAL)
        target, is_clone = clones.made(source, name, level.target)
        try:
            if not is_clone:
                _copy_content(source, target, tick)
            _copy_attributes(target, about)
        finally:
            os.close(target)
    finally:
        os.close(source)


def _copy_content(source: int, target: int, tick: Tick) -> None:
    while chunk := os.read(source, CHUNK):
        tick()
        while chunk:
            chunk = chunk[os.write(target, chunk) :]


def _copy_attributes(target: int, model: os.stat_result) -> None:
    os.utime(target, ns=(model.st_atime_ns, model.st_mtime_ns))
    os.fchmod(target, model.st_mode & PERMISSIONS)

"""Folders as they were at a moment, to be brought back as often as needed: only what changed is copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISDIR

Stamp = tuple[int, ...]


def stamps(*folders: Path) -> dict[str, Stamp]:
    """What each change makes another, of all below `folders`: what is in a folder comes after it."""
    found, waiting = dict[str, Stamp](), [str(each) for each in folders]
    while waiting:
        with suppress(FileNotFoundError):  # what is deleted meanwhile
            for entry in os.scandir(waiting.pop()):
                found[entry.path] = stamp = _stamp(entry.stat(follow_symlinks=False))
                waiting += [entry.path] if S_ISDIR(stamp[0]) else []
    return found


def _stamp(seen: os.stat_result) -> Stamp:
    if S_ISDIR(seen.st_mode):
        return (seen.st_mode,)
    return seen.st_mode, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()


class Snapshot:
    """All in `folders`, kept in `store`."""

    def __init__(self, store: Path, folders: Iterable[Path]) -> None:
        self._copies = {each: store / str(number) for number, each in enumerate(folders)}
        for folder, copy in self._copies.items():
            shutil.copytree(folder, copy, symlinks=True)
        self._noted = stamps(*self._copies)

    def back(self) -> None:
        """Bring all back to where it was; what was not touched since is not touched."""
        now = stamps(*self._copies)
        for path, stamp in now.items():
            if S_ISDIR(stamp[0]) and stamp[0] & 0o700 != 0o700:
                Path(path).chmod(0o700)
                now[path] = ()
        for path in reversed(now):
            if now[path] != self._noted.get(path) and not self._is_folder(path):
                _delete(Path(path))
        changed = [each for each, stamp in self._noted.items() if now.get(each) != stamp]
        for path in changed:
            if self._is_folder(path):
                Path(path).mkdir(exist_ok=True)
            else:
                shutil.copy2(self._copy(path), path, follow_symlinks=False)
                self._noted[path] = _stamp(Path(path).lstat())
        for path in reversed(changed):
            if self._is_folder(path):
                Path(path).chmod(S_IMODE(self._noted[path][0]))

    def _is_folder(self, path: str) -> bool:
        return S_ISDIR(self._noted.get(path, (0,))[0])

    def _copy(self, path: str) -> Path:
        folder = next(each for each in self._copies if Path(path).is_relative_to(each))
        return self._copies[folder] / Path(path).relative_to(folder)

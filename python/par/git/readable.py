"""Whether git can read what it opens first: at a FIFO it would wait for ever, and a device never ends."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from par.git import links

POINTERS = ("HEAD", "commondir", "gitdir", "locked")
WHOLE = ("config", "config.worktree", "index", "packed-refs", "shallow")
# git reads these to their end: what is longer was not written by it
MOST_BYTES = 1 << 20
KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def fault(folder: Path, common: Path | None, lists: bool) -> str:
    """What git would hang on or choke at in `folder`, in a line, or ''.

    `common` is git's own folder where it is known. One that `lists` reads what is kept for all worktrees.
    """
    places = dict.fromkeys([*_dirs(folder), *([common] if common else [])])
    found = (_odd(path, name in POINTERS) for path, name in _files(folder, places))
    if fault := next(filter(None, found), ""):
        return fault
    # Of other worktrees git reads no more than where they are, and what is checked out there
    others = (each for place in places for each in links.admins(place)) if lists else ()
    pointers = (_odd(f"{each}/{name}", True) for each in others for name in POINTERS)
    return next(filter(None, pointers), "")


def _dirs(folder: Path) -> Iterator[Path]:
    admin = links.admin_dir(folder) or folder / ".git"
    yield admin
    if admin.parent.name == "worktrees":
        yield admin.parent.parent


def _files(folder: Path, places: dict[Path, None]) -> Iterator[tuple[str, str]]:
    yield f"{folder}/.git", "HEAD"
    for place in places:
        yield from ((f"{place}/{name}", name) for name in (*POINTERS, *WHOLE))


def _odd(path: str, is_pointer: bool) -> str:
    try:
        about = os.stat(path)  # noqa: PTH116 - many for each git, and a Path costs as much as the look
    except OSError:
        return ""
    if kind := KINDS.get(stat.S_IFMT(about.st_mode)):
        return f"'{path}' is {kind}, not a file"
    is_long = is_pointer and stat.S_ISREG(about.st_mode) and about.st_size > MOST_BYTES
    return f"'{path}' is too long: {about.st_size:,} bytes" if is_long else ""

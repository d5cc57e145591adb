"""Lock files that a git left which was killed: while one lies there, no other git writes what it is for."""

import stat
import time
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from par.errors import ConflictError
from par.git import links
from par.model import Repository, Worktree
from par.system import processes

# Written by any git of the repository, so a lock on it may be anybody's
SHARED = ("config.lock", "packed-refs.lock", "reftable/tables.list.lock")
# Longer than a git that lives holds one without having it open, that on an index aside
OLD_SECONDS = 10.0


class Lock(NamedTuple):
    """A lock file of git's, and the folders that a git which may hold it works in."""

    path: Path
    folders: tuple[Path, ...]
    is_shared: bool


def clear(worktree: Worktree, places: Iterable[Path], begun: float | None) -> None:
    """Delete the locks that an operation left which began then and is dead; what a live git holds stays.

    They are those on `refs/par`, on the worktree's branch and in what the repository keeps for it, at
    whichever of `places` it is; and, where it is known when it `begun`, on what all gits write. The
    caller holds the repository's lock.
    """
    for lock in [*_own(worktree, places), *_shared(worktree.repository)]:
        is_ours = not lock.is_shared if begun is None else _written(lock.path) >= begun
        if is_ours and not is_held(lock):
            lock.path.unlink(missing_ok=True)


def left(home: Repository, places: Container[Path]) -> list[Lock]:
    """The locks in the way of the worktrees at `places`, and on any branch, that nobody holds any more.

    They are too old for anyone to be at work behind them.
    """
    branches = [path for kind in ("refs", "logs/refs") for path in _locks(home.common_dir / kind / "heads")]
    found = [*_shared(home), *_in_refs(home, ()), *_of_repository(home, branches)]
    for admin in _admins(home):
        place = links.worktree_of(admin)
        if place and place in places:
            found += [Lock(path, (place, admin), False) for path in _locks(admin)]
    return sorted(each for each in found if _is_abandoned(each))


def can_delete() -> bool:
    """Whether par can find out that nobody holds a lock: without a list of processes only its age speaks."""
    return processes.is_told()


def delete(lock: Lock) -> None:
    """Delete a lock that nobody holds. Raises ConflictError where somebody does now."""
    if not _is_file(lock.path):
        return
    if not _is_abandoned(lock):
        raise ConflictError("git is running in it", hint="par doctor")
    lock.path.unlink(missing_ok=True)


def _is_abandoned(lock: Lock) -> bool:
    return time.time() - _written(lock.path) > OLD_SECONDS and not is_held(lock)


def is_held(lock: Lock) -> bool:
    """Whether a git that lives may hold the lock; where nothing lists processes, only its age counts."""
    is_young = time.time() - _written(lock.path) <= OLD_SECONDS
    if not processes.is_told():
        return is_young
    # git closes it before it is done: the lock of an index may stay so while an editor is open
    can_be_closed = is_young or lock.path.name == "index.lock"
    return processes.has_open(lock.path) or (can_be_closed and processes.runs("git", lock.folders))


def _written(path: Path) -> float:
    return path.lstat().st_mtime if path.exists() else 0.0


def _own(worktree: Worktree, places: Iterable[Path]) -> Iterator[Lock]:
    for place in places:
        for admin in links.admin_dirs(worktree.at(place)):
            yield from (Lock(path, (place, admin), False) for path in _locks(admin))
        if place == worktree.repository.path:
            common = worktree.repository.common_dir
            heads = (common / name for name in ("index.lock", "HEAD.lock"))
            yield from (Lock(path, (place, common), False) for path in heads if _is_file(path))
    yield from _in_refs(worktree.repository, [worktree.branch])


def _in_refs(home: Repository, branches: Iterable[str]) -> list[Lock]:
    heads = [
        home.common_dir / kind / f"heads/{each}.lock"
        for each in branches
        for kind in ("refs", "logs/refs")
        if each
    ]
    return _of_repository(home, [*_locks(home.common_dir / "refs/par"), *filter(_is_file, heads)])


def _of_repository(home: Repository, found: Sequence[Path]) -> list[Lock]:
    folders = _folders(home) if found else ()
    return [Lock(path, folders, False) for path in found]


def _shared(home: Repository) -> list[Lock]:
    found = [home.common_dir / name for name in SHARED]
    return [Lock(path, _folders(home), True) for path in found if _is_file(path)]


def _folders(home: Repository) -> tuple[Path, ...]:
    linked = map(links.worktree_of, _admins(home))
    return (home.path, home.common_dir, *(each for each in linked if each))


def _admins(home: Repository) -> list[Path]:
    folder = home.common_dir / "worktrees"
    return list(folder.iterdir()) if folder.is_dir() else []


def _locks(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*.lock") if _is_file(each)]


def _is_file(path: Path) -> bool:
    return path.exists() and stat.S_ISREG(path.lstat().st_mode)

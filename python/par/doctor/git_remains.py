"""What gits left in the repositories that were killed: locks, and worktrees that were half made."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from par.doctor.findings import Fault, Finding
from par.git import links, stale_locks, worktree_repair
from par.git.stale_locks import Lock
from par.model import Repository
from par.names import visible
from par.state import locks, paths
from par.state.index import Index
from par.trash.entries import Entry

HALF_MADE = "git was killed in the middle of writing this, and cannot list any worktree until it is repaired"
LOCKED = "a git that was killed left this lock, and others wait for it in vain"


class Place(NamedTuple):
    """Where a worktree that par knows is now: `head` is what its HEAD names, empty where that is unknown.

    One that is not `is_ready` is a part of an operation that is to be recovered.
    """

    head: str
    is_ready: bool
    is_ours: bool


Places = Mapping[Path, Place]


def examine(found: Index, trashed: Iterable[Entry]) -> Iterator[Finding]:
    """What is wrong in the repositories of the contexts and of the trash."""
    for home, places in _places(found, trashed).items():
        yield from _half_made(home, places)
        yield from _locks(home, {path for path, each in places.items() if each.is_ready and each.is_ours})


def _places(found: Index, trashed: Iterable[Entry]) -> dict[Repository, dict[Path, Place]]:
    places: dict[Repository, dict[Path, Place]] = {}
    busy = {context.operation for context in found.contexts if not context.is_ready}
    for entry in trashed:
        is_ready = entry.id not in busy and not locks.is_running(entry.id)
        for number, kept in enumerate(entry.kept):
            of_home = places.setdefault(kept.worktree.repository, {})
            of_home[entry.trashed_path(number)] = Place(kept.oid, is_ready, True)
    for context in found.contexts:
        for each in context.worktrees:
            head = f"ref: refs/heads/{each.branch}" if each.branch else ""
            place = Place(head, context.is_ready, not context.is_adopted)
            places.setdefault(each.repository, {})[each.path] = place
    return places


def _half_made(home: Repository, places: Places) -> Iterator[Finding]:
    for admin in worktree_repair.half_made(home):
        path = links.worktree_of(admin)
        place = places.get(path) if path else None
        if place and place.is_ready and place.head:
            fix = partial(_complete, home, admin, place.head)
            yield Finding(Fault.GIT_REMAINS, _shown(admin), HALF_MADE, "write again what is missing", fix=fix)
        elif place is None and path and paths.is_ours(path) and not (admin / "index").exists():
            fix = partial(_drop, home, admin)
            yield Finding(Fault.GIT_REMAINS, _shown(admin), HALF_MADE, "delete this one", fix=fix)
        elif place is None or place.is_ready:
            yield Finding(Fault.GIT_REMAINS, _shown(admin), HALF_MADE, hint=f"rm -r {quote(str(admin))}")


def _locks(home: Repository, places: set[Path]) -> Iterator[Finding]:
    for lock in stale_locks.left(home, places):
        if stale_locks.can_delete():
            fix = partial(_delete, home, lock)
            yield Finding(Fault.GIT_REMAINS, _shown(lock.path), LOCKED, "delete it", fix=fix)
        else:
            yield Finding(Fault.GIT_REMAINS, _shown(lock.path), LOCKED, hint=f"rm {quote(str(lock.path))}")


def _delete(home: Repository, lock: Lock) -> None:
    with locks.repository(home.common_dir):
        stale_locks.delete(lock)


def _complete(home: Repository, admin: Path, head: str) -> None:
    with locks.repository(home.common_dir):
        worktree_repair.complete(admin, head)


def _drop(home: Repository, admin: Path) -> None:
    with locks.repository(home.common_dir):
        worktree_repair.drop_half_made(admin)


def _shown(path: Path) -> str:
    return visible(str(path))

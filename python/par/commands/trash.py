"""`par trash`: what can be brought back, and deleting it for good."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from par import interrupts, locks, trash
from par.git import deletion, work
from par.names import key
from par.trash import Entry


@dataclass(frozen=True, slots=True)
class Request:
    """Which entries to delete: those of a label or id, and removed longer ago than `age`."""

    name: str | None = None
    age: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Holding:
    """An entry and the work in it that is nowhere else, a line each."""

    entry: Entry
    work: tuple[str, ...]


def listing() -> tuple[Entry, ...]:
    """What can be brought back, the latest removal first."""
    return tuple(trash.entries())


def size(entry: Entry) -> int:
    """The bytes that an entry's files take."""
    return sum(each.lstat().st_size for each in entry.folder.rglob("*") if not each.is_dir())


def plan(request: Request) -> tuple[Holding, ...]:
    """The entries to delete, and what would be lost with each."""
    before = datetime.now(timezone.utc) - request.age
    chosen = [each for each in trash.entries() if each.removed_at <= before and _is_named(each, request.name)]
    return tuple(Holding(entry, tuple(_work(entry))) for entry in chosen)


def _is_named(entry: Entry, name: str | None) -> bool:
    return name is None or entry.id == name or key(entry.context.label) == key(name)


def _work(entry: Entry) -> Iterable[str]:
    for place, kept in enumerate(entry.kept):
        if kept.worktree.repository.common_dir.is_dir():
            lying = replace(kept.worktree, path=entry.grave(place))
            files = work.uncommitted(lying.path) if kept.had_folder else []
            commits = work.unmerged_from(lying, [oid for oid in (kept.oid, kept.tip) if oid])
            yield from [f"{len(files)} uncommitted files"] if files else []
            yield from [f"{len(commits)} commits on no branch"] if commits else []


def run(planned: Iterable[Holding]) -> tuple[Entry, ...]:
    """Delete the entries for good; those that were deleted."""
    return tuple(holding.entry for holding in planned if empty(holding.entry))


def empty(entry: Entry) -> bool:
    """Delete one entry for good; False while another par works on it."""
    with locks.adopted(entry.id) as operation, interrupts.ignored():
        if operation is None:
            return False
        for place, kept in enumerate(entry.kept):
            home = kept.worktree.repository
            if home.common_dir.is_dir():
                with locks.repository(home.common_dir):
                    deletion.forget(replace(kept.worktree, path=entry.grave(place)))
        trash.forget(entry)
    return True

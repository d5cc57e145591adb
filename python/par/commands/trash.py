"""`par trash`: what can be brought back, and deleting it for good."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from par import emptying, roots, trash
from par.errors import ParError
from par.git import burial, links, work
from par.git.burial import Kept
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
    emptying.sweep()
    return tuple(trash.entries())


def size(entry: Entry) -> int:
    """The bytes that an entry's files take."""
    return sum(each.lstat().st_size for each in entry.folder.rglob("*") if not each.is_dir())


def plan(request: Request) -> tuple[Holding, ...]:
    """The entries to delete, and what would be lost with each. Raises NotFoundError for an unknown name."""
    emptying.sweep()
    if request.name is not None:
        trash.find(request.name)
    chosen = [each for each in trash.older_than(request.age) if _is_named(each, request.name)]
    return tuple(Holding(entry, tuple(_work(entry))) for entry in chosen)


def _is_named(entry: Entry, name: str | None) -> bool:
    return name is None or entry.id == name or key(entry.context.label) == key(name)


def _work(entry: Entry) -> Iterable[str]:
    if entry.has_root and (found := roots.files_in(entry.root_grave, entry.context)):
        yield _counted(len(found), "file", " beside the worktrees")
    for place, kept in enumerate(entry.kept):
        if not kept.worktree.repository.common_dir.is_dir():
            yield "what cannot be told: its repository is gone"
            continue
        try:
            yield from _work_in(kept, entry, place)
        except ParError as error:  # what cannot be judged counts as work
            yield f"what cannot be told: {error.message}"


def _work_in(kept: Kept, entry: Entry, place: int) -> Iterable[str]:
    grave = entry.grave(place)
    lying = replace(kept.worktree, path=grave)
    files = work.uncommitted(grave, lying.repository, lying.included) if kept.had_folder else []
    oids = [oid for oid in (kept.oid, kept.tip) if oid]
    commits = work.unmerged_from(lying, oids, burial.fetched_oids(grave), is_going=False)
    admin = links.admin_dir(grave) if kept.had_folder else None
    commits += work.unpushed(admin) if admin else []
    yield from [_counted(len(files), "uncommitted file", "")] if files else []
    yield from [_counted(len(commits), "commit", " on no branch")] if commits else []


def _counted(count: int, noun: str, rest: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}{rest}"


def run(planned: Iterable[Holding]) -> tuple[Entry, ...]:
    """Delete the entries for good; those that were deleted."""
    return tuple(holding.entry for holding in planned if emptying.empty(holding.entry))

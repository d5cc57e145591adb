"""`par trash`: what can be brought back, and deleting it for good."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from par.config import settings
from par.names import key, visible
from par.system import narration
from par.trash import emptying, entries, expiry, holding
from par.trash.entries import Entry
from par.trash.expiry import Prospect


class Request(NamedTuple):
    """Which entries to delete: those of a label or id, and removed longer ago than `age`."""

    name: str | None = None
    age: timedelta = timedelta(0)


class Holding(NamedTuple):
    """An entry and the work in it that is nowhere else, a line each."""

    entry: Entry
    work: tuple[str, ...]


def listing() -> tuple[Prospect, ...]:
    """What can be brought back, the latest removal first, and how long."""
    emptying.finish_emptying()
    return expiry.prospects(settings.trash_age())


def size(entry: Entry) -> int:
    """The bytes that an entry's files take."""
    return sum(each.lstat().st_size for each in entry.folder.rglob("*") if not each.is_dir())


def plan(request: Request) -> tuple[Holding, ...]:
    """The entries to delete, and what would be lost with each. Raises NotFoundError for an unknown name."""
    emptying.finish_emptying()
    if request.name is not None:
        entries.find(request.name)
    chosen = [each for each in entries.older_than(request.age) if _is_named(each, request.name)]
    for each in chosen:
        emptying.check(each)
    return tuple(Holding(each, tuple(holding.losses(each).counted(" on no branch"))) for each in chosen)


def _is_named(entry: Entry, name: str | None) -> bool:
    return name is None or entry.id == name or key(entry.context.label) == key(name)


def run(planned: Iterable[Holding]) -> tuple[Entry, ...]:
    """Delete the entries for good; those that were deleted. One that held nothing is judged again."""
    return tuple(each.entry for each in planned if not _has_come_in(each) and emptying.empty(each.entry))


def _has_come_in(planned: Holding) -> bool:
    found = () if planned.work else holding.losses(planned.entry).counted()
    if found:
        message = f"'{visible(planned.entry.context.label)}' ({planned.entry.id}) stays in the trash"
        narration.report(f"{message}: it holds {', '.join(found)} since then")
    return bool(found)

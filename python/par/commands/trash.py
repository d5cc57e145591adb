"""`par trash`: what can be brought back, and deleting it for good."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from par.config import settings
from par.errors import NotFoundError
from par.names import key, visible
from par.system import narration
from par.trash import damaged, emptying, expiry, holding, lookup
from par.trash.damaged import Damaged
from par.trash.entries import Entry
from par.trash.expiry import Prospect


class Request(NamedTuple):
    """Which entries to delete: those of a label or id, and removed longer ago than `age`."""

    socket: Path
    name: str | None = None
    age: timedelta = timedelta(0)


class Listing(NamedTuple):
    """What can be brought back, the latest removal first, and how long; and what is damaged."""

    prospects: tuple[Prospect, ...]
    damaged: tuple[Damaged, ...]


class Holding(NamedTuple):
    """An entry and the work in it that is nowhere else, a line each; without an `entry` it has no record."""

    id: str
    label: str
    work: tuple[str, ...]
    entry: Entry | None


def listing(socket: Path) -> Listing:
    """What is in the trash."""
    emptying.finish_emptying()
    return Listing(expiry.prospects(settings.trash_age()), tuple(damaged.damaged(socket)))


def size(entry: Entry) -> int:
    """The bytes that an entry's files take."""
    return sum(each.lstat().st_size for each in entry.folder.rglob("*") if not each.is_dir())


def plan(request: Request) -> tuple[Holding, ...]:
    """The entries to delete, and what would be lost with each. Raises NotFoundError for an unknown name.

    What is damaged is only meant where it is named: nobody can say what would be lost.
    """
    emptying.finish_emptying()
    if request.name is not None:
        try:
            lookup.find(request.name)
        except NotFoundError:
            if found := damaged.find(request.name, request.socket):
                return (_broken(found),)
            raise
    name = request.name
    chosen = [
        each
        for each in lookup.older_than(request.age)
        if name is None or each.id == name or key(name) in {key(each.context.label), key(each.label)}
    ]
    for each in chosen:
        emptying.check(each)
    for left in () if request.name else damaged.damaged(request.socket):
        message = f"'{damaged.shown(left)}' stays in the trash: {left.message}"
        narration.report(f"{message}: par trash empty {left.id}")
    return tuple(
        Holding(each.id, each.context.label, tuple(holding.losses(each).counted(" on no branch")), each)
        for each in chosen
    )


def _broken(found: Damaged) -> Holding:
    if found.entry:
        emptying.check(found.entry)
    return Holding(found.id, found.label, (f"what cannot be judged: {found.message}",), found.entry)


def run(planned: Iterable[Holding]) -> tuple[Holding, ...]:
    """Delete the entries for good; those that were deleted. One that held nothing is judged again."""
    return tuple(each for each in planned if not _has_come_in(each) and _empty(each))


def _empty(planned: Holding) -> bool:
    if planned.entry is None:
        return emptying.empty_folder(planned.id, planned.label)
    return emptying.empty(planned.entry)


def _has_come_in(planned: Holding) -> bool:
    found = () if planned.work or not planned.entry else holding.losses(planned.entry).counted()
    if found:
        message = f"'{visible(planned.label)}' ({planned.id}) stays in the trash"
        narration.report(f"{message}: it holds {', '.join(found)} since then")
    return bool(found)

"""When what is in the trash goes by itself: old by more than one look at the clock, and no loss."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from par.errors import ParError
from par.git.unsaved import Losses
from par.state import index
from par.state.records import when
from par.trash import emptying, entries, holding
from par.trash.entries import Entry

DUE = "due"
AGAIN = timedelta(days=1)


class Prospect(NamedTuple):
    """An entry and when its time is over; None for never. Where it is over, what keeps it: `holds`.

    Before that `holds` is empty whatever is in it: to judge an entry asks git for all that it has.
    """

    entry: Entry
    goes_at: datetime | None
    holds: Losses


def expire(age: timedelta, names: Iterable[str]) -> tuple[Entry, ...]:
    """Delete for good which of the entries `names` are that old and hold no work; those that were deleted.

    One wrong clock deletes nothing: an entry goes only where an earlier run, a day before or more, found
    it too old as well. What holds work is looked at again a day later.
    """
    return tuple(
        each for each in entries.entries(names) if _is_over(each, age) and _is_due(each) and _delete(each)
    )


def prospects(age: timedelta | None) -> tuple[Prospect, ...]:
    """What can be brought back, the latest removal first, and how long it still can."""
    found = []
    for entry in entries.entries():
        is_over = age is not None and _is_over(entry, age)
        goes_at = _removed_at(entry) + age if age is not None and not is_over else None
        found.append(Prospect(entry, goes_at, holding.losses(entry) if is_over else Losses()))
    return tuple(found)


def _removed_at(entry: Entry) -> datetime:
    """When it was removed, by its record or by the time of the record's file, whatever is later."""
    with suppress(OSError):
        written = datetime.fromtimestamp((entry.folder / entries.ENTRY).stat().st_mtime, timezone.utc)
        return max(entry.removed_at, written)
    return entry.removed_at


def _is_over(entry: Entry, age: timedelta) -> bool:
    # What was removed before it was made had a wrong clock
    is_true = entry.removed_at >= entry.context.created_at
    return is_true and datetime.now(timezone.utc) - _removed_at(entry) >= age


def _is_due(entry: Entry) -> bool:
    """Whether a run at least a day ago found it too old; where none did, this one is remembered."""
    seen, now = _seen(entry.folder / DUE), datetime.now(timezone.utc)
    if seen and timedelta(0) <= now - seen < AGAIN:
        return False
    is_due = seen is not None and now >= seen
    with suppress(OSError):
        index.write(entry.folder / DUE, now.isoformat().encode(), is_durable=False)
        return is_due
    return False


def _seen(path: Path) -> datetime | None:
    with suppress(OSError, ValueError):
        return when(path.read_text())
    return None


def _delete(entry: Entry) -> bool:
    with suppress(ParError, OSError):  # what cannot be judged stays
        return not any(holding.losses(entry)) and emptying.empty(entry)
    return False

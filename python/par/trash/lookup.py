"""Which entries of the trash are meant: by a label or an id, by their age, or as the last ones."""

from datetime import datetime, timedelta, timezone
from functools import partial

from par.errors import NotFoundError
from par.names import key, nearest, visible
from par.state import paths
from par.system import files
from par.trash import entries
from par.trash.entries import Entry


def older_than(age: timedelta) -> list[Entry]:
    """What was removed at least so long ago, the latest removal first."""
    now = datetime.now(timezone.utc)
    return [entry for entry in entries.entries() if now - entry.removed_at >= age]


def last_removed() -> tuple[Entry, ...]:
    """All that the last command removed, in the order in which it did. Raises NotFoundError."""
    known = entries.entries()
    if not known:
        raise NotFoundError("the trash is empty", hint="par ls")
    return tuple(each for each in reversed(known) if each.command == known[0].command)


def latest() -> tuple[Entry, ...]:
    """The last removal of each label, the oldest first. Raises NotFoundError."""
    known = {key(each.context.label): each for each in reversed(entries.entries())}
    if not known:
        raise NotFoundError("the trash is empty", hint="par ls")
    return tuple(known.values())


def find(name: str) -> Entry:
    """The entry with this label (or LABEL/REPO) or id, the latest of its label. Raises NotFoundError.

    One that is spelled so comes before one that differs in case.
    """
    known = entries.entries(filter(partial(_may_be, name), entries.names()))
    found = [each for each in known if name == each.id or key(name) in {*map(key, _labels(each))}]
    if found:
        return next((each for each in found if name in {each.id, *_labels(each)}), found[0])
    near = nearest(name, (each.label for each in entries.entries()))
    raise NotFoundError(f"'{visible(name)}' is not in the trash", hint="par trash", meant=(name, near))


def _labels(entry: Entry) -> tuple[str, str]:
    return entry.context.label, entry.label


def _may_be(wanted: str, name: str) -> bool:
    """Whether the entry `name` may be called `wanted`, by the letters in its record: few are parsed."""
    try:
        record = files.content(paths.trash() / name / entries.ENTRY).lower()
    except OSError:
        return True
    # What is not ASCII is escaped there, and may count as the same letter
    first = wanted.partition("/")[0].lower()
    return name == wanted or not wanted.isascii() or first.encode() in record or b"\\" in record

"""Which entries of the trash are meant: those of labels or ids, or what the last command removed."""

from pathlib import Path

from par.errors import NotFoundError
from par.names import visible
from par.state.index import Index
from par.trash import entries, lookup
from par.trash.entries import Entry

ALL = "all"


def chosen(names: tuple[str, ...], socket: Path, found: Index) -> tuple[Entry, ...]:
    """The entries that `names` mean, just `all` the last of each label; all of the last command for none.

    Raises NotFoundError.
    """
    if not names:
        return _last_removed(socket, found)
    if [each.casefold() for each in names] == [ALL]:
        return lookup.latest()
    return tuple({each.id: each for each in (_find(name, socket) for name in names)}.values())


def _find(name: str, socket: Path) -> Entry:
    try:
        return lookup.find(name)
    except NotFoundError:
        from par.trash import damaged  # noqa: PLC0415 - few are

        damaged.check(name, socket)
        raise


def _last_removed(socket: Path, found: Index) -> tuple[Entry, ...]:
    from par.trash import damaged, forgotten  # noqa: PLC0415 - most say what comes back

    gone = forgotten.last()
    latest = next(iter(entries.entries()), None)
    # What was adopted again since then is no news
    if gone and not found.like(gone.label) and not (latest and latest.removed_at > gone.at):
        if not gone.place:
            message = f"'{visible(gone.label)}' was deleted for good: there is nothing to bring back"
            raise NotFoundError(message, hint="par trash")
        message = f"par only forgot '{visible(gone.label)}', an adopted one: there is nothing to bring back"
        raise NotFoundError(message, hint=gone.again)
    if latest is None:
        damaged.check(None, socket)
    return lookup.last_removed()

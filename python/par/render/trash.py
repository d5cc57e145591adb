"""What `par trash` prints: its table, and what emptying it would lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from par.names import visible
from par.render import documents, ls
from par.render.table import Column, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from par.commands.trash import Holding, Listing
    from par.trash.damaged import Damaged
    from par.trash.expiry import Prospect

TRASH = (
    Column("Label", 14),
    Column("Repository", 10),
    Column("Removed", 10),
    Column("Id", 12),
    Column("Kept until", 10),
    Column("Size", 7),
)

EMPTY = "The trash is empty."


def trash(seen: Listing, sizes: Sequence[int] | None, width: int | None) -> str:
    """The table of `par trash`, and below it why something is still there although its time is over.

    What is damaged comes last, with the commands that end it.
    """
    found = seen.prospects
    broken = [*map(_damaged, seen.damaged)]
    if not found:
        return "\n".join(broken) or EMPTY
    rows = [
        [
            visible(each.entry.label),
            visible(ls.place(each.entry.context)),
            each.entry.removed_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            each.entry.id,
            each.goes_at.astimezone().strftime("%Y-%m-%d") if each.goes_at else "",
            *([size(sizes[number])] if sizes else []),
        ]
        for number, each in enumerate(found)
    ]
    kept = [each for each in found if any(each.holds)]
    return "\n".join([table(TRASH[: len(rows[0])], rows, width), *map(_kept, kept), *broken])


def _damaged(each: Damaged) -> str:
    named = f"'{visible(each.label)}' ({each.id})" if each.entry else f"'{each.id}'"
    return f"{named} is damaged: {visible(each.message)}: {each.remedy}, or par trash empty {each.id}"


def _kept(each: Prospect) -> str:
    held = ", ".join(each.holds.counted())
    return f"'{visible(each.entry.label)}' ({each.entry.id}) stays: it holds {held}"


def size(count: float) -> str:
    """So many bytes in one unit."""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def holdings(found: Iterable[Holding]) -> str:
    """What `par trash empty` is about to delete, and the work that would be lost."""
    return "\n".join(
        f"  {visible(each.label)}  ({each.id})" + (f"  holds {', '.join(each.work)}" if each.work else "")
        for each in found
    )


def document(seen: Listing, sizes: Sequence[int] | None) -> str:
    """The document of `par trash --json`; sizes in bytes, where asked for."""
    pairs = enumerate(seen.prospects)
    broken = [
        {"id": each.id, "label": each.label if each.entry else None, "message": each.message}
        for each in seen.damaged
    ]
    return documents.dumped(
        {"trash": [_prospect(each, sizes[n] if sizes else None) for n, each in pairs], "damaged": broken}
    )


def _prospect(each: Prospect, size: int | None) -> dict[str, Any]:
    entry = each.entry
    return {
        "id": entry.id,
        "label": entry.context.label,
        "kind": entry.context.kind.value,
        "repository": str(entry.context.repository.path),
        "removed_at": entry.removed_at.isoformat(timespec="seconds"),
        "goes_at": each.goes_at.isoformat() if each.goes_at else None,
        "holds": {"files": [*each.holds.files], "commits": [*each.holds.commits]},
        "folder": str(entry.folder),
        **({} if size is None else {"size": size}),
    }

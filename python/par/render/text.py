"""What a person reads: the receipts, and the table of the trash."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from par.model import Context, Kind, Sighting
from par.names import visible
from par.render.table import Column, table

if TYPE_CHECKING:  # a listing need not load what sends and removes
    from collections.abc import Iterable, Sequence

    from par.commands.control_center import Built
    from par.commands.send import Delivery
    from par.commands.trash import Holding
    from par.expiry import Prospect
    from par.removal import Removed
    from par.trash import Entry

TRASH = (
    Column("Label", 14),
    Column("Repository", 10),
    Column("Removed", 10),
    Column("Id", 12),
    Column("Goes", 10),
    Column("Size", 7),
)


def place(context: Context) -> str:
    """What a context is a part of: its repository, or those of a workspace."""
    return f"workspace ({context.place})" if context.kind is Kind.WORKSPACE else context.place


def removed(done: Removed) -> str:
    """What `par rm` did to one context, and how it comes back."""
    if done.is_adopted:
        return _forgotten(done)
    parts = [
        *([_many("worktree", len(done.folders))] if done.folders else []),
        *(_branches(name, count) for name, count in Counter(done.branches).items()),
        *(["session"] if done.session else []),
    ]
    deed = "dropped" if done.is_part else "removed"
    said = f"{deed} '{done.label}'" + (f": {', '.join(parts)}" if parts else ": only its record was left")
    lines = [said]
    if done.processes:
        lines.append(f"still running in its folder: {visible(', '.join(done.processes))}")
    lines += [
        f"kept {visible(str(path))}: its repository is gone, so par cannot tell what it holds"
        for path in done.kept
    ]
    if done.left:
        lines.append(f"its files are in {visible(str(done.left))}: some could not be deleted")
    if done.trash_id:
        how = f"{done.trash_id} --as NEWLABEL" if done.is_part else done.label
        lines.append(f"all of it is in the trash, bring it back: par restore {how}")
    return "\n".join(lines)


def _many(noun: str, count: int) -> str:
    return noun if count == 1 else f"{count} {noun}s"


def _branches(name: str, count: int) -> str:
    return f"branch {visible(name)}" + ("" if count == 1 else f" in {count} repositories")


def _forgotten(done: Removed) -> str:
    (folder,) = done.kept
    said = f"forgot '{done.label}': {visible(str(folder))} was not made by par and stays as it is"
    if done.session:
        said += f"; session {visible(done.session)} was killed"
    if done.released:
        said += f"; session {visible(done.released)} goes on"
    place = visible(done.released or str(folder))
    return f"{said}\ntake it again: par adopt '{place}' --label {done.label}"


def trash(found: Sequence[Prospect], sizes: Sequence[int] | None, width: int | None) -> str:
    """The table of `par trash`, and below it why something is still there although its time is over."""
    if not found:
        return "The trash is empty."
    rows = [
        [
            each.entry.context.label,
            visible(place(each.entry.context)),
            each.entry.removed_at.astimezone().strftime("%Y-%m-%d %H:%M"),
            each.entry.id,
            each.goes_at.astimezone().strftime("%Y-%m-%d") if each.goes_at else "",
            *([_bytes(sizes[number])] if sizes else []),
        ]
        for number, each in enumerate(found)
    ]
    kept = [each for each in found if any(each.holds)]
    return "\n".join([table(TRASH[: len(rows[0])], rows, width), *map(_kept, kept)])


def _kept(each: Prospect) -> str:
    held = ", ".join(each.holds.counted())
    return f"'{each.entry.context.label}' ({each.entry.id}) stays: it holds {held}"


def _bytes(count: float) -> str:
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def holdings(found: Iterable[Holding]) -> str:
    """What `par trash empty` is about to delete, and the work that would be lost."""
    return "\n".join(
        f"  {each.entry.context.label}  ({each.entry.id})"
        + (f"  holds {', '.join(each.work)}" if each.work else "")
        for each in found
    )


def expired(entries: Iterable[Entry]) -> str:
    """What `par rm` deleted for good because it had been in the trash for too long."""
    return "\n".join(
        f"deleted '{each.context.label}' ({each.id}), in the trash since {each.removed_at:%Y-%m-%d}"
        for each in entries
    )


def doomed(sightings: Iterable[Sighting]) -> str:
    """What `par rm all` is about to remove, a line each."""
    return "\n".join(
        f"  {each.context.label}  ({visible(place(each.context))})"
        + ("  adopted: only forgotten" if each.context.is_adopted else "")
        for each in sightings
    )


def deliveries(found: Iterable[Delivery], verb: str) -> str:
    """A receipt for each context that a text was for; `verb` tells what happened to it."""
    return "\n".join(
        f"{visible(each.label)}: " + (f"not sent, {each.fault}" if each.fault else verb) for each in found
    )


def center(built: Built) -> str:
    """What the control center shows."""
    count = len(built.shown)
    return f"control-center: {count} context{'' if count == 1 else 's'}"


def stopped(labels: Sequence[str]) -> str:
    """The contexts that the control center cannot show."""
    return f"not shown, their sessions are stopped: {', '.join(labels)} (par open {labels[0]})"

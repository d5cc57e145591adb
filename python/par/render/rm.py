"""What `par rm` prints: what it is about to remove, what it removed, what expired."""

from __future__ import annotations

from collections import Counter
from shlex import quote
from typing import TYPE_CHECKING, Any

from par.model import ContextStatus
from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from par.errors import ParError
    from par.trash.entries import Entry
    from par.trash.removal import Removed


def removals(done: Sequence[Removed]) -> str:
    """What `par rm` did, a few lines for each context; how several come back stands once, at the end."""
    count = sum(1 for each in done if each.trash_id)
    if count < 2:
        return "\n".join(map(removed, done))
    lines = [removed(each._replace(trash_id=None)) for each in done]
    return "\n".join([*lines, f"all {count} are in the trash, bring them back: par undo"])


def removed(done: Removed) -> str:
    """What `par rm` did to one context, and how it comes back."""
    if done.is_adopted:
        return _forgotten(done)
    parts = [
        *([_many("worktree", len(done.folders))] if done.folders else []),
        *(_branches(name, count) for name, count in Counter(done.branches).items()),
        *(["session"] if done.session else []),
    ]
    verb = "dropped" if done.is_part else "removed"
    said = f"{verb} '{done.label}'" + (f": {', '.join(parts)}" if parts else ": only its record was left")
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
        lines.append(f"all of it is in the trash, bring it back: par restore {quote(visible(done.label))}")
    return "\n".join(lines)


def notice(done: Sequence[Removed]) -> str:
    """What `par rm` did, as one line of a status line."""
    count = sum(1 for each in done if each.trash_id)
    if len(done) > 1:
        return f"par: removed {len(done)} contexts" + (" - par undo brings them back" if count else "")
    return f"par: {removed(done[0]).splitlines()[0]}" + (" - par undo brings it back" if count else "")


def _many(noun: str, count: int) -> str:
    return noun if count == 1 else f"{count} {noun}s"


def _branches(name: str, count: int) -> str:
    return f"branch {visible(name)}" + ("" if count == 1 else f" in {count} repositories")


def _forgotten(done: Removed) -> str:
    from par.trash import forgotten  # noqa: PLC0415 - few are adopted

    (folder,) = done.kept
    said = f"forgot '{done.label}': {visible(str(folder))} was not made by par and stays as it is"
    if done.session:
        said += f"; session {visible(done.session)} was killed"
    if done.released:
        said += f"; session {visible(done.released)} goes on"
    return f"{said}\ntake it again: {forgotten.adopting(done.label, forgotten.place(done))}"


def expired(entries: Iterable[Entry]) -> str:
    """What `par rm` deleted for good because it had been in the trash for too long."""
    return "\n".join(
        f"deleted '{each.context.label}' ({each.id}), in the trash since {each.removed_at:%Y-%m-%d}"
        for each in entries
    )


def to_remove(statuses: Iterable[ContextStatus], faults: Mapping[str, ParError]) -> str:
    """What `par rm all` is about to remove, a line each, and what stays."""
    from par.render import ls  # noqa: PLC0415 - most are named, and not asked about

    lines = [
        f"  {each.context.label}  ({visible(ls.place(each.context))})"
        + ("  adopted: only forgotten" if each.context.is_adopted else "")
        for each in statuses
    ]
    lines += [f"  {label} stays: {visible(fault.message)}" for label, fault in faults.items()]
    return "\n".join(lines)


def document(done: Iterable[Removed]) -> str:
    """The document of `par rm --json`."""
    return documents.dumped({"removed": [row(each) for each in done]})


def row(done: Removed) -> dict[str, Any]:
    """One removal, as documents have it."""
    return {
        "label": done.label,
        "worktrees": [str(path) for path in done.folders],
        "branches": list(done.branches),
        "session": done.session,
        "kept": [str(path) for path in done.kept],
        "trash_id": done.trash_id,
        "processes": list(done.processes),
        "left": str(done.left) if done.left else None,
    }

"""What `par resurrect` prints: a receipt for each session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.commands.resurrect import StoppedContext


def resurrected(found: Iterable[StoppedContext]) -> str:
    """A receipt for each context that had no session."""
    return "\n".join(map(_stopped, found)) or "Every context has its session."


def _stopped(stopped: StoppedContext) -> str:
    if stopped.is_broken:
        return f"{stopped.context.label}: skipped, {visible(stopped.fault)} (par rm {stopped.context.label})"
    if stopped.fault:
        return f"{stopped.context.label}: not made, {visible(stopped.fault)}"
    resumed = f", {visible(stopped.resumed)} starts again" if stopped.resumed else ""
    return f"{stopped.context.label}: session {'found again' if stopped.was_unmarked else 'made'}{resumed}"


def document(found: Iterable[StoppedContext]) -> str:
    """The document of `par resurrect --json`."""
    rows = [
        {
            "label": each.context.label,
            "made": not each.fault,
            "reason": each.fault or None,
            "resumed": each.resumed or None,
        }
        for each in found
    ]
    return documents.dumped({"sessions": rows})

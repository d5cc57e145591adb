"""What `par send` prints: a receipt for each context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.commands.send import Delivery

REFUSED, PLANNED = "refused", "planned"


def receipts(found: Iterable[Delivery]) -> str:
    """A receipt for each context that a text was for: what was done, would be, or why it is not."""
    return "\n".join(visible(f"{each.label}: {_said(each)}") for each in found)


def _said(delivery: Delivery) -> str:
    if delivery.fault:
        return f"not sent, {delivery.fault}"
    planned = f"would be typed into the pane {delivery.pane_id}, where '{delivery.program}' runs"
    return delivery.state or planned


def document(found: Iterable[Delivery]) -> str:
    """The document of `par send --json`."""
    rows = [
        {
            "label": each.label,
            "pane": each.pane_id or None,
            "state": REFUSED if each.fault else each.state or PLANNED,
            "reason": each.fault or None,
        }
        for each in found
    ]
    return documents.dumped({"receipts": rows})

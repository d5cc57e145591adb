"""What `par send` prints: a receipt for each context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.commands.send import Delivery


def deliveries(found: Iterable[Delivery], verb: str) -> str:
    """A receipt for each context that a text was for; `verb` says what happened to it."""
    return "\n".join(
        f"{visible(each.label)}: " + (f"not sent, {each.fault}" if each.fault else verb) for each in found
    )


def document(found: Iterable[Delivery], is_sent: bool) -> str:
    """The document of `par send --json`."""
    return documents.dumped(
        {
            "deliveries": [
                {
                    "label": each.label,
                    "pane": each.pane_id or None,
                    "sent": is_sent and not each.fault,
                    "reason": each.fault or None,
                }
                for each in found
            ]
        }
    )

"""What `par control-center` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.commands.control_center import Built


def center(built: Built) -> str:
    """What the control center shows."""
    count = len(built.shown)
    return f"control-center: {count} context{'' if count == 1 else 's'}"


def stopped(labels: Sequence[str]) -> str:
    """The contexts that the control center cannot show."""
    return f"not shown, their sessions are stopped: {', '.join(labels)} (par open {labels[0]})"


def document(built: Built) -> str:
    """The document of `par control-center --json`."""
    return documents.dumped(
        {"session": {"id": built.session_id}, "shown": list(built.shown), "stopped": list(built.stopped)}
    )

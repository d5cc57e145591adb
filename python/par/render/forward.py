"""What `par forward` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.state.forwards import Forward


def lines(forwards: Sequence[Forward]) -> str:
    """A line for each port: where it is reached here, and which one that is over there."""
    return "\n".join(f"{_name(each)}: localhost:{each.local} is port {each.port} there" for each in forwards)


def ended(forwards: Sequence[Forward]) -> str:
    """A line for each port that is reached no more."""
    return "\n".join(f"{_name(each)}: localhost:{each.local} is forwarded no more" for each in forwards)


def document(forwards: Sequence[Forward]) -> str:
    """The document of `par forward --json`."""
    rows = [
        {"label": each.label, "repository": each.repository or None, "port": each.port, "local": each.local}
        for each in forwards
    ]
    return documents.dumped({"forwards": rows})


def _name(each: Forward) -> str:
    return visible(f"{each.label}/{each.repository}" if each.repository else each.label)

"""What `par status` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents
from par.render.ls import doing

if TYPE_CHECKING:
    from par.commands.status import Seen
    from par.model import ContextStatus


def line(seen: Seen) -> str:
    """As in '5 contexts: 2 waiting (feat 12m, fix), 1 working': those that wait by their names."""
    counts = [f"{len(found)} {state}{_names(found)}" for state, found in seen.agents.items() if found]
    head = f"{seen.total} context{'' if seen.total == 1 else 's'}"
    return f"{head}: {', '.join(counts)}" if counts else head


def _names(found: tuple[ContextStatus, ...]) -> str:
    waiting = [(each.context.label, doing(each.session)) for each in found if each.session]
    names = (label + doing.removeprefix("waiting") for label, doing in waiting if doing.startswith("waiting"))
    text = visible(", ".join(names))
    return f" ({text})" if text else ""


def document(seen: Seen) -> str:
    """The document of `par status --json`: the labels in each state, the longest first."""
    labels = {state: [each.context.label for each in found] for state, found in seen.agents.items()}
    return documents.dumped({"contexts": seen.total, "agents": labels})

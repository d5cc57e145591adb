"""What `par status` prints."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from par.commands.status import STATES
from par.names import visible
from par.render import documents
from par.render.ls import said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from par.commands.status import Seen


def line(seen: Seen) -> str:
    """As in '5 contexts: 2 waiting (feat 12m, fix), 1 working': those that wait by their names."""
    agents = {
        state: [(each.context.label, each.session.agent_since) for each in found if each.session]
        for state, found in seen.agents.items()
    }
    return counted(seen.total, agents)


def counted(total: int, agents: Mapping[str, Sequence[tuple[str, int]]]) -> str:
    """The same of labels and since when they say so."""
    counts = [f"{len(found)} {state}{_names(state, found)}" for state, found in agents.items() if found]
    head = f"{total} context{'' if total == 1 else 's'}"
    return f"{head}: {', '.join(counts)}" if counts else head


def _names(state: str, found: Sequence[tuple[str, int]]) -> str:
    if state != "waiting":
        return ""
    names = (label + said(state, since).removeprefix(state) for label, since in found)
    return f" ({visible(', '.join(names))})"


def document(seen: Seen) -> str:
    """The document of `par status --json`: the labels in each state, the longest first."""
    labels = {state: [each.context.label for each in found] for state, found in seen.agents.items()}
    return documents.dumped({"contexts": seen.total, "agents": labels})


def line_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """The line of contexts as the documents of `par ls` have them."""
    return counted(len(rows), _by_state(rows))


def document_of(rows: Sequence[Mapping[str, Any]], hosts: Sequence[Mapping[str, Any]]) -> str:
    """The document of the same, and what became of each host."""
    labels = {state: [label for label, _ in found] for state, found in _by_state(rows).items()}
    return documents.dumped({"contexts": len(rows), "agents": labels, "hosts": [*hosts]})


def _by_state(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[tuple[str, int]]]:
    """The labels in each state and since when, the longest first."""
    told = [(each["label"], each["agent"], _seconds(each["agent_since"])) for each in rows if each["agent"]]
    told.sort(key=lambda each: each[2])
    return {state: [(label, since) for label, agent, since in told if agent == state] for state in STATES}


def _seconds(moment: str | None) -> int:
    return int(datetime.fromisoformat(moment).timestamp()) if moment else 0

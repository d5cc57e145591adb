"""What `par ls` prints of records that nobody can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from par.model import State
from par.names import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.state.records import Damaged


def lines(found: Iterable[Damaged]) -> str:
    """A line for each."""
    return "\n".join(
        visible(f"the record of '{each.label}' is damaged: {each.message}: par doctor --fix")
        for each in found
    )


def values(found: Damaged) -> dict[str, Any]:
    """The keys of any context, null for what cannot be read."""
    return {
        "label": found.label,
        "kind": None,
        "state": State.DAMAGED.value,
        "init": "",
        "agent": "",
        "agent_since": None,
        "current": False,
        "repository": {"name": None, "path": None},
        "session": {"name": None, "id": None, "attached": 0},
        "worktrees": [],
        "branch": None,
        "created_at": None,
        "program": {"command": None, "prompt": None, "state": ""},
    }

"""What `par batch` prints: a line for each task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.commands.batch import State
from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.commands.batch import Step

WHY = {
    State.BEGUN: "begun",
    State.THERE: "skipped, it is there already",
    State.REMOVED: "skipped, it was removed since (--again)",
}


def step(done: Step, number: int, count: int) -> str:
    """The line of a task that was done, or not."""
    return f"[{number}/{count}] {done.task.label}: {WHY[done.state]}"


def document(done: Iterable[Step]) -> str:
    """The document of `par batch --json`."""
    rows = [{"label": each.task.label, "line": each.task.line, "state": each.state.value} for each in done]
    return documents.dumped({"tasks": rows})

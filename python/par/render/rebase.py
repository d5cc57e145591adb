"""What `par rebase` prints: what went where, and how it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.commands.rebase import Part


def rebased(label: str, done: Sequence[Part]) -> str:
    """A line for each repository, and the way back."""
    if not done:
        return f"'{label}' is up to date: nothing has changed"
    lines = [_line(label, each, is_alone=len(done) == 1) for each in done]
    return "\n".join([*lines, "take it back: par undo"])


def _line(label: str, part: Part, *, is_alone: bool) -> str:
    where = "" if is_alone else f" in {visible(part.move.home.name)}"
    onto = visible(part.onto.name or part.onto.oid[:10])
    count = "1 commit" if len(part.steps) == 1 else f"{len(part.steps)} commits"
    dropped = f", {part.dropped} left out that it has already" if part.dropped else ""
    return f"rebased '{label}' onto {onto}{where}: {count}{dropped}, {part.move.now[:10]}"


def document(label: str, done: Sequence[Part]) -> str:
    """The document of `par rebase --json`."""
    rows = [
        {
            "repository": str(each.move.home.path),
            "branch": each.move.branch,
            "onto": each.onto.name or each.onto.oid,
            "before": each.move.was,
            "after": each.move.now,
            "commits": len(each.steps),
            "dropped": each.dropped,
        }
        for each in done
    ]
    return documents.dumped({"label": label, "rebased": rows})

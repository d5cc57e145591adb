"""What `par prune` prints: the contexts that may go, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents, ls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.commands.prune import Candidate


def candidates(found: Sequence[Candidate]) -> str:
    """A line for each: the label, where it is, and why it may go."""
    lines = [
        f"  {each.context.label}  ({visible(ls.place(each.context))})  {visible(each.reason)}"
        for each in found
    ]
    return "\n".join(lines) or "Nothing to prune."


def document(found: Sequence[Candidate]) -> str:
    """The document of `par prune --dry-run --json`."""
    return documents.dumped(
        {"candidates": [{"label": each.context.label, "reason": each.reason} for each in found]}
    )

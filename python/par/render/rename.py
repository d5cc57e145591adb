"""What `par rename` prints: the context under its new label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.render import documents, start

if TYPE_CHECKING:
    from par.commands.rename import Renamed


def renamed(done: Renamed) -> str:
    return "\n".join([f"renamed '{done.was.label}' to '{done.now.label}'", *start.parts(done.now, done.init)])


def document(done: Renamed) -> str:
    """The document of `par rename --json`."""
    context = {**start.values(done.now, done.init), "state": done.state.value}
    return documents.dumped({"was": done.was.label, "context": context})

"""What `par adopt` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import start

if TYPE_CHECKING:
    from par.commands.adopt import Adopted


def adopted(done: Adopted) -> str:
    """What `par adopt` says when it is done."""
    context = done.context
    return "\n".join(
        [
            f"adopted '{context.label}' in {visible(context.repository.name)}",
            f"  worktree  {visible(context.folder)}",
            f"  branch    {visible(context.branch) or '(no branch)'}",
            f"  session   {visible(done.session)}" + ("" if done.has_own_session else " (existing)"),
            "par never moves or deletes what it did not make: par rm only forgets it",
            f"open it: par open {context.label}",
        ]
    )


def document(done: Adopted) -> str:
    """The document of `par adopt --json`: as that of `par start`, with the session that it has."""
    return start.document(done.context._replace(session=done.session))

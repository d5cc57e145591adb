"""What `par whoami` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.commands.ls import Listing
from par.names import visible
from par.render import documents, ls

if TYPE_CHECKING:
    from par.commands.whoami import Found


def label(found: Found) -> str:
    """The label alone, for scripts."""
    return visible(found.status.context.label)


def document(found: Found) -> str:
    """The document of `par whoami --json`: the context as `ls` has it, and the worktree that this is in."""
    (row,) = ls.rows(Listing((found.status,), {}))
    worktree = found.worktree.folder if found.worktree else None
    return documents.dumped({"context": row, "worktree": worktree})

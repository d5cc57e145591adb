"""What `par checkout --update` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from par.commands.checkout_update import Updated

SHOWN = 10


def updated(result: Updated) -> str:
    """What was moved where, in a line."""
    label, (remote, ref) = result.context.label, result.upstream
    what = visible(f"{ref} of {remote}")
    if result.before == result.after:
        return f"'{label}' has all of {what} already"
    how = ", which was rewritten" if result.is_rewritten else ""
    return f"updated '{label}' to {what}{how}: {result.before[:SHOWN]} -> {result.after[:SHOWN]}"


def document(result: Updated) -> str:
    """The document of `par checkout --update --json` where a context was there."""
    return documents.dumped(
        {
            "updated": {
                "label": result.context.label,
                "path": result.worktree.folder,
                "branch": result.worktree.branch,
                "before": result.before,
                "after": result.after,
                "rewritten": result.is_rewritten,
            }
        }
    )

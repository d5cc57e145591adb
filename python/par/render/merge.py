"""What `par merge` prints: what went where, and how it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents, rm

if TYPE_CHECKING:
    from par.commands.merge import Merged
    from par.commands.merge_part import Part

MADE = {
    "": "fast-forward",
    "merge": "a merge commit",
    "squash": "as one commit",
    "rebase": "rebased",
}


def merged(done: Merged) -> str:
    """A line for each repository, what became of the context, and the way back."""
    lines = [_line(done.label, each, is_alone=len(done.parts) == 1) for each in done.parts]
    if done.removed:
        said = rm.removed(done.removed._replace(trash_id=None))
        return "\n".join([*lines, said, "take all of it back, the merge too: par undo"])
    return "\n".join([*lines, "take it back: par undo"])


def notice(done: Merged) -> str:
    """The same as one line of a status line."""
    into = ", ".join(dict.fromkeys(visible(each.move.branch) for each in done.parts))
    return f"par: merged and removed '{done.label}' - into {into}; par undo takes it back"


def _line(label: str, part: Part, *, is_alone: bool) -> str:
    move = part.move
    where = "" if is_alone else f" in {visible(move.home.name)}"
    count = "1 commit" if part.ahead == 1 else f"{part.ahead} commits"
    said = f"merged '{label}' into {visible(move.branch)}{where}: {count}, {MADE[part.made]}, {move.now[:10]}"
    return said + (f"\nbrought forward: {visible(str(move.holder))}" if move.holder else "")


def document(done: Merged) -> str:
    """The document of `par merge --json`."""
    rows = [
        {
            "repository": str(each.move.home.path),
            "branch": each.worktree.branch,
            "into": each.move.branch,
            "before": each.move.was,
            "after": each.move.now,
            "commits": each.ahead,
            "made": each.made or "fast-forward",
            "checkout": str(each.move.holder) if each.move.holder else None,
        }
        for each in done.parts
    ]
    trash_id = done.removed.trash_id if done.removed else None
    return documents.dumped({"label": done.label, "merged": rows, "trash_id": trash_id})

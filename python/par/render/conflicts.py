"""What `par conflicts` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents

if TYPE_CHECKING:
    from par.commands.conflicts import Conflict, Report


def report(found: Report) -> str:
    """A line for each pair that would conflict, and below it the files."""
    if not found.conflicts:
        counted = "1 worktree" if found.compared == 1 else f"{found.compared} worktrees"
        return f"{counted} compared: no conflicts."
    return "\n".join(line for each in found.conflicts for line in _lines(each))


def _lines(conflict: Conflict) -> list[str]:
    sides = [f"'{label}'" for label in conflict.labels] + ([conflict.base] if conflict.base else [])
    title = f"{' and '.join(map(visible, sides))} in {visible(conflict.repository)}:"
    return [title, *(f"  {visible(name)}" for name in conflict.files)]


def document(found: Report) -> str:
    """The document of `par conflicts --json`."""
    rows = [
        {
            "labels": [*each.labels],
            "base": each.base or None,
            "repository": each.repository,
            "files": [*each.files],
        }
        for each in found.conflicts
    ]
    return documents.dumped({"conflicts": rows})

"""What `par ls --long` prints: how far the work in each worktree is, as a table, or as JSON."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from par.names import visible
from par.render import documents
from par.render.ls import UNITS
from par.render.table import Column, plain, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.commands.ls_long import Row

COLUMNS = (
    Column("Label"),
    Column("Ahead"),
    Column("Behind"),
    Column("Changed"),
    Column("Last Commit"),
    Column("Base", 10),
)
PLAIN = ("label", "ahead", "behind", "changed", "last_commit", "base")
UNKNOWN = "?"
NOTHING = "No contexts. Make one in a git repository: par start LABEL"


def report(rows: Sequence[Row], width: int | None) -> str:
    """The table, fitted to `width` columns; with None plain, a tab between two cells."""
    if not rows:
        return NOTHING
    lines = [[visible(cell) for cell in _cells(each)] for each in rows]
    return plain(PLAIN, lines) if width is None else table(COLUMNS, lines, width)


def _cells(row: Row) -> tuple[str, ...]:
    seen = row.standing
    if seen is None:
        return (row.target.label, *(UNKNOWN * 4), UNKNOWN)
    numbers = (seen.ahead, seen.behind, seen.changed)
    counted = [UNKNOWN if number is None else str(number) for number in numbers]
    return (row.target.label, *counted, ago(int(time.time()) - seen.committed_at), row.base or UNKNOWN)


def ago(seconds: int) -> str:
    """How long ago that was."""
    return next((f"{seconds // size}{unit} ago" for unit, size in UNITS if seconds >= size), "now")


def document(rows: Sequence[Row]) -> str:
    """The document of `par ls --long --json`: null for what git did not say in time."""
    return documents.dumped({"worktrees": [_value(each) for each in rows]})


def _value(row: Row) -> dict[str, Any]:
    seen = row.standing
    return {
        "label": row.target.context.label,
        "repository": row.target.worktree.name if row.target.worktree else row.target.context.repository.name,
        "base": row.base or None,
        "ahead": seen.ahead if seen else None,
        "behind": seen.behind if seen else None,
        "changed": seen.changed if seen else None,
        "committed_at": datetime.fromtimestamp(seen.committed_at, timezone.utc).isoformat() if seen else None,
    }

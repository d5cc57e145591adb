"""What `par compare` prints: attempts at one task, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from par.names import visible
from par.render import documents, rm, run
from par.render.table import Column, plain, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.commands.compare import Attempt, Comparison
    from par.trash.removal import Removed

TESTED = (Column("Command"), Column("Seconds"))
SIZES = (
    Column("Files"),
    Column("Lines"),
    Column("Commits"),
    Column("Not Committed"),
    Column("Repository", 8),
    Column("Base", 8),
)
PLAIN = ("label", "command", "exit", "seconds", "files", "added", "deleted", "commits", "uncommitted")


def report(done: Comparison, width: int | None) -> str:
    """The table, fitted to `width` columns; with None plain, a tab between two cells."""
    if width is None:
        rows = [[visible(cell) for cell in _plain(each)] for each in done.attempts]
        return plain((*PLAIN, "repository", "base"), rows)
    is_tested = any(each.test for each in done.attempts)
    lines = [[visible(cell) for cell in _cells(each, is_tested)] for each in done.attempts]
    return table((Column("Label"), *(TESTED if is_tested else ()), *SIZES), lines, width)


def _cells(each: Attempt, is_tested: bool) -> tuple[str, ...]:
    seconds = each.test.seconds if each.test else None
    tested = (run.state(each.test) if each.test else "", "" if seconds is None else f"{seconds:.1f}")
    size, place = each.size, each.place
    counts = (str(size.files), f"+{size.added} -{size.deleted}", str(each.commits), str(each.uncommitted))
    return (place.label, *(tested if is_tested else ()), *counts, place.repository, each.base)


def _plain(each: Attempt) -> tuple[str, ...]:
    test, size = each.test, each.size
    told = (test.stage.value, _text(test.status), _text(test.seconds)) if test else ("", "", "")
    counts = map(str, (*size, each.commits, each.uncommitted))
    return (each.place.label, *told, *counts, each.place.repository, each.base)


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def document(done: Comparison, removed: Sequence[Removed]) -> str:
    """The document of `par compare --json`."""
    attempts = [_row(each) for each in done.attempts]
    return documents.dumped({"attempts": attempts, "removed": [rm.row(each) for each in removed]})


def _row(each: Attempt) -> dict[str, Any]:
    test, size = each.test, each.size
    return {
        "label": each.place.label,
        "repository": each.place.repository,
        "base": each.base,
        "commits": each.commits,
        "files": size.files,
        "added": size.added,
        "deleted": size.deleted,
        "uncommitted": each.uncommitted,
        "command": test.stage.value if test else None,
        "exit": test.status if test else None,
        "seconds": test.seconds if test else None,
        "log": run.log(test) if test else None,
    }

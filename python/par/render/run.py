"""What `par run` prints: how a command goes in each worktree, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible
from par.render import documents
from par.render.table import Column, plain, table
from par.setup import logs
from par.setup.batch import Progress, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    Column("Label"),
    Column("Repository", 10),
    Column("State", stays=True),
    Column("Seconds"),
    Column("Last line", 20),
)
PLAIN = ("label", "repository", "state", "exit", "seconds", "log")
# What a table that does not fit the terminal shows first
ORDER = (Stage.RUNNING, Stage.FAILED, Stage.TIMEOUT, Stage.STOPPED, Stage.WAITING, Stage.NOT_BEGUN, Stage.OK)
FRAME_LINES = 5


def live(found: Sequence[Progress], width: int, height: int) -> str:
    """How it goes, fitted to a terminal: what does not fit is counted."""
    room = max(1, height - FRAME_LINES)
    places: list[int] = [*range(len(found))]
    by_worth = sorted(places, key=lambda place: ORDER.index(found[place].stage))
    shown = [found[place] for place in sorted(by_worth[:room])] if len(found) > room else [*found]
    more = f"and {len(found) - len(shown)} more" if len(shown) < len(found) else ""
    return "\n".join(filter(None, (table(COLUMNS, _rows(shown), width), more)))


def _rows(found: Sequence[Progress]) -> list[list[str]]:
    return [[visible(cell) for cell in _cells(each, logs.last_line(each.files))] for each in found]


def _cells(each: Progress, last: str) -> tuple[str, ...]:
    seconds = "" if each.seconds is None else f"{each.seconds:.1f}"
    return each.task.label, each.task.repository, state(each), seconds, last


def state(each: Progress) -> str:
    """How it stands, in a word or two."""
    if each.stage is not Stage.FAILED:
        return str(each.stage.value)
    return each.reason if each.status is None else f"exit {each.status}"


def outcome(found: Sequence[Progress], width: int | None) -> str:
    """How it went: a table with the last lines on a terminal, else plain with all that there is."""
    if width is not None:
        return table(COLUMNS, _rows(found), width)
    return plain(PLAIN, [[visible(cell) for cell in _plain(each)] for each in found])


def _plain(each: Progress) -> tuple[str, ...]:
    task, status = each.task, "" if each.status is None else str(each.status)
    seconds = "" if each.seconds is None else f"{each.seconds:.3f}"
    return task.label, task.repository, each.stage.value, status, seconds, log(each) or ""


def log(each: Progress) -> str | None:
    """Where it is written what the command said, if it is."""
    return str(each.files.log) if each.files.log.exists() else None


def end(each: Progress) -> str:
    """What is told when one has ended, where no table shows it."""
    seconds = "" if each.seconds is None else f", {each.seconds:.1f} s"
    return visible(f"{_name(each)}: {state(each)}{seconds}")


def _name(each: Progress) -> str:
    return f"{each.task.label} ({each.task.repository})"


def output(found: Sequence[Progress]) -> str:
    """What the command said in each worktree, under its name."""
    parts = []
    for each in found:
        parts += [visible(f"--- {_name(each)}: {state(each)}"), *logs.lines(each.files)]
    return "\n".join(parts)


def stopped(found: Sequence[Progress]) -> str:
    """Where it was ended, and where it never began."""
    ended = ", ".join(_name(each) for each in found if each.stage is Stage.STOPPED)
    never = ", ".join(_name(each) for each in found if each.stage is Stage.NOT_BEGUN)
    parts = (f"stopped in {ended}" if ended else "", f"not begun in {never}" if never else "")
    return visible("; ".join(filter(None, parts)))


def document(found: Sequence[Progress]) -> str:
    """The document of `par run --json`."""
    rows = [
        {
            "label": each.task.label,
            "repository": each.task.repository,
            "exit": each.status,
            "reason": each.reason or None,
            "seconds": each.seconds,
            "log": log(each),
        }
        for each in found
    ]
    return documents.dumped({"results": rows})

"""The branches that par moved, so that an undo takes them back: written down before the first one moves.

What is not finished lies in a folder of its own, and the next par takes it back.
"""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from par.errors import ParError
from par.git import branch_moves, stale_locks
from par.git.branch_moves import Move
from par.model import Repository, Worktree
from par.names import visible
from par.state import index, locks, paths
from par.state.locks import Operation
from par.state.records import when
from par.system import narration
from par.trash import entries

VERSION = 1
# Of those that left their context where it was
MOST_KEPT = 50
DAMAGE = (AttributeError, KeyError, TypeError, ValueError, RecursionError)


class Moves(NamedTuple):
    """All that one command moved: `id` is that of its operation, `verb` what it did to the context `label`.

    One that `is_kept` left the context where it was; else the entry of the same id in the trash has it.
    """

    id: str
    label: str
    verb: str
    at: datetime
    rows: tuple[Move, ...]
    is_kept: bool


def _pending(name: str) -> Path:
    return paths.moving() / f"{name}.json"


def _done(name: str) -> Path:
    return paths.moves() / f"{name}.json"


def begin(moves: Moves) -> None:
    """Write down what is about to move, or to go back. Raises OSError."""
    with locks.index():
        paths.moving().mkdir(mode=0o700, exist_ok=True)
        index.write(_pending(moves.id), json.dumps(_record(moves)).encode())
        _done(moves.id).unlink(missing_ok=True)


def make(moves: Moves, operation: Operation) -> None:
    """Move each branch that has not moved yet. Raises ParError, and then `take_back` is due."""
    for row in moves.rows:
        with locks.repository(row.home.common_dir):
            if row.tip != row.now:
                branch_moves.make(row, operation, f"{moves.verb} of {moves.label}")


def finish(moves: Moves) -> None:
    """Write down that all has moved. Raises OSError."""
    with locks.index():
        paths.moves().mkdir(mode=0o700, exist_ok=True)
        index.write(_done(moves.id), json.dumps(_record(moves)).encode())
        _drop_pending(moves.id)


def take_back(moves: Moves, operation: Operation) -> None:
    """Take each branch back that is where it was moved to. Raises ParError."""
    for row in reversed(moves.rows):
        with locks.repository(row.home.common_dir):
            if row.tip == row.now:
                branch_moves.make(row.back, operation, f"undo of {moves.verb} of {moves.label}")
            elif row.tip == row.was:  # killed between the files and the branch
                branch_moves.check_out(row.back, operation)


def forget(moves: Moves) -> None:
    """Let go of what was taken back, or of what an undo leaves as it is."""
    with locks.index():
        _done(moves.id).unlink(missing_ok=True)
        _drop_pending(moves.id)


def _drop_pending(name: str) -> None:
    _pending(name).unlink(missing_ok=True)
    if paths.moving().is_dir() and not any(paths.moving().iterdir()):
        paths.moving().rmdir()


def load(name: str) -> Moves | None:
    """What the operation `name` moved, if that is written down."""
    return _read(_done(name))


def kept() -> list[Moves]:
    """Those that left their context where it was, the latest first."""
    found = [each for path in paths.moves().glob("*.json") if (each := _read(path)) and each.is_kept]
    return sorted(found, key=lambda each: each.at, reverse=True)


def sweep() -> None:
    """Delete what nobody will take back any more: its entry in the trash is gone, or many came after it."""
    latest = {each.id for each in kept()[:MOST_KEPT]}
    for path in paths.moves().glob("*.json"):
        if path.stem not in latest and entries.load(path.stem) is None:
            path.unlink(missing_ok=True)


def recover() -> None:
    """Bring to an end what a par that died was moving: back, or on where its context is in the trash."""
    for path in [*paths.moving().glob("*.json")]:
        with suppress(ParError, OSError), locks.adopted(path.stem) as operation:
            if operation and (found := _read(path)):
                _recover(found, operation)


def _recover(moves: Moves, operation: Operation) -> None:
    for row in moves.rows:
        if row.holder and row.home.common_dir.is_dir():
            held = Worktree(row.home, row.holder, row.branch)
            with locks.repository(row.home.common_dir):
                stale_locks.clear(held, [row.holder], operation.begun)
    entry = None if moves.is_kept else entries.load(moves.id)
    try:
        if entry and entry.is_whole:
            make(moves, operation)
            finish(moves)
            return
        take_back(moves, operation)
    except ParError as error:
        narration.report(f"the {moves.verb} of '{moves.label}' is half done: {visible(error.message)}")
    forget(moves)


def _record(moves: Moves) -> dict[str, Any]:
    return {
        "version": VERSION,
        "label": moves.label,
        "verb": moves.verb,
        "at": moves.at.isoformat(timespec="microseconds"),
        "is_kept": moves.is_kept,
        "rows": [_row(each) for each in moves.rows],
    }


def _row(move: Move) -> dict[str, Any]:
    return {
        "repository": str(move.home.path),
        "common_dir": str(move.home.common_dir),
        "branch": move.branch,
        "was": move.was,
        "now": move.now,
        "holder": str(move.holder) if move.holder else None,
    }


def _read(path: Path) -> Moves | None:
    with suppress(OSError, *DAMAGE):
        record = json.loads(path.read_bytes())
        if record["version"] <= VERSION:
            return _moves(path.stem, record)
    return None


def _moves(name: str, record: dict[str, Any]) -> Moves:
    rows = tuple(
        Move(
            Repository(Path(each["repository"]), Path(each["common_dir"])),
            str(each["branch"]),
            str(each["was"]),
            str(each["now"]),
            Path(each["holder"]) if each["holder"] else None,
        )
        for each in record["rows"]
    )
    kept = record["is_kept"] is True
    return Moves(name, str(record["label"]), str(record["verb"]), when(record["at"]), rows, kept)

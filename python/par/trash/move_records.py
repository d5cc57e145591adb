"""How the branches that one command moved are written down, and read back."""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from par.git.branch_moves import Move
from par.model import Repository
from par.state.records import when

VERSION = 1
DAMAGE = (AttributeError, KeyError, TypeError, ValueError, RecursionError)


class Rebased(NamedTuple):
    """What the record of the worktree at `path` said of its base, and says after: the ref and its commit."""

    path: Path
    was: tuple[str, str]
    now: tuple[str, str]

    @property
    def back(self) -> "Rebased":
        return self._replace(was=self.now, now=self.was)


class Moves(NamedTuple):
    """All that one command moved: `id` is that of its operation, `verb` what it did to the context `label`.

    `bases` are what it wrote in the records of worktrees. One that `is_kept` left the context where it was;
    else the entry of the same id in the trash has it.
    """

    id: str
    label: str
    verb: str
    at: datetime
    rows: tuple[Move, ...]
    is_kept: bool
    bases: tuple[Rebased, ...] = ()


def document(moves: Moves) -> dict[str, Any]:
    """The JSON object that stands for `moves`, its id aside."""
    return {
        "version": VERSION,
        "label": moves.label,
        "verb": moves.verb,
        "at": moves.at.isoformat(timespec="microseconds"),
        "is_kept": moves.is_kept,
        "rows": [_row(each) for each in moves.rows],
        "bases": [[str(each.path), [*each.was], [*each.now]] for each in moves.bases],
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


def read(path: Path) -> Moves | None:
    """What the file at `path` says; None where it cannot be read. The file is called after the id."""
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
    bases = tuple(Rebased(Path(path), (*was,), (*now,)) for path, was, now in record.get("bases", ()))
    return Moves(name, str(record["label"]), str(record["verb"]), when(record["at"]), rows, kept, bases)

"""How what is kept of a worktree is written in an entry, and read back."""

from typing import Any

from par.git.trashing import Kept
from par.model import Worktree


def written(kept: Kept) -> dict[str, Any]:
    """The JSON object that stands for `kept`, its worktree aside."""
    return {
        "head": kept.head,
        "oid": kept.oid,
        "tip": kept.tip,
        "settings": [*kept.settings],
        "had_folder": kept.had_folder,
    }


def read(worktree: Worktree, record: dict[str, Any]) -> Kept:
    """What is kept of `worktree`. Raises KeyError, TypeError or ValueError where the record is damaged."""
    return Kept(
        worktree=worktree,
        head=str(record["head"]),
        oid=str(record["oid"]),
        tip=str(record["tip"]),
        settings=tuple((str(name), str(value)) for name, value in record["settings"]),
        had_folder=record["had_folder"] is True,
    )

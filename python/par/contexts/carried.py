"""The uncommitted work that went along into a new context last, for the next undo."""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from par.state import index, paths
from par.state.records import when


class Carried(NamedTuple):
    """The work that went along last: the worktree at `target` has it, from `source`, since `at`."""

    source: Path
    target: Path
    oid: str
    at: datetime


def last() -> Carried | None:
    """What went along last, if that is known."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads(_last().read_bytes())
        source, target = Path(record["source"]), Path(record["target"])
        return Carried(source, target, str(record["oid"]), when(record["at"]))
    return None


def follow(was: Path, now: Path) -> None:
    """Remember what went along last where its worktree is now, and the one that it came from."""
    carried = last()
    if carried and was in {carried.target, carried.source}:
        source, target = (now if each == was else each for each in (carried.source, carried.target))
        with suppress(OSError):
            remember(carried._replace(source=source, target=target))


def remember(carried: Carried) -> None:
    """Write down what went along last. Raises OSError."""
    places = {"source": str(carried.source), "target": str(carried.target)}
    record = {**places, "oid": carried.oid, "at": carried.at.isoformat()}
    index.write(_last(), json.dumps(record).encode())


def forget() -> None:
    """Forget it: it is back."""
    with suppress(OSError):
        _last().unlink()


def _last() -> Path:
    return paths.data() / "carried.json"

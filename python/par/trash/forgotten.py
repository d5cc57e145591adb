"""The context that went last past the trash, adopted or purged: nothing of it comes back by an undo."""

import json
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from par.names import visible
from par.state import index, paths
from par.state.records import when
from par.trash import entries
from par.trash.removal import Removed


class Forgotten(NamedTuple):
    """A label, and the folder or session that it stood for; '' for one that was deleted for good."""

    label: str
    place: str
    at: datetime

    @property
    def again(self) -> str:
        """The command that takes it again."""
        return adopting(self.label, self.place)


def adopting(label: str, place: str) -> str:
    """The command that takes the folder or session `place` as the context `label`."""
    return f"par adopt '{visible(place)}' --label {label}"


def note(done: Removed) -> None:
    """Remember a context that went past the trash, for the next undo; it does without where that fails."""
    where = place(done) if done.is_adopted else ""
    record = {"label": done.label, "place": where, "at": datetime.now(timezone.utc).isoformat()}
    with suppress(OSError):
        index.write(_file(), json.dumps(record).encode(), is_durable=False)


def place(done: Removed) -> str:
    """What an adopted context can be taken from again: its session where that goes on, else its folder."""
    (folder,) = done.kept
    return done.released or str(folder)


def last() -> Forgotten | None:
    """The one that was let go of last, if any is remembered."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        record = json.loads(_file().read_bytes())
        return Forgotten(str(record["label"]), str(record["place"]), when(record["at"]))
    return None


def removed_at() -> list[datetime]:
    """When the last context went into the trash, and the last one past it, as far as there were any."""
    latest, gone = next(iter(entries.entries()), None), last()
    return [*([latest.removed_at] if latest else []), *([gone.at] if gone else [])]


def _file() -> Path:
    return paths.data() / "forgotten.json"

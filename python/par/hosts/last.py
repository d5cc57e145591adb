"""What each host said last of its contexts: kept here, so that it is there while the host is not."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from par.errors import UsageError
from par.hosts import shape
from par.names import label
from par.state import host_rows, index
from par.system import files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_BYTES = 4_000_000


class Told(NamedTuple):
    """The contexts of a host as it told them, with their labels over there, and when that was."""

    at: int
    contexts: Sequence[dict[str, Any]]


def load(name: str) -> Told | None:
    """What the host called `name` said last; None where that is not known, or damaged."""
    try:
        found = json.loads(files.content(_path(name)))
        if shape.fault(("ls",), found) or type(found["at"]) is not int:
            return None
        for each in found["contexts"]:
            label(each["label"])
        return Told(found["at"], found["contexts"])
    except (OSError, ValueError, KeyError, RecursionError, UsageError):
        return None


def save(name: str, told: Told) -> None:
    """Keep what the host called `name` has just said, also for shells; where that is too much, nothing."""
    content = json.dumps({"at": told.at, "version": 1, "contexts": told.contexts}).encode()
    with suppress(OSError):  # a full disk: then the next one keeps it
        if len(content) > MOST_BYTES:
            forget(name)
            return
        host_rows.write(name, told.contexts, told.at)
        index.write(_path(name), content, is_durable=False)


def note_silence(name: str) -> Told | None:
    """Tell shells that the host called `name` was asked in vain; what it said last."""
    if told := load(name):
        with suppress(OSError):
            host_rows.write(name, told.contexts, told.at, is_silent=True)
    return told


def forget(name: str) -> None:
    """Delete what the host called `name` said. Raises OSError."""
    host_rows.forget(name)
    with suppress(FileNotFoundError):
        _path(name).unlink()


def _path(name: str) -> Path:
    return host_rows.path(name).with_name(f"{name}.said.json")

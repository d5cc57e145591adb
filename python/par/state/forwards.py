"""Which ports of hosts were forwarded to which ones here: a file, as ssh itself lists none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from par.errors import StateError
from par.state import host_rows, index, locks, paths
from par.system import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

VERSION = 1


class Forward(NamedTuple):
    """A `port` of HOST:LABEL that is reached as `local` here; of a workspace that of `repository`.

    `pid` is the process that holds the connection: what is forwarded ends with it.
    """

    label: str
    repository: str
    port: int
    local: int
    pid: int = 0

    @property
    def host(self) -> str:
        return self.label.partition(":")[0]


def read() -> tuple[Forward, ...]:
    """What was written down; nothing where that is nothing, or cannot be understood: it is no truth."""
    try:
        said = json.loads(files.content(_path()))
        return tuple(Forward(*each) for each in said["forwards"]) if said["version"] == VERSION else ()
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def change(changed: Callable[[tuple[Forward, ...]], Iterable[Forward]]) -> None:
    """Write down what becomes of it. Raises StateError."""
    with locks.index():
        said = json.dumps({"version": VERSION, "forwards": [*changed(read())]})
        try:
            host_rows.folder()
            index.write(_path(), f"{said}\n".encode(), is_durable=False)
        except OSError as error:
            raise StateError(f"{_path()} cannot be written: {error}", hint="df -h") from error


def _path() -> Path:
    return paths.hosts() / "forwards.json"

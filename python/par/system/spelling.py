"""Paths as the disk spells them: macOS takes names that differ by case or Unicode form for the same."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

# fcntl(2) of macOS: the path of an open file, as it was named when it was made
GET_PATH: int | None = getattr(fcntl, "F_GETPATH", None)
MOST_BYTES = 1024


def resolved(path: Path) -> Path:
    """`path` with its links resolved, and spelled as on the disk, so that two ways to write it are equal."""
    found = path.resolve()
    if GET_PATH is not None:
        with suppress(OSError):
            descriptor = os.open(found, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                said = fcntl.fcntl(descriptor, GET_PATH, bytes(MOST_BYTES))
            finally:
                os.close(descriptor)
            return Path(os.fsdecode(said.rstrip(b"\0")))
    return found

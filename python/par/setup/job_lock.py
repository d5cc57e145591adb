"""Who lives: a lock that the system frees when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# In the folder of runs: who holds it reports how a run went, and so how all of them did
REPORT = "lock"
FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock at `path`, once it is free. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | FLAGS, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether somebody who lives holds the lock at `path`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | FLAGS)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False

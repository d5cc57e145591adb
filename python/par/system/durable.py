"""Waiting until the disk has what was written, so that what it replaces may go."""

import fcntl
import os
from pathlib import Path

# macOS: fsync(2) ends when the drive was told, and only this one when the drive has done it
FULL_SYNC = getattr(fcntl, "F_FULLFSYNC", None)


def flush(descriptor: int) -> None:
    """Wait until the disk has all of an open file or folder. Raises OSError."""
    if FULL_SYNC is not None:
        try:
            fcntl.fcntl(descriptor, FULL_SYNC)
        except OSError:  # a network's disk, or another system's, cannot
            pass
        else:
            return
    os.fsync(descriptor)


def sync(path: Path) -> None:
    """As `flush`, for the file or folder `path`: of a folder, which names are in it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Rename a file or folder, and wait until the disk has it in both folders. Raises OSError."""
    source.rename(target)
    sync(target.parent)
    if source.parent != target.parent:
        sync(source.parent)

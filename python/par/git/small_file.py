"""Reading what git writes in a line or two: not what is longer, and never what would hang."""

import os
import stat
from pathlib import Path

LOOK = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
MOST_BYTES = 8192


def said(path: Path | str) -> str:
    """What a small file says, without the end of its last line; empty where it is none, or cannot be read."""
    try:
        descriptor = os.open(path, LOOK)
    except OSError:
        return ""
    try:
        # From a place in it, which a FIFO or a terminal has not: one call less than to ask what it is first
        content = os.pread(descriptor, MOST_BYTES, 0)
        if b"\0" in content and not stat.S_ISREG(os.fstat(descriptor).st_mode):
            content = b""  # a device, which has no last line
    except OSError:
        return ""
    finally:
        os.close(descriptor)
    return content.rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def first_line(path: Path | str) -> str:
    """The first line of what a small file says, as `said`."""
    return said(path).partition("\n")[0]

"""What no command of par expects: what a machine can do is said in a line, a bug goes into a log too."""

import errno
import os
import sys
import traceback
from datetime import datetime, timezone

from par.errors import NotFoundError, ParError, StateError
from par.names import visible
from par.state import index, lock_files, paths

# What a person can do about a machine; doctor looks only at what par has
REMEDIES = {
    errno.ENOSPC: "make room on that disk: df -h",
    errno.EDQUOT: "make room, your quota on that disk is used up: quota -s",
    errno.EIO: "look what is wrong with that disk: dmesg | tail",
    errno.EROFS: "that disk is read-only: mount | grep ro",
    errno.EMFILE: "let more files be open at once: ulimit -n 4096",
    errno.ENFILE: "end programs: the machine has too many files open",
    errno.ENOMEM: "end programs: out of memory",
}
KEPT_BYTES = 100_000
REPORT = "https://github.com/tmux-par/tmux-par/issues"


def explained(error: Exception) -> ParError:
    """What to tell the user instead of `error`: a fault of the machine in its own words, or a bug."""
    if isinstance(error, MemoryError):
        return StateError("out of memory")
    if not isinstance(error, OSError):
        return _log(error)
    try:
        os.getcwd()  # noqa: PTH109 - nothing is done with it
    except FileNotFoundError:
        return NotFoundError("the folder that you are in is gone", hint="cd")
    where = f": '{visible(str(error.filename))}'" if error.filename else ""
    return StateError(f"{error.strerror or error}{where}", hint=REMEDIES.get(error.errno or 0, ""))


def _log(error: Exception) -> ParError:
    """Append `error` to the log with its trace."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    said = f"{now} par {sys.argv[1:]}\n{''.join(traceback.format_exception(error))}\n"
    try:
        lock_files.check_owner()
        paths.data().mkdir(mode=0o700, parents=True, exist_ok=True)
        before = paths.log().read_bytes() if paths.log().exists() else b""
        index.write(paths.log(), before[-KEPT_BYTES:] + said.encode("utf-8", "backslashreplace"))
        hint = f"please report the end of {paths.log()} at {REPORT}"
    except (OSError, StateError):
        hint = f"please report it at {REPORT}"
    return ParError(f"a bug in par: {type(error).__name__}: {error}", hint)

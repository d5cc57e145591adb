"""What par does when it is par that is wrong: it writes a log and says where to report it."""

import sys
import traceback
from datetime import datetime, timezone

from par import index, paths
from par.errors import ParError

KEPT_BYTES = 100_000
REPORT = "https://github.com/tmux-par/tmux-par/issues"


def log(error: Exception) -> ParError:
    """Append `error` to the log with its trace; what to tell the user instead of it."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    said = f"{now} par {sys.argv[1:]}\n{''.join(traceback.format_exception(error))}\n"
    try:
        paths.data().mkdir(mode=0o700, parents=True, exist_ok=True)
        before = paths.log().read_bytes() if paths.log().exists() else b""
        index.write(paths.log(), before[-KEPT_BYTES:] + said.encode("utf-8", "backslashreplace"))
        hint = f"please report the end of {paths.log()} at {REPORT}"
    except OSError:
        hint = f"please report it at {REPORT}"
    return ParError(f"a bug in par: {type(error).__name__}: {error}", hint)

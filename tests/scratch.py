"""Where what the tests need for a moment lies: in memory, if there is room."""

import os
import shutil

DISK, MEMORY = "/tmp", "/dev/shm"
ROOM = 2 << 30


def _is_fit(folder: str) -> bool:
    """Whether much can be written there, and programs started."""
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC and shutil.disk_usage(folder).free > ROOM


# ext4 looks through all that was deleted in the last seconds for each new file: it takes ten times as long.
# Both paths are short, as a socket's may have 104 bytes
SCRATCH = MEMORY if _is_fit(MEMORY) else DISK
# On another file system, where there is one
ELSEWHERE = DISK if SCRATCH == MEMORY else MEMORY

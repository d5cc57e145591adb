"""Making a file that shares the blocks of another, by the call that each system has for it."""

import ctypes
import errno
import fcntl
import os
import sys

from par.system.files import WRITE

FICLONE = 0x40049409  # ioctl_ficlone(2): the new file shares the blocks of the other
SYSTEM = sys.platform


def made(source: int, name: str, folder: int) -> tuple[int, bool]:
    """A new file `name` in an open folder, open to be written, and whether it is a clone of `source`.

    One that is not is empty. Raises FileExistsError, OSError.
    """
    if SYSTEM == "darwin" and _copied_on_write(source, name, folder):
        # What was made under this name may have been replaced: a link is not followed
        return os.open(name, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder), True
    target = os.open(name, WRITE, 0o600, dir_fd=folder)
    return target, SYSTEM == "linux" and _shares_blocks(source, target)


def _shares_blocks(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, FICLONE, source)
    except OSError:  # the file system cannot, or it is another one
        return False
    return True


def _copied_on_write(source: int, name: str, folder: int) -> bool:
    """Call clonefile(2) of macOS, which makes the new file itself."""
    if _system_library().fclonefileat(source, folder, os.fsencode(name), 0) == 0:
        return True
    if ctypes.get_errno() == errno.EEXIST:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
    return False


def _system_library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)

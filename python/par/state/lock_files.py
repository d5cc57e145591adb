"""The files that locks are taken on: in par's folder, and the common folder of a repository itself."""

import fcntl
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from par.errors import StateError
from par.names import visible
from par.state import paths
from par.system import narration

PATIENCE_SECONDS = 1.0
# Those that this process has waited for in vain: a command does not wait for one twice
_given_up: set[str] = set()


def wait(descriptor: int, what: str, seconds: float) -> None:
    """Take the lock; after a second say who has it. Raises StateError after `seconds`."""
    pause, begun, is_reported = 0.001, time.monotonic(), False
    while not took(descriptor):
        waited = time.monotonic() - begun
        if waited > seconds or what in _given_up:
            _given_up.add(what)
            message = f"{what} has been in use by {_holder(descriptor)} for {seconds:.0f} s"
            raise StateError(message, hint="try again")
        if waited > PATIENCE_SECONDS and not is_reported:
            narration.report(f"waiting for {what}, which {_holder(descriptor)} uses")
            is_reported = True
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def sign(descriptor: int) -> None:
    """Write into the lock who has it, for those who wait."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"par {' '.join(sys.argv[1:])} (pid {os.getpid()})".encode(errors="replace"), 0)


def _holder(descriptor: int) -> str:
    with suppress(IsADirectoryError):
        return visible(os.pread(descriptor, 200, 0).decode(errors="replace")) or "another par"
    return "a par with another data folder"


def took(descriptor: int) -> bool:
    """Take the lock if it is free; whether it was. Raises StateError on a disk that has no such locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        message = f"the data folder {paths.data()} lies where no file can be locked: {error.strerror}"
        raise StateError(message, hint="set XDG_DATA_HOME to a folder on a disk of this machine") from error
    return True


def opened_folder(common_dir: Path) -> int | None:
    """A descriptor to lock the folder by; None where it is gone, or lies on a disk without such locks."""
    try:
        folder = os.open(common_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return folder
    except OSError:  # as on NFS
        os.close(folder)
        return None
    return folder


def check_owner() -> None:
    """Raise StateError where par's folder is another user's, who could not use what this one writes there."""
    place = next(each for each in (paths.data(), *paths.data().parents) if each.exists())
    owner, is_sudo = place.stat().st_uid, "SUDO_UID" in os.environ
    if owner != os.geteuid() and (place == paths.data() or is_sudo):
        message = f"the data folder {paths.data()} belongs to another user (uid {owner})"
        raise StateError(message, hint="run par as that user, without sudo; or set XDG_DATA_HOME")


def opened(name: str) -> int:
    """A descriptor of the lock `name` in par's folder, made where it is missing. Raises StateError."""
    try:
        check_owner()
        paths.data().mkdir(mode=0o700, parents=True, exist_ok=True)
        paths.locks().mkdir(mode=0o700, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(paths.locks() / name, flags, 0o600)
    except OSError as error:
        raise StateError(f"the data folder {paths.data()} cannot be written: {error.strerror}") from error

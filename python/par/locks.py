"""Who may change what now: the locks on the index, on a repository, and of a running operation.

All are `flock`: the system frees them when their holder dies, so none is ever stale.
"""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from par import narration, paths
from par.errors import StateError
from par.names import digest, visible

INDEX_SECONDS = 30.0
REPOSITORY_SECONDS = 900.0
PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Operation:
    """A change that is under way: `id` is in the records it changes, `descriptor` holds its lock.

    git inherits the descriptor, so that nobody repairs what an orphaned git still works on. Where it was
    taken over from one that died, `begun` is when that began, if its lock still told.
    """

    id: str
    descriptor: int
    begun: float | None = None


@contextmanager
def index() -> Iterator[None]:
    """Hold the index for a change. Raises StateError when it is not free in time."""
    with _held("index", "the index", INDEX_SECONDS):
        yield


@contextmanager
def repository(common_dir: Path) -> Iterator[None]:
    """Hold a repository while its worktrees or branches change: git itself is not safe there."""
    with _held(f"repository-{digest(common_dir)}", f"the repository {common_dir}", REPOSITORY_SECONDS):
        yield


@contextmanager
def operation() -> Iterator[Operation]:
    """Hold the lock of a new operation while it lasts."""
    name = os.urandom(6).hex()
    with index():
        _sweep()
        descriptor = _opened(f"operation-{name}")
        _took(descriptor)
    try:
        yield Operation(name, descriptor)
    finally:
        with suppress(FileNotFoundError):
            (paths.locks() / f"operation-{name}").unlink()
        os.close(descriptor)


@contextmanager
def adopted(name: str) -> Iterator[Operation | None]:
    """Hold the lock of the operation `name` in the place of its dead owner; None while it lives.

    Where the body fails the lock stays, and tells the next one when the operation began.
    """
    with index():
        was_there = (paths.locks() / f"operation-{name}").exists()
        descriptor = _opened(f"operation-{name}")
        has_taken = _took(descriptor)
    try:
        if has_taken:
            yield Operation(name, descriptor, os.fstat(descriptor).st_mtime if was_there else None)
            with suppress(FileNotFoundError):
                (paths.locks() / f"operation-{name}").unlink()
        else:
            yield None
    finally:
        os.close(descriptor)


def is_running(name: str) -> bool:
    """Whether the operation `name` is still under way, or a git that it started."""
    if not (paths.locks() / f"operation-{name}").exists():
        return False
    with index():
        descriptor = _opened(f"operation-{name}")
        has_taken = _took(descriptor)
        os.close(descriptor)
    return not has_taken


def ended() -> list[Path]:
    """The locks that operations left which died after their end."""
    return [each for each in sorted(paths.locks().glob("operation-*")) if not _is_held(each)]


def _is_held(path: Path) -> bool:
    return is_running(path.name.removeprefix("operation-"))


def sweep() -> None:
    """Delete the locks of operations that ended."""
    with index():
        _sweep()


def _sweep() -> None:
    """Delete what operations left that died after their end: no record leads to them any more.

    The caller holds the index, and so does whoever opens one to lock it.
    """
    for path in paths.locks().glob("operation-*"):
        descriptor = _opened(path.name)
        if _took(descriptor):
            path.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def _held(name: str, what: str, seconds: float) -> Iterator[None]:
    descriptor = _opened(name)
    try:
        _wait(descriptor, what, seconds)
        _sign(descriptor)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, what: str, seconds: float) -> None:
    """Take the lock; after a second say who has it. Raises StateError after `seconds`."""
    pause, begun, is_told = 0.001, time.monotonic(), False
    while not _took(descriptor):
        waited = time.monotonic() - begun
        if waited > seconds:
            told = f"{what} has been in use by {_holder(descriptor)} for {seconds:.0f} s"
            raise StateError(told, hint="try again")
        if waited > PATIENCE_SECONDS and not is_told:
            narration.tell(f"waiting for {what}, which {_holder(descriptor)} uses")
            is_told = True
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def _sign(descriptor: int) -> None:
    """Write into the lock who has it, for those who wait."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"par {' '.join(sys.argv[1:])} (pid {os.getpid()})".encode(errors="replace"), 0)


def _holder(descriptor: int) -> str:
    return visible(os.pread(descriptor, 200, 0).decode(errors="replace")) or "another par"


def _took(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _opened(name: str) -> int:
    try:
        paths.data().mkdir(mode=0o700, parents=True, exist_ok=True)
        paths.locks().mkdir(mode=0o700, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(paths.locks() / name, flags, 0o600)
    except OSError as error:
        raise StateError(f"the data folder {paths.data()} cannot be written: {error.strerror}") from error

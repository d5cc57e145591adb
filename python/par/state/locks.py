"""Who may change what now: the locks on the index, on a repository, and of a running operation.

All are `flock`: the system frees them when their holder dies, so none is ever stale.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from par.names import digest
from par.state import lock_files, paths

INDEX_SECONDS = 30.0
REPOSITORY_SECONDS = 900.0


class Operation(NamedTuple):
    """A change that is under way: `id` is in the records it changes, `descriptor` holds its lock.

    git inherits the descriptor, so that nobody repairs what an orphaned git still works on. Where it was
    taken over from one that died, `begun` is when that began, if its lock was still there.
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
    """Hold a repository while its worktrees or branches change: git itself is not safe there.

    The lock is on its common folder: each par sees it, also one with another data folder, as in a
    container, and nothing is written for it. The one in par's own folder tells who has it.
    """
    what = f"the repository {common_dir}"
    with _held(f"repository-{digest(common_dir)}", what, REPOSITORY_SECONDS):
        folder = lock_files.opened_folder(common_dir)
        try:
            if folder is not None:
                lock_files.wait(folder, what, REPOSITORY_SECONDS)
            yield
        finally:
            if folder is not None:
                os.close(folder)


@contextmanager
def fetching(common_dir: Path) -> Iterator[None]:
    """Hold what a fetch writes in a repository; its worktrees and branches may change meanwhile."""
    with _held(f"fetch-{digest(common_dir)}", f"the remotes of {common_dir}", REPOSITORY_SECONDS):
        yield


@contextmanager
def operation() -> Iterator[Operation]:
    """Hold the lock of a new operation while it lasts."""
    name = os.urandom(6).hex()
    with index():
        _sweep()
        descriptor = lock_files.opened(f"operation-{name}")
        lock_files.took(descriptor)
    try:
        yield Operation(name, descriptor)
    finally:
        with suppress(FileNotFoundError):
            (paths.locks() / f"operation-{name}").unlink()
        os.close(descriptor)


@contextmanager
def adopted(name: str) -> Iterator[Operation | None]:
    """Hold the lock of the operation `name` in the place of its dead owner; None while it lives.

    Where the body fails the lock stays, and its age says when the operation began.
    """
    with index():
        was_there = (paths.locks() / f"operation-{name}").exists()
        descriptor = lock_files.opened(f"operation-{name}")
        has_taken = lock_files.took(descriptor)
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
        descriptor = lock_files.opened(f"operation-{name}")
        has_taken = lock_files.took(descriptor)
        os.close(descriptor)
    return not has_taken


def ended() -> list[Path]:
    """The locks that operations left which died after their end."""
    found = sorted(paths.locks().glob("operation-*"))
    return [each for each in found if not is_running(each.name.removeprefix("operation-"))]


def sweep() -> None:
    """Delete the locks of operations that ended."""
    with index():
        _sweep()


def _sweep() -> None:
    """Delete what operations left that died after their end: no record leads to them any more.

    The caller holds the index, and so does whoever opens one to lock it.
    """
    for path in paths.locks().glob("operation-*"):
        descriptor = lock_files.opened(path.name)
        if lock_files.took(descriptor):
            path.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def _held(name: str, what: str, seconds: float) -> Iterator[None]:
    descriptor = lock_files.opened(name)
    try:
        lock_files.wait(descriptor, what, seconds)
        lock_files.sign(descriptor)
        yield
    finally:
        os.close(descriptor)

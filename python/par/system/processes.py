"""Which programs run in a folder, have a file open, or were started by which.

Linux tells by proc(5), which costs nothing to import; elsewhere psutil knows.
"""

import os
import signal
import subprocess
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path

from par.system import psutil_view

PROC = Path("/proc")


def inside(folders: Iterable[Path], ignored: Iterable[int]) -> tuple[str, ...]:
    """The programs whose working folder is in one of `folders`, as 'name (pid)'.

    Not this one, and not those that end with the terminals whose first programs have a pid in `ignored`.
    """
    roots, ending = tuple(f"{folder}/" for folder in folders), frozenset(ignored)
    staying = [each for each in _in(roots) if each != os.getpid() and not _ends(each, ending)]
    return tuple(sorted(f"{_name(each)} ({each})" for each in staying))


def is_told() -> bool:
    """Whether this system lists what programs do."""
    return _has_proc() or psutil_view.is_there()


def _has_proc() -> bool:
    return (PROC / "self/fd").is_dir()


def has_open(file: Path) -> bool:
    """Whether a program of the user's has `file` open; its links must be resolved."""
    if not _has_proc():
        return psutil_view.has_open(file)
    return any(str(file) in _opened(each) for each in PROC.glob("[0-9]*"))


def _opened(process: Path) -> set[str]:
    found = set()
    with suppress(OSError):  # it ended, or is another user's
        for each in os.scandir(process / "fd"):
            with suppress(OSError):
                found.add(os.readlink(each.path))  # noqa: PTH115 - one of thousands
    return found


def runs(name: str, folders: Iterable[Path]) -> bool:
    """Whether a program whose name begins with `name` works in one of `folders`."""
    roots = tuple(f"{folder}/" for folder in folders)
    return any(_name(each).startswith(name) for each in _in(roots))


def children(pids: Iterable[int]) -> list[int]:
    """The processes that these have started, as far as they are still there."""
    if not _has_proc():
        return psutil_view.children(pids)
    found: list[int] = []
    for pid in pids:
        with suppress(OSError):  # it has ended
            for each in (PROC / str(pid) / "task").glob("*/children"):  # of each thread its own
                found += map(int, each.read_text().split())
    return found


def descendants(pid: int) -> list[int]:
    """All that a process has started, and these, and so on, as far as they are still there."""
    if _has_proc():
        found = children([pid])
        return [*found, *(below for each in found for below in descendants(each))]
    asked = ("ps", "-A", "-o", "pid=", "-o", "ppid=")
    listed = subprocess.run(asked, capture_output=True, text=True, check=False)
    pairs = [(int(one), int(other)) for one, other in map(str.split, listed.stdout.splitlines())]
    found, near = [], [pid]
    while near:
        near = [one for one, other in pairs if other in near]
        found += near
    return found


def _ends(pid: int, ending: Container[int]) -> bool:
    """Whether a program gets the signal of a terminal that is closed, and does not ignore it.

    Only proc(5) tells who ignores it.
    """
    try:
        if pid in ending or os.getsid(pid) not in ending:
            return pid in ending
        lines = (PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return True
    ignored = next((line.split()[1] for line in lines if line.startswith("SigIgn:")), "0")
    return not int(ignored, 16) & 1 << (signal.SIGHUP - 1)


def _in(roots: tuple[str, ...]) -> list[int]:
    """The processes that work in a folder which begins with one of `roots`."""
    if not _has_proc():
        return psutil_view.working_in(roots)
    # Plain texts: a machine may have thousands of them, and a Path takes longer than the look
    pids = (name for name in os.listdir(PROC) if name.isdecimal())  # noqa: PTH208
    return [int(pid) for pid in pids if _folder(pid).startswith(roots)]


def _folder(pid: str) -> str:
    try:
        return os.readlink(f"{PROC}/{pid}/cwd") + "/"  # noqa: PTH115 - a Path would drop the last slash again
    except OSError:
        return ""


def _name(pid: int) -> str:
    if not _has_proc():
        return psutil_view.name(pid)
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return "?"

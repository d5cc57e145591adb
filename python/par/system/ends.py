"""The end of processes that others have started, told by the system: nothing is asked again and again."""

import os
import select
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


def in_front(pid: int) -> int:
    """The first process of the job in front of the terminal of a process, 0 where none is known (ps(1))."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - a Path takes longer than the rest
            # The name before it, in brackets, may hold anything
            return max(0, int(file.read().rpartition(b")")[2].split()[5]))
    except FileNotFoundError:
        if sys.platform == "linux":
            return 0
    except (OSError, ValueError):
        return 0
    said = _ps("tpgid=", pid)
    return int(said) if said.isdecimal() else 0


def is_at_prompt(shell: int) -> bool:
    """Whether the shell that a terminal was opened with, or one typed there, waits for a command.

    It does not while a script is in front, which is called as its shell: its command line names a file.
    """
    front = in_front(shell)
    if front in {0, shell}:
        return True
    _, *words = _words(front) or [""]
    return "-i" in words or not any(word == "-c" or not word.startswith("-") for word in words)


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").removesuffix("\0").split("\0")
    except OSError:
        return [] if sys.platform == "linux" else _ps("args=", pid).split()


def _ps(column: str, pid: int) -> str:
    asked = ("ps", "-o", column, "-p", str(pid))
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


@contextmanager
def of(pids: Iterable[int]) -> Iterator[list[int]]:
    """Descriptors that can be read as soon as one of these processes has ended, also before now."""
    with ExitStack() as stack:
        yield [_end(stack, pid) for pid in pids if pid]


def _end(stack: ExitStack, pid: int) -> int:
    try:
        if sys.platform == "linux":
            descriptor = os.pidfd_open(pid)
        else:  # pragma: no cover
            queue = select.kqueue()
            stack.callback(queue.close)
            told = select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
            queue.control([told], 0)
            return queue.fileno()
    except OSError:  # it has ended: this can be read at once
        descriptor, other = os.pipe()
        os.close(other)
    stack.callback(os.close, descriptor)
    return descriptor

"""What psutil tells of the programs of the user's, where the system has no proc(5).

It takes 14 ms to import, and is imported when it is asked.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def is_there() -> bool:
    """Whether it is installed."""
    try:
        import psutil  # noqa: F401 - see above
    except ImportError:
        return False
    return True


def working_in(roots: tuple[str, ...]) -> list[int]:
    """The processes whose working folder, with a `/` after it, begins with one of `roots`."""
    return [each.pid for each in _all() if f"{_asked(each.cwd, '')}/".startswith(roots)]


def has_open(file: Path) -> bool:
    """Whether one of them has `file` open."""
    nothing: list[Any] = []
    return any(str(file) in [one.path for one in _asked(each.open_files, nothing)] for each in _all())


def children(pids: Iterable[int]) -> list[int]:
    """The processes that these have started, as far as they are still there."""
    wanted = frozenset(pids)
    return [each.pid for each in _all() if _asked(each.ppid, 0) in wanted]


def name(pid: int) -> str:
    """What a program is called; '?' where it has ended."""
    return next((str(_asked(each.name, "?")) for each in _all() if each.pid == pid), "?")


def _all() -> list[Any]:
    try:
        import psutil
    except ImportError:
        return []
    return [*psutil.process_iter()]


def _asked(ask: Callable[[], Answer], otherwise: Answer) -> Answer:
    import psutil

    try:
        return ask()
    except (psutil.Error, OSError):  # it has ended, or is another user's
        return otherwise

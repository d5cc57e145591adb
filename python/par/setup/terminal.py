"""Running a program on a terminal of its own, inside the one that this process has."""

import fcntl
import os
import pty
import select
import signal
import termios
import time
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

KEYS, SCREEN = 0, 1
# Python ignores the first two, and who started this process may have others ignored
DEFAULTS = ("SIGPIPE", "SIGXFSZ", "SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM")
NOT_RUN = 127
PIECE = 65_536
GRACE_SECONDS = 2.0


def run(
    words: list[str], folder: Path, env: Mapping[str, str], keep: Callable[[bytes], None], seconds: float = 0
) -> int:
    """Run a program in `folder` until it ends; its exit status, above 128 for a signal.

    Keys go to it and what it writes goes to the screen and to `keep`. It does not matter what it leaves
    running: that is hung up, as where a terminal is closed. So it is itself, should this be interrupted, or
    should it take longer than `seconds`, if any: that raises TimeoutError.
    """
    until = time.monotonic() + seconds if seconds else None
    child, terminal = pty.fork()
    if child == 0:
        _become(words, folder, env)
    try:
        with _raw(), _sized(terminal):
            status = _follow(child, terminal, keep, until)
    except BaseException:
        _hang_up(child)
        raise
    finally:
        os.close(terminal)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _become(words: list[str], folder: Path, env: Mapping[str, str]) -> None:
    try:
        for name in DEFAULTS:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.chdir(folder)
        os.execvpe(words[0], words, env)
    except OSError as error:
        where = f" in {folder}" if not folder.is_dir() else ""
        os.write(2, f"{words[0]} cannot be started{where}: {error.strerror}\n".encode(errors="replace"))
    finally:
        os._exit(NOT_RUN)


def _follow(child: int, terminal: int, keep: Callable[[bytes], None], until: float | None) -> int:
    sources = [terminal, KEYS]
    status = None
    while True:
        if until and time.monotonic() > until:
            raise TimeoutError
        ready = select.select(sources, [], [], 0 if status is not None else 0.05)[0]
        if KEYS in ready and not _pass_keys(terminal):
            sources.remove(KEYS)
        piece = _read(terminal) if terminal in ready else None
        if piece:
            os.write(SCREEN, piece)
            keep(piece)
        elif status is not None:
            return status
        elif piece == b"":
            return os.waitpid(child, 0)[1]
        else:
            status = _ended(child)


def _pass_keys(terminal: int) -> bool:
    typed = _read(KEYS)
    if typed:
        with suppress(OSError):
            os.write(terminal, typed)
    return bool(typed)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, PIECE)
    except OSError:  # Linux: the last holder of a terminal's other end has gone
        return b""


def _ended(child: int) -> int | None:
    pid, status = os.waitpid(child, os.WNOHANG)
    return status if pid else None


def _hang_up(child: int) -> None:
    """End a program and what it started, with a moment for its last words."""
    for number in (signal.SIGHUP, signal.SIGCONT):
        with suppress(OSError):
            os.killpg(child, number)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            if _ended(child) is not None:
                return
        time.sleep(0.02)
    with suppress(OSError):
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


@contextmanager
def _raw() -> Iterator[None]:
    """Pass every key on as it is typed, Ctrl-C too, while the body runs."""
    if not os.isatty(KEYS):
        yield
        return
    before = termios.tcgetattr(KEYS)
    tty.setraw(KEYS, termios.TCSANOW)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(KEYS, termios.TCSADRAIN, before)


@contextmanager
def _sized(terminal: int) -> Iterator[None]:
    """Keep the inner terminal as large as the outer one while the body runs."""

    def fit(_number: int = 0, _frame: FrameType | None = None) -> None:
        with suppress(OSError):
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, fcntl.ioctl(KEYS, termios.TIOCGWINSZ, bytes(8)))

    before = signal.signal(signal.SIGWINCH, fit)
    fit()
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)

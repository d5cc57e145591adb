"""Following a slow git: its standard error is kept, and shown on a terminal after a second."""

import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TextIO

from par.errors import CommandError
from par.system import narration, signals

PATIENCE = 1.0
SILENCE = 3.0
# For programs that do not end when they are asked to
LINGERING = 10.0
ENDING = 0.001
# Several at once would write into each other's lines
_stage = threading.Lock()
_stop = threading.Event()


@contextmanager
def stopped() -> Iterator[None]:
    """Every git that is followed in another thread ends, and begins no more, while the body lasts."""
    _stop.set()
    try:
        yield
    finally:
        _stop.clear()


class Progress:
    """A place for git's standard error: a terminal of its own where `screen` is one, else a pipe.

    git shows its progress only to a terminal, and par shows it only when the work takes long, and of
    several at once one after the other.
    """

    def __init__(self, screen: TextIO) -> None:
        self._screen = screen.fileno() if screen.isatty() else None
        self._source, self.sink = os.openpty() if self._screen is not None else os.pipe()
        self._said = b""
        self._shown = 0
        self._is_on_stage = False

    def __enter__(self) -> "Progress":
        """A body that fails has ended git: what that had started is waited for."""
        return self

    @property
    def text(self) -> str:
        return self._said.decode("utf-8", "surrogateescape").replace("\r", "\n")

    def follow(self, process: subprocess.Popen[bytes], seconds: float | None, waiting: str = "") -> None:
        """Read until `process` ends, whatever a hook left running.

        Where it says nothing for a while par tells that it is `waiting`; after `seconds` of that
        TimeoutExpired is raised, and CommandError when all are `stopped`.
        """
        self._close_sink()
        begun = heard = time.monotonic()
        while (has_read := self._read()) or process.poll() is None:
            if _stop.is_set():
                raise CommandError("git was stopped")
            now = time.monotonic()
            heard = now if has_read else heard
            if seconds is not None and now - heard > seconds:
                raise subprocess.TimeoutExpired(process.args, seconds)
            if waiting and now - heard > SILENCE:
                narration.report(waiting)
                waiting = ""
            if now - begun > PATIENCE:
                self._show()

    def _await_end(self) -> None:
        """Wait until nobody can write any more: what git started may outlive it for a moment."""
        self._close_sink()
        deadline = time.monotonic() + LINGERING
        while time.monotonic() < deadline:
            if select.select([self._source], [], [], 0.1)[0] and not self._read():
                return

    def _close_sink(self) -> None:
        if self.sink >= 0:
            os.close(self.sink)
            self.sink = -1

    def _show(self) -> None:
        if self._screen is not None and (self._is_on_stage or _stage.acquire(blocking=False)):
            self._is_on_stage = True
            os.write(self._screen, self._said[self._shown :])
            self._shown = len(self._said)

    def _read(self) -> bool:
        """Take what has arrived within a tenth of a second; whether anything did.

        At the end a millisecond passes: who has closed it is about to end, and is asked again and again.
        """
        if not select.select([self._source], [], [], 0.1)[0]:
            return False
        try:
            piece = os.read(self._source, 65536)
        except OSError:  # Linux: the last holder of a terminal's other end has gone
            piece = b""
        if not piece:
            time.sleep(ENDING)
        self._said += piece
        return bool(piece)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            with signals.ignored():
                self._await_end()
        if self._is_on_stage:
            _stage.release()
        for descriptor in {self._source, self.sink} - {-1}:
            os.close(descriptor)

"""Following a slow git: its standard error is kept, and shown on a terminal after a second."""

import os
import pty
import select
import subprocess
import time
from types import TracebackType
from typing import TextIO

PATIENCE = 1.0


class Progress:
    """A place for git's standard error: a terminal of its own where `screen` is one, else a pipe.

    git shows its progress only to a terminal, and par shows it only when the work takes long.
    """

    def __init__(self, screen: TextIO) -> None:
        self._screen = screen.fileno() if screen.isatty() else None
        self._source, self.sink = pty.openpty() if self._screen is not None else os.pipe()
        self._said = b""
        self._shown = 0

    def __enter__(self) -> "Progress":
        return self

    @property
    def text(self) -> str:
        return self._said.decode("utf-8", "surrogateescape").replace("\r", "\n")

    def follow(self, process: subprocess.Popen[bytes], seconds: float | None) -> None:
        """Read until `process` ends, whatever a hook left running. Raises TimeoutExpired after `seconds`."""
        os.close(self.sink)
        self.sink = -1
        begun = time.monotonic()
        while self._read() or process.poll() is None:
            elapsed = time.monotonic() - begun
            if seconds is not None and elapsed > seconds:
                raise subprocess.TimeoutExpired(process.args, seconds)
            if self._screen is not None and elapsed > PATIENCE:
                os.write(self._screen, self._said[self._shown :])
                self._shown = len(self._said)

    def _read(self) -> bool:
        """Take what has arrived within a tenth of a second; whether anything did."""
        if not select.select([self._source], [], [], 0.1)[0]:
            return False
        try:
            piece = os.read(self._source, 65536)
        except OSError:  # Linux: the last holder of a terminal's other end has gone
            piece = b""
        self._said += piece
        return bool(piece)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in {self._source, self.sink} - {-1}:
            os.close(descriptor)

"""A program that is given a text, and read from: no longer than it may take, and no more than it may say."""

import os
import selectors
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from par.git.launch import started

PIECE = 65_536
TICK_SECONDS = 0.05
# What it may still say after it was told to end
LAST_WORDS_SECONDS = 5.0
Reader = Callable[[bytes], None]


class TooMuchError(Exception):
    """It said more than it may."""


class TooLongError(Exception):
    """It took longer than it may."""


class Limits(NamedTuple):
    """How many bytes a program may say in each stream, and how many seconds it may take, None for ever.

    With a `halt` no Ctrl-C reaches it: when that is set it sees the end of what it reads, and may say its
    last words.
    """

    size: int
    seconds: float | None = None
    halt: threading.Event | None = None


def exchange(
    command: Sequence[str],
    text: bytes | None,
    limits: Limits,
    on_output: Reader,
    on_error: Reader,
    folder: str | None = None,
) -> int:
    """Run `command`, hand over what it says piece by piece, and return its exit status.

    It runs in `folder`, else in the same as this process.
    `text` is what it reads; with None that stays open and empty until it ends, by which a par over there
    knows that somebody waits. It is ended where it says or takes too much: TooMuchError, TooLongError.
    Raises OSError where it cannot be started.
    """
    deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
    how: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    how["start_new_session"] = bool(limits.halt)
    with started(command, 0, cwd=folder, **how) as program, _Pipes(program, limits.size) as pipes:
        pipes.read(program.stdout, on_output)
        pipes.read(program.stderr, on_error)
        if text is not None:
            pipes.write(text)
        # A connection that ssh left in the background may keep a stream open: then the exit counts
        is_over = False
        while pipes.open and not (pipes.step(0 if is_over else TICK_SECONDS) == 0 and is_over):
            is_over = program.poll() is not None
            if limits.halt and limits.halt.is_set() and not pipes.is_ended:
                pipes.end()
                deadline = _earlier(deadline, time.monotonic() + LAST_WORDS_SECONDS)
            if deadline is not None and time.monotonic() > deadline:
                raise TooLongError
        pipes.end()
        with suppress(subprocess.TimeoutExpired):
            return program.wait(None if deadline is None else max(deadline - time.monotonic(), TICK_SECONDS))
        raise TooLongError


def _earlier(one: float | None, other: float) -> float:
    return other if one is None else min(one, other)


class _Pipes:
    """The three streams of a program, none of which is waited for alone."""

    def __init__(self, program: subprocess.Popen[Any], most: int) -> None:
        self._input, self._most = program.stdin, most
        self._left = memoryview(b"")
        self.is_ended = False
        self._sizes: dict[int, int] = {}
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> "_Pipes":
        return self

    def __exit__(self, *_raised: object) -> None:
        self._selector.close()

    @property
    def open(self) -> bool:
        """Whether it may still say something."""
        return any(fd in self._sizes for fd in self._selector.get_map())

    def read(self, stream: Any, reader: Reader) -> None:
        """From now on `reader` gets what comes from `stream`."""
        os.set_blocking(stream.fileno(), False)
        self._sizes[stream.fileno()] = 0
        self._selector.register(stream.fileno(), selectors.EVENT_READ, reader)

    def write(self, text: bytes) -> None:
        """From now on the program can read `text`, and then its end."""
        assert self._input
        self._left = memoryview(text)
        os.set_blocking(self._input.fileno(), False)
        self._selector.register(self._input.fileno(), selectors.EVENT_WRITE)

    def step(self, seconds: float) -> int:
        """Wait so long for any of it, and return how many streams were ready. Raises TooMuchError."""
        ready = self._selector.select(seconds)
        for key, _ in ready:
            if key.data is None:
                self._write_some(key.fd)
            else:
                self._read_some(key.fd, key.data)
        return len(ready)

    def end(self) -> None:
        """Let the program see the end of what it reads."""
        self.is_ended = True
        if self._input and not self._input.closed:
            if self._input.fileno() in self._selector.get_map():
                self._selector.unregister(self._input.fileno())
            with suppress(OSError):
                self._input.close()

    def _write_some(self, descriptor: int) -> None:
        try:
            self._left = self._left[os.write(descriptor, self._left[:PIECE]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it reads no more of it
            self._left = self._left[:0]
        if not self._left:
            self.end()

    def _read_some(self, descriptor: int, reader: Reader) -> None:
        piece = os.read(descriptor, PIECE)
        self._sizes[descriptor] += len(piece)
        if not piece:
            self._selector.unregister(descriptor)
        elif self._sizes[descriptor] > self._most:
            raise TooMuchError
        else:
            reader(piece)

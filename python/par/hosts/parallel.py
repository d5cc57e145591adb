"""Several calls at the same time, each in a thread: none waits for another, and all can be told to end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from par.errors import ParError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from par.hosts.ssh import Outcome


class Result(NamedTuple):
    """What a call left, or why it left nothing; neither where it goes on."""

    outcome: Outcome | None
    error: ParError | None = None


class Calls:
    """Calls that have begun. Each gets the event that tells it to end; `on_end` is called when it is over."""

    def __init__(
        self, calls: Iterable[Callable[[threading.Event], Outcome]], on_end: Callable[[], None] = lambda: None
    ) -> None:
        self._on_end = on_end
        self.halt = threading.Event()
        self._found: dict[int, Result] = {}
        self._faults: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._run, args=(place, call), daemon=True)
            for place, call in enumerate(calls)
        ]
        for each in self._threads:
            each.start()

    def results(self, seconds: float | None = None) -> list[Result]:
        """How each went, as soon as all are over, or after so many seconds."""
        deadline = None if seconds is None else time.monotonic() + seconds
        for each in self._threads:
            each.join(None if deadline is None else max(0.0, deadline - time.monotonic()))
        if self._faults:
            raise self._faults[0]
        return [self._found.get(place, Result(None)) for place in range(len(self._threads))]

    def so_far(self) -> list[Result]:
        """How those went that are over."""
        return [*self._found.values()]

    def stop(self) -> None:
        """Tell all that go on to end, which they do within a few seconds."""
        self.halt.set()

    def _run(self, place: int, call: Callable[[threading.Event], Outcome]) -> None:
        try:
            self._found[place] = Result(call(self.halt))
        except ParError as error:
            self._found[place] = Result(None, error)
        except BaseException as fault:  # a bug: it is told of where the results are taken
            self._faults.append(fault)
        self._on_end()

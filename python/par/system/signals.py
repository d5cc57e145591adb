"""What par does with the signals that ask it to end: unwind, and never in the middle of a clean-up."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def unwind_on_signals() -> None:
    """Let SIGTERM and SIGHUP end par as an exception, as SIGINT does, so that it cleans up."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))


@contextmanager
def ignored() -> Iterator[None]:
    """No signal that asks par to end interrupts the body, nor the programs it starts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def deferred() -> Iterator[Callable[[], None]]:
    """A signal that asks par to end waits until the function is called that this gives, or for the end."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda received, _frame: came.append(received))
        for number in ENDING
        if signal.getsignal(number) is not signal.SIG_IGN
    }

    def let_in() -> None:
        while before:
            signal.signal(*before.popitem())
        while came:
            signal.raise_signal(came.pop())

    try:
        yield let_in
    finally:
        let_in()


@contextmanager
def told(teller: Callable[[], None]) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """`teller` is called for each signal that asks par to end, and nothing else happens.

    The context manager that this gives lets them do again what they did before.
    """

    def handle(_number: int, _frame: object) -> None:
        teller()

    before = {number: signal.getsignal(number) for number in ENDING}
    numbers = [number for number, handler in before.items() if handler is not signal.SIG_IGN]

    def restore() -> None:
        for number in numbers:
            signal.signal(number, before[number])

    def take() -> None:
        for number in numbers:
            signal.signal(number, handle)

    @contextmanager
    def as_before() -> Iterator[None]:
        restore()
        try:
            yield
        finally:
            take()

    take()
    try:
        yield as_before
    finally:
        restore()

"""What a command reports while it goes on; the command line says where that is shown."""

from collections.abc import Callable

_listeners: list[Callable[[str], None]] = []


def listen(listener: Callable[[str], None]) -> None:
    """Have every line that is reported shown by `listener`."""
    _listeners.append(listener)


def report(line: str) -> None:
    """Say something that is not the answer."""
    for listener in _listeners:
        listener(line)

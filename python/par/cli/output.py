"""The one place that prints: answers to standard output, narration to standard error."""

import errno
import os
import sys
from contextlib import suppress

import click

from par.errors import StateError

# A reader that went away: of a pipe (`| head`), or a terminal that was killed
UNREAD = (errno.EPIPE, errno.EIO)


def open_closed() -> None:
    """Open the null device for each standard stream that the caller closed: no other file gets its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        with suppress(OSError):
            os.fstat(number)
            continue
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        stream = open(number, "w" if number else "r", encoding="utf-8", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)


def emit(text: str, with_colours: bool = False) -> None:
    """Print an answer, its escape sequences into a pipe too only `with_colours`.

    A reader that went away is no failure; what else fails raises StateError.
    """
    try:
        click.echo(text, color=True if with_colours else None)
    except OSError as error:
        _give_up(error)


def _give_up(error: OSError) -> None:
    # What is still in the buffer would be written, and fail, once more when Python ends
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno not in UNREAD:
        raise StateError(f"the output cannot be written: {error.strerror}") from error


def narrate(text: str) -> None:
    """Print what is not the answer: a note, a question's list, an error.

    A popup sets PAR_COLUMNS, its width, so that lines are broken between words.
    """
    columns = os.environ.get("PAR_COLUMNS", "")
    with suppress(OSError):
        click.echo(_wrapped(text, int(columns)) if columns.isdecimal() else text, err=True)


def _wrapped(text: str, columns: int) -> str:
    """`text` in lines of at most `columns`, as far as its words allow that."""
    import textwrap  # noqa: PLC0415 - only popups need it

    broken = textwrap.TextWrapper(max(columns, 20), break_long_words=False, break_on_hyphens=False)
    return "\n".join(broken.fill(each) for each in text.splitlines())


def emit_bytes(content: bytes) -> None:
    """Print an answer as it is, into a file or a pipe. As `emit`."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except OSError as error:
        _give_up(error)


def is_answered() -> bool:
    """Whether there is a person here who sees what is narrated, and can answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def columns() -> int | None:
    """As `width`, or that of the terminal at another machine whose par has called this one."""
    from par.hosts import incoming  # noqa: PLC0415 - `ls` asks only for its own

    return width() or incoming.columns()


def width() -> int | None:
    """The columns of the terminal that answers go to; None where they go to a file or a pipe."""
    return os.get_terminal_size(sys.stdout.fileno()).columns or None if sys.stdout.isatty() else None

"""The one place that prints: answers to standard output, narration to standard error."""

import os
import sys
from contextlib import suppress

import click


def emit(text: str) -> None:
    """Print an answer. A reader that went away (`| head`, a killed terminal) is no failure."""
    with suppress(OSError):
        click.echo(text)


def narrate(text: str) -> None:
    """Print what is not the answer: a note, a question's list, an error."""
    with suppress(OSError):
        click.echo(text, err=True)


def width() -> int | None:
    """The columns of the terminal that answers go to; None where they go to a file or a pipe."""
    return os.get_terminal_size(sys.stdout.fileno()).columns or None if sys.stdout.isatty() else None

"""Asking whether to go on with what cannot be taken back at a key press."""

import sys

import click

from par.cli.output import narrate
from par.errors import DeclinedError, UsageError


def confirm(listed: str, question: str, done: str, hint: str) -> None:
    """Show what is meant and ask.

    Raises DeclinedError after a no, when nothing was `done`, and UsageError with `hint` where nobody can
    answer.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("this needs confirmation", hint=hint)
    narrate(listed)
    if not click.confirm(question, err=True):
        raise DeclinedError(f"nothing was {done}")

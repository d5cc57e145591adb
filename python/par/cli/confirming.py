"""Asking whether to go on with what cannot be taken back at a key press."""

import sys

import click

from par.cli.output import narrate
from par.errors import DeclinedError, UsageError
from par.hosts import incoming


def confirm(listed: str, question: str, done: str, hint: str) -> None:
    """Show what is meant and ask.

    Where another machine's par called this one, the person is there.

    Raises DeclinedError after a no, when nothing was `done`, and UsageError with `hint` where nobody can
    answer.
    """
    said = incoming.answer(listed, question)
    if said is None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError("this needs confirmation", hint=hint)
        narrate(listed)
        said = click.confirm(question, err=True)
    if not said:
        raise DeclinedError(f"nothing was {done}")

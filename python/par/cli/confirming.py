"""Asking whether to go on with what cannot be taken back at a key press."""

import click

from par.cli.output import is_answered, narrate
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
        if not is_answered():
            raise UsageError("this needs confirmation", hint=hint)
        narrate(listed)
        said = click.confirm(question, err=True)
    if not said:
        raise DeclinedError(f"nothing was {done}")

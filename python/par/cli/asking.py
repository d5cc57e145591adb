"""Asking a person whether what repositories want to run may run."""

import os
import sys
from collections.abc import Sequence

import click

from par.cli import output
from par.cli.output import narrate
from par.config.recipe import Recipe
from par.hosts import incoming
from par.model import Repository
from par.names import visible
from par.render import trust as trust_text
from par.setup import trust

Asked = Sequence[tuple[Repository, Recipe]]


def is_answered() -> bool:
    """Whether there is a person who sees a question and can answer it."""
    return output.is_answered() or incoming.can_ask()


def show(asked: Asked) -> None:
    """Show all that each repository wants to run, or what of it has changed since it was approved."""
    narrate(_message(asked))


def agrees(asked: Asked) -> bool:
    """Show what each repository wants to run, page by page, and ask once for all. Aborts on Ctrl-C."""
    names = ", ".join(visible(home.name) for home, _ in asked)
    question = f"Run these in every new context of {names}?"
    if (said := incoming.answer(_message(asked), question)) is not None:
        return said
    size = os.get_terminal_size(sys.stderr.fileno())
    first, *more = trust_text.pages(_message(asked), size.columns or 80, (size.lines or 24) - 2)
    narrate(first)
    for page in more:  # a popup has no way to scroll back
        narrate("-- any key shows more --")
        click.getchar()
        narrate(page)
    return click.confirm(question, err=True)


def _message(asked: Asked) -> str:
    return "\n".join(trust_text.asked(home, own, trust.previous(home)) for home, own in asked)

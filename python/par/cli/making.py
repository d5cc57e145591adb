"""Making a planned context and telling of it: what start, checkout and workspace start share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from par import creation
from par.cli.output import emit, narrate
from par.commands import open as open_command
from par.plans import CreationPlan
from par.render import document, receipt


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command has which makes a context."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the context as JSON."),
        click.option("--open", "then_open", is_flag=True, help="Open the context when it is made."),
    ):
        command = option(command)
    return command


def make(planned: CreationPlan, socket: Path, then_open: bool, as_json: bool) -> None:
    """Make the context that was planned, and tell what it is."""
    context = creation.create(planned)
    if as_json:
        emit(document.made(context))
    else:
        narrate(receipt.made(context)) if then_open else emit(receipt.made(context))
    if then_open:
        open_command.run(open_command.plan(open_command.Request(context.label, socket)))


def existing(path: str) -> Path:
    """The folder that `path` names as it was typed, with the `~` of `-p=~/x`, which no shell expands."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own fails where there is no such user

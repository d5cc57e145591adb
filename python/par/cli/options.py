"""Options as click declares them, but for what click loads only to straighten their help.

That is `inspect`, which takes as long to import as Python takes to start; `par/__init__.py` defers it.
"""

from functools import partial
from typing import Any, TypeVar

import click

HELP_NAMES = ["-h", "--help"]
Declared = TypeVar("Declared", bound=click.Command)


class Option(click.Option):
    """An option whose help is one line already."""

    def __init__(self, *declared: Any, **settings: Any) -> None:
        text = settings.pop("help", None)
        super().__init__(*declared, **settings)
        self.help = text


option = partial(click.option, cls=Option)


def _show(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


HELP = Option(
    HELP_NAMES,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show,
    help="Show this message and exit.",
)


def with_help(command: Declared) -> Declared:
    """`command` and what is below it, with the option that click would make for each of them."""
    command.params.append(HELP)
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        with_help(each)
    return command

"""What click says of a wrong command line, in par's words: one line that names the thing, and a hint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from par.errors import UsageError
from par.names import nearest, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

TOO_MANY = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)


def explained(error: click.UsageError, words: Sequence[str]) -> UsageError:
    """The error to show for one of click's; `words` are those of the command line."""
    hint = f"{error.ctx.command_path if error.ctx else _command(words)} --help"
    name = error.option_name if isinstance(error, click.NoSuchOption) else ""
    meant = nearest(name, _options(error.ctx)) if name.startswith("--") else ""
    return UsageError(visible(_message(error)), hint=hint, meant=(name, meant))


def _message(error: click.UsageError) -> str:
    text = error.message.removesuffix(".")
    match error:
        case click.MissingParameter():
            text = f"{_called(error.param)} is missing"
        case click.BadParameter() if isinstance(error.param, click.Option):
            text = f"{_called(error.param)}: {text}"
        case click.NoSuchOption():
            text = f"there is no option '{error.option_name}'"
        case click.BadOptionUsage():
            text = f"{error.option_name} {'needs a' if 'requires' in text else 'takes no'} value"
    found = TOO_MANY.fullmatch(text)
    return f"too many words: {found[1]}" if found else text


def _called(param: click.Parameter | None) -> str:
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return param.human_readable_name if param else "a word"


def _options(ctx: click.Context | None) -> list[str]:
    params = ctx.command.params if ctx else []
    return [name for param in params if isinstance(param, click.Option) for name in param.opts]


def _command(words: Sequence[str]) -> str:
    """The words before the first option: click does not say which command one without its value is of."""
    place = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
    return " ".join(["par", *words[:place]])

"""Labels, as arguments take them."""

from pathlib import Path
from typing import Any

import click

HERE = "."


class Label(click.ParamType):  # type: ignore[type-arg] # before click 8.2 it has none
    """The label of a context: `.` is the one that the caller is in, `./REPO` one repository of it."""

    name = "label"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return named(str(value), ctx.obj) if ctx else str(value)


def named(word: str, socket: Path) -> str:
    """`word`, with the label of the caller's context for a `.`. Raises NotFoundError where it is in none."""
    first, _, rest = word.partition("/")
    if first != HERE:
        return word
    from par.commands import whoami  # noqa: PLC0415 - most labels are typed

    label = whoami.run(socket).status.context.label
    return f"{label}/{rest}" if rest else label

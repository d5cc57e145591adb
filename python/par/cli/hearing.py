"""What machines narrate while the same command runs on several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from par.cli import forwarding
from par.cli.output import narrate
from par.render import elsewhere as text

if TYPE_CHECKING:
    from collections.abc import Callable

    from par.cli.parts import Part
    from par.hosts.calls import Question


class Heard:
    """What a machine narrates: shown at once with its name before it, but for why it failed, which waits."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._lines = forwarding.Lines(self._line)
        self.failure: list[str] = []
        self.add, self.end = self._lines.add, self._lines.end

    def _line(self, said: str) -> None:
        if said.startswith("par: "):
            self.failure = [said]
        elif self.failure and said.startswith(("hint: ", "  ")):
            self.failure.append(said)
        else:
            prefix = f"{self._part.name}: " if self._part.host else ""
            narrate(prefix + shown(self._part, said))


def shown(part: Part, said: str) -> str:
    """A line of par's on a machine, as it can be shown."""
    return text.line(part.name, said) if part.host else text.shown(said)


def answer(part: Part) -> Callable[[Question], bool]:
    """What puts the questions of a machine to the person here; Ctrl-C raises KeyboardInterrupt."""
    ask = forwarding.answer(part.name)

    def asked(question: Question) -> bool:
        try:
            return ask(question)
        except click.Abort as error:  # of click's making, for Ctrl-C
            raise KeyboardInterrupt from error

    return asked

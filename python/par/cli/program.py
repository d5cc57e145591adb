"""The options that say what a new context begins with, for every command that makes one."""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from par.cli.options import option

if TYPE_CHECKING:
    from collections.abc import Callable

    from par.setup.programs import Program


class Asked(NamedTuple):
    """The words of the options: a command line, whether the usual agent is meant, and a prompt."""

    command: str | None = None
    with_agent: bool = False
    prompt: str | None = None

    def one(self) -> Program | None:
        """The program that they ask for, if any. Raises UsageError, ConfigError or NotFoundError."""
        if self.command is not None and self.with_agent:
            raise click.UsageError("--run and --agent are two ways to say what starts")
        if self == Asked():
            return None
        from par.setup import programs  # noqa: PLC0415 - most begin with none

        return _checked(programs.usual() if self.command is None else self.command, self._text())

    def _text(self) -> str | None:
        from par.setup import programs  # noqa: PLC0415 - as above

        if self.prompt == "-":
            return programs.text(sys.stdin.buffer)
        return None if self.prompt is None else programs.prompt(self.prompt)

    def several(self, each: tuple[str, ...], count: int) -> list[Program | None]:
        """The programs of as many contexts: so often each of these, else what `one` asks for."""
        if not each:
            return [self.one()] * count
        if self.command is not None or self.with_agent:
            raise click.UsageError("--each goes with neither --run nor --agent")
        text = self._text()  # standard input is read once
        return [_checked(line, text) for line in each for _ in range(count)]


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --run, --agent and --prompt: `command` gets them as `asked`."""

    @functools.wraps(command)
    def asking(*, run: str | None, agent: bool, prompt: str | None, **rest: Any) -> Any:
        return command(asked=Asked(run, agent, prompt), **rest)

    for added in (
        option("--prompt", metavar="TEXT", help="Hand it TEXT as its last argument; - reads it, @FILE too."),
        option("--agent", is_flag=True, help="Start your usual agent, the setting `agent`."),
        option("--run", metavar="COMMAND", help="Start COMMAND in the first pane, once init is ok."),
    ):
        asking = added(asking)
    return asking


def _checked(command: str, prompt: str | None) -> Program:
    from par.setup import programs  # noqa: PLC0415 - as above

    found = programs.Program(command, prompt)
    programs.check(found)
    return found

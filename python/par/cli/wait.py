"""`par wait`."""

from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.numbers import Seconds
from par.cli.options import option
from par.cli.output import emit
from par.cli.targets import filters, wanted
from par.commands import wait as wait_command
from par.commands.wait import Until
from par.names import visible


@click.command(epilog="Example: par send feat 'fix the tests' && par wait feat --timeout 3600")
@click.argument("labels", nargs=-1, type=Label(), metavar="[LABEL...|GLOB|all]")
@filters
@option(
    "--for",
    "until",
    type=click.Choice([each.value for each in Until]),
    default=Until.DONE.value,
    show_default=True,
    help="How far they have to come.",
)
@option("--any", "is_any", is_flag=True, help="Return when the first of them is so far.")
@option("--timeout", type=Seconds(), help="Give up after so many seconds: exit status 124.")
@click.pass_obj
def wait(
    socket: Path,
    /,
    labels: tuple[str, ...],
    until: str,
    is_any: bool,
    timeout: float | None,
    **chosen: str | None,
) -> None:
    """Return when contexts are so far, and print their labels.

    done and waiting are what an agent says of itself. idle is that nothing works: its agent is done, waits or
    failed, or a shell is at its prompt. exit is that the program in the first pane has ended. tmux and the
    system tell of changes. Where one can never come so far, the exit status is 8; where its
    session is stopped, 4.
    """
    request = wait_command.Request(wanted(labels, chosen), Until(until), socket, is_any, timeout)
    there = wait_command.run(wait_command.plan(request))
    emit("\n".join(visible(each.label) for each in there))

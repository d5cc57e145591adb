"""`par capture` and `par whoami`: what is in a context, and which one this is."""

from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.numbers import Count
from par.cli.options import option
from par.cli.output import emit
from par.commands import capture as capture_command
from par.commands import whoami as whoami_command
from par.render import whoami as whoami_text


@click.command(epilog="Example: par capture feature-auth -n 50")
@click.argument("label", type=Label(), metavar="LABEL|LABEL/REPO")
@option("-n", "--lines", type=Count(), help="The last so many lines, not the screen.")
@option("--ansi", is_flag=True, help="With colours, as escape sequences.")
@option("--pane", type=click.Choice(["first", "active"]), default="first", help="Which pane of a context.")
@click.pass_obj
def capture(socket: Path, label: str, lines: int | None, ansi: bool, pane: str) -> None:
    """Print what the first pane of a context shows, without the empty lines at its end."""
    request = capture_command.Request(label, socket, lines, ansi, pane == "active")
    emit(capture_command.run(request), with_colours=ansi)


@click.command(epilog="Example: par whoami --json")
@option("--json", "as_json", is_flag=True, help="Print the context as JSON.")
@click.pass_obj
def whoami(socket: Path, as_json: bool) -> None:
    """Print the label of the context that this is called in: that of the pane, else of the worktree.

    Elsewhere the exit status is 3.
    """
    found = whoami_command.run(socket)
    emit(whoami_text.document(found) if as_json else whoami_text.label(found))

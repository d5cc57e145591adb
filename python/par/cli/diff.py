"""`par diff`."""

from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.options import option
from par.commands import diff as command


@click.command(epilog="Example: par diff feature-auth --stat")
@click.argument("label", type=Label())
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@option("--stat", "with_stat", is_flag=True, help="Show only how much changed in each file.")
@click.pass_obj
def diff(socket: Path, label: str, paths: tuple[str, ...], with_stat: bool) -> None:
    """Show what was done in the context LABEL since it left the branch that it was begun from.

    Committed or not, untracked files too, by git diff with your pager and colours. LABEL/REPO is one
    repository of a workspace.
    """
    request = command.Request(label, socket, paths, with_stat)
    command.run(command.plan(request), request)

"""`par labels` and `par path`."""

from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.output import emit
from par.commands import path as path_command


@click.command(epilog="Example: par labels | while read -r label; do par send \"$label\" 'git pull'; done")
@click.pass_obj
def labels(socket: Path) -> None:
    """Print the label of each context, one a line, for scripts."""
    if found := path_command.labels(socket):
        emit("\n".join(found))


@click.command(epilog='Example: cd "$(par path feature-auth)"')
@click.argument("label", type=Label())
@click.pass_obj
def path(socket: Path, label: str) -> None:
    """Print the folder of the context LABEL, or with LABEL/REPO that of one repository of a workspace."""
    emit(str(path_command.folder(label, socket)))

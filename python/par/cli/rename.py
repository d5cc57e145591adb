"""`par rename`."""

from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.options import option
from par.cli.output import emit
from par.commands import rename as command
from par.render import rename as text


@click.command(epilog="Example: par rename fix-login login-by-mail")
@click.argument("label", type=Label(), metavar="OLD")
@click.argument("new_label", metavar="NEW")
@option("--json", "as_json", is_flag=True, help="Print the context as JSON.")
@click.pass_obj
def rename(socket: Path, label: str, new_label: str, as_json: bool) -> None:
    """Give the context OLD the label NEW, with all that is called so: all of it, or nothing.

    The branch that par made for it, the worktree's folder and the session. A branch on a remote keeps its
    name, and is followed as before. What runs in its panes goes on, in the folder as it is called now.
    """
    done = command.run(command.plan(command.Request(label, new_label, socket)))
    emit(text.document(done) if as_json else text.renamed(done))

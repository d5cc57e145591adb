"""`par code` and `par cursor`."""

from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.options import option
from par.commands import edit


def _editor(name: str, title: str, instead: str) -> click.Command:
    @click.command(
        name,
        help=f"Open the folder of the context LABEL in {title}; of a workspace all of its repositories.\n\n"
        "LABEL/REPO is one of them alone.",
        epilog=f"Example: par {name} feature-auth",
    )
    @click.argument("label", type=Label())
    @option("--editor", metavar="CMD", help=f"Use this command line{instead}.")
    @click.pass_obj
    def command(socket: Path, label: str, editor: str | None) -> None:
        edit.run(edit.Request(label, name, socket, editor))

    return command


code = _editor("code", "VS Code", ", not the setting `editor` or code")
cursor = _editor("cursor", "Cursor", ", not cursor")

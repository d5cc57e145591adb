"""`par conflicts`."""

from pathlib import Path

import click

from par.cli.options import option
from par.cli.output import emit
from par.commands import conflicts as command
from par.render import conflicts as text


@click.command(epilog="Example: par conflicts --repo web")
@option("--repo", "repository", metavar="NAME", help="Only contexts of the repository called NAME.")
@option("--worktree", "with_uncommitted", is_flag=True, help="Include what is not committed yet.")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def conflicts(socket: Path, repository: str | None, with_uncommitted: bool, as_json: bool) -> None:
    """Show which contexts would conflict with each other, or with the branch that they were begun from.

    What is committed is merged in memory, two by two; nothing is changed. Needs git 2.38.
    """
    report = command.run(command.Request(socket, repository, with_uncommitted))
    emit(text.document(report) if as_json else text.report(report))

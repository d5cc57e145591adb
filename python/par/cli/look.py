"""`par ls`."""

from pathlib import Path

import click

from par.cli.output import emit, narrate, width
from par.commands import ls
from par.model import Kind
from par.render import ls as ls_text


@click.command("ls", epilog="Example: par ls --kind session --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--plain", is_flag=True, help="Print lines with tabs on a terminal too, as into a pipe.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Only contexts of this kind.")
@click.option("--repo", "repository", metavar="NAME", help="Only contexts of the repository called NAME.")
@click.pass_obj
def list_contexts(socket: Path, as_json: bool, plain: bool, kind: str | None, repository: str | None) -> None:
    """List all contexts of all repositories."""
    listing = ls.run(ls.Request(socket, Kind(kind) if kind else None, repository, with_heads=as_json))
    if as_json:
        emit(ls_text.document(listing))
    else:
        emit(ls_text.contexts(listing, None if plain else width()))
        if listing.damaged:
            narrate(ls_text.damaged(listing.damaged))

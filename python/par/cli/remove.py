"""`par rm`."""

import sys
from pathlib import Path

import click

from par.cli.output import emit, narrate
from par.commands import rm as rm_command
from par.errors import UsageError
from par.render import document, text


@click.command(epilog="Example: par rm feature-auth")
@click.argument("labels", nargs=-1, required=True, metavar="LABEL...|all")
@click.option("-y", "--yes", is_flag=True, help="Do not ask; `all` needs it without a terminal.")
@click.option("--force", is_flag=True, help="Remove also what holds work that is nowhere else.")
@click.option("--json", "as_json", is_flag=True, help="Print what was removed as JSON.")
@click.pass_obj
def rm(socket: Path, labels: tuple[str, ...], yes: bool, force: bool, as_json: bool) -> None:
    """Remove contexts: the session, the worktree, and the branch where par created it.

    Refused where uncommitted files would be lost, or commits that are on no other branch.
    """
    request = rm_command.Request(labels, socket, force)
    planned = rm_command.plan(request)
    if request.is_all and not yes:
        _ask(planned)
    done = rm_command.run(planned)
    emit(document.removed(done) if as_json else "\n".join(map(text.removed, done)))


def _ask(planned: rm_command.Plan) -> None:
    if not sys.stdin.isatty():
        raise UsageError("removing all contexts needs a confirmation", hint="par rm all -y")
    narrate(text.doomed(planned.sightings))
    count = len(planned.sightings)
    click.confirm(
        f"Remove {'this context' if count == 1 else f'these {count} contexts'}?", abort=True, err=True
    )

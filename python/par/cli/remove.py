"""`par rm`."""

from pathlib import Path

import click

from par.cli.confirming import confirm
from par.cli.output import emit, narrate
from par.commands import rm as rm_command
from par.render import rm as rm_text


@click.command(epilog="Example: par rm feature-auth")
@click.argument("labels", nargs=-1, required=True, metavar="LABEL...|all")
@click.option("-y", "--yes", is_flag=True, help="Do not ask; `all` needs it without a terminal.")
@click.option(
    "--purge", is_flag=True, help="Delete at once, past the trash; refused where work would be lost."
)
@click.option(
    "--force",
    is_flag=True,
    help="Also where a before_remove command fails; with --purge: what holds work that is nowhere else.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was removed as JSON.")
@click.pass_obj
def rm(socket: Path, labels: tuple[str, ...], yes: bool, purge: bool, force: bool, as_json: bool) -> None:
    """Remove contexts: the session, the worktree, and the branch where par created it.

    Nothing is lost: `par restore` brings all of it back, with every file and commit.
    """
    request = rm_command.Request(labels, socket, purge, force)
    planned = rm_command.plan(request)
    if request.is_all and not yes:
        _ask(planned)
    done = []
    try:
        for each in rm_command.run(planned):
            done.append(each)  # noqa: PERF402 - what is gone is printed, also where the next one fails
    finally:
        if done:
            emit(rm_text.document(done) if as_json else "\n".join(map(rm_text.removed, done)))
    if expired := rm_command.expire(planned):
        narrate(rm_text.expired(expired))


def _ask(planned: rm_command.Plan) -> None:
    count = len(planned.statuses)
    question = f"Remove {'this context' if count == 1 else f'these {count} contexts'}?"
    confirm(rm_text.to_remove(planned.statuses), question, "removed", "par rm all -y")

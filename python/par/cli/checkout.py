"""`par checkout`."""

from pathlib import Path

import click

from par.cli import making
from par.cli.options import option
from par.cli.output import emit
from par.cli.program import Asked
from par.commands import checkout as checkout_command
from par.contexts.plans import CreationPlan


@click.command(epilog="Example: par checkout pr/123 --label review")
@click.argument("target")
@making.options
@making.path_option
@option("-l", "--label", metavar="LABEL", help="The label, if not that of its branch.")
@option("--init", "with_init", is_flag=True, help="Do what .par.yaml asks for in a stranger's code too.")
@option(
    "--update", "is_update", is_flag=True, help="If a context has it, bring that to what the remote has now."
)
@click.pass_obj
def checkout(
    socket: Path,
    target: str,
    folder: str,
    label: str | None,
    with_init: bool,
    is_update: bool,
    asked: Asked,
    is_trusted: bool,
    with_wait: bool,
    then_open: bool,
    as_json: bool,
) -> None:
    """Start a context on something that exists.

    TARGET is a branch (here or on origin), REMOTE/BRANCH, USER:BRANCH for somebody's fork, pr/123,
    mr/45, or the URL of a pull or merge request.

    The code of a fork, a pull or a merge request is a stranger's: nothing of .par.yaml is done in it, unless
    --init says so. Then it can read the files that are copied, and the commands run what it brings.

    A pull request that was rewritten cannot be pulled: --update moves the branch of the context that has it,
    unless a commit or a changed file of yours would be lost.
    """
    if then_open:
        making.check_can_open(socket)
    place = making.existing(folder)
    request = checkout_command.Request(
        target, place, socket, label, is_trusted, with_init, is_update, asked.one()
    )
    planned = checkout_command.plan(request)
    if isinstance(planned, CreationPlan):
        making.make(planned, socket, then_open, as_json, with_wait)
        return
    from par.commands import checkout_update  # noqa: PLC0415 - only with --update
    from par.render import checkout as text  # noqa: PLC0415 - as above

    updated = checkout_update.run(planned)
    emit(text.document(updated) if as_json else text.updated(updated))
    if then_open:
        making.open_made(updated.context.label, socket)

"""`par trust` and `par untrust`."""

import click

from par.cli import asking, making
from par.cli.options import option
from par.cli.output import emit
from par.commands import trust as trust_command
from par.commands import untrust as untrust_command
from par.commands.trust import Plan
from par.errors import UnsafeError
from par.names import visible
from par.render import trust as trust_text


@click.command(epilog="Example: par trust ~/projects/my-app")
@click.argument("path", default=".", metavar="[PATH]")
@option("-y", "--yes", is_flag=True, help="Do not ask; needed without a terminal.")
@option("--list", "as_list", is_flag=True, help="List what was approved, and whether it changed since.")
@option("--json", "as_json", is_flag=True, help="With --list: print JSON.")
def trust(path: str, yes: bool, as_list: bool, as_json: bool) -> None:
    """Approve what the .par.yaml of a repository asks to run, after showing all of it.

    PATH is any folder in the repository. The approval is for the content as it stands: a change of it asks
    again, and shows the difference.
    """
    if as_json and not as_list:
        raise click.UsageError("--json goes with --list")
    if as_list:
        found = trust_command.listing()
        emit(trust_text.approvals_document(found) if as_json else trust_text.approvals(found))
        return
    planned = trust_command.plan(making.existing(path))
    if not planned.is_needed:
        emit(trust_text.needless(planned))
        return
    _confirm(planned, yes)
    trust_command.run(planned)
    emit(trust_text.approved(planned))


def _confirm(planned: Plan, yes: bool) -> None:
    asked = [(planned.home, planned.own)]
    if not yes and asking.is_answered():
        if not asking.agrees(asked):
            raise click.Abort
        return
    asking.show(asked)
    if not yes:
        message = f"what .par.yaml of {planned.home.name} asks to run needs your approval"
        raise UnsafeError(message, hint=trust_text.command(planned.home, "-y"))


@click.command(epilog="Example: par untrust ~/projects/my-app")
@click.argument("path", default=".", metavar="[PATH]")
def untrust(path: str) -> None:
    """Take back the approval of a repository: what its .par.yaml asks to run is held then.

    PATH is any folder in the repository, or where one was that is gone.
    """
    gone = untrust_command.plan(making.existing(path))
    untrust_command.run(gone)
    emit(f"no longer approved: what .par.yaml of {visible(str(gone))} asks to run")

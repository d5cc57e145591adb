"""`par workspace add` and `par workspace drop`."""

from pathlib import Path

import click

from par.cli import making
from par.cli.labels import Label
from par.cli.options import option
from par.cli.output import emit
from par.commands import workspace_change
from par.commands.workspace_change import AddRequest, DropRequest
from par.render import rm as rm_text
from par.render import start as start_text
from par.setup.preparation import Consent


@click.command(epilog="Example: par workspace add feature-auth ../docs")
@click.argument("label", type=Label())
@click.argument("repo")
@option("-b", "--base", metavar="REV", help="Start the new branch here, not at what is checked out.")
@option("--trust", "is_trusted", is_flag=True, help="Approve what .par.yaml asks to run, this once.")
@option("--json", "as_json", is_flag=True, help="Print the workspace as JSON.")
@click.pass_obj
def add(socket: Path, label: str, repo: str, base: str | None, is_trusted: bool, as_json: bool) -> None:
    """Take one more repository into the workspace LABEL: a worktree, a branch and a window.

    REPO is a path, or the name of a repository here or beside those that the workspace has.
    """
    request = AddRequest(label, repo, Path.cwd(), socket, base, Consent(is_trusted))
    context, planned = workspace_change.plan_add(request)
    planned = making.considered(planned)
    grown = workspace_change.run_add(context, planned)
    emit(start_text.document(grown, planned.init) if as_json else start_text.added(grown, planned.init))
    making.narrate_held(planned)


@click.command(epilog="Example: par workspace drop feature-auth docs")
@click.argument("label", type=Label())
@click.argument("repo")
@option("--force", is_flag=True, help="Go on if its before_remove commands fail.")
@option("--json", "as_json", is_flag=True, help="Print what was dropped as JSON.")
@click.pass_obj
def drop(socket: Path, label: str, repo: str, force: bool, as_json: bool) -> None:
    """Take the repository REPO out of the workspace LABEL; the others stay as they are.

    Nothing is lost: its worktree, and its branch where par created it, go to the trash.
    """
    done = workspace_change.run_drop(workspace_change.plan_drop(DropRequest(label, repo, socket, force)))
    emit(rm_text.document([done]) if as_json else rm_text.removed(done))

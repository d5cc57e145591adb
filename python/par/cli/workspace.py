"""`par workspace`: contexts over several repositories."""

from pathlib import Path

import click

from par.cli import making
from par.cli.groups import Group
from par.cli.options import option
from par.cli.output import emit
from par.cli.program import Asked
from par.cli.verbs import load
from par.cli.workspace_change import add, drop
from par.commands import workspace as workspace_command
from par.setup.preparation import Consent

# Every command that takes a label takes that of a workspace: these are only known by two names
SHARED = ("open", "code", "cursor", "rm")


class Workspace(Group):
    """The commands of `par workspace`: its own, and those that it shares with `par`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.commands, *SHARED]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return load(cmd_name) if cmd_name in SHARED else super().get_command(ctx, cmd_name)


@click.group(
    cls=Workspace,
    invoke_without_command=True,
    epilog="Example: par workspace start feature-auth --repos frontend,backend",
)
@click.pass_context
def workspace(ctx: click.Context) -> None:
    """One context over several repositories: a worktree of each, the same branch, one session.

    Every other command takes its LABEL too: par open, send, rm, restore ...
    """
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help())


@workspace.command(epilog="Example: par workspace start feature-auth --repos frontend,backend")
@click.argument("label")
@making.options
@option("-p", "--path", "folder", default=".", metavar="ROOT", help="The folder of the repositories.")
@option("--repos", metavar="A,B", help="Only these: names in ROOT, or paths. By default all in ROOT.")
@option("-b", "--base", metavar="REV", help="Start each new branch here, not at what is checked out.")
@click.pass_obj
def start(
    socket: Path,
    label: str,
    folder: str,
    repos: str | None,
    base: str | None,
    asked: Asked,
    is_trusted: bool,
    with_wait: bool,
    then_open: bool,
    as_json: bool,
) -> None:
    """Start a workspace called LABEL: a worktree of each repository, and one session in their folder.

    All of them are made, or none. Each branch LABEL is new, or the one that exists already in that
    repository or on its origin.
    """
    if then_open:
        making.check_can_open(socket)
    place, consent = making.existing(folder), Consent(is_trusted)
    request = workspace_command.Request(label, place, socket, repos, base, consent, asked.one())
    making.make(workspace_command.plan(request), socket, then_open, as_json, with_wait)


@workspace.command("ls", epilog="Example: par workspace ls --json")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def list_workspaces(ctx: click.Context, as_json: bool) -> None:
    """List only the workspaces. Deprecated: `par ls` lists all contexts."""
    ctx.invoke(load("ls"), as_json=as_json, kind="workspace")


workspace.add_command(add)
workspace.add_command(drop)

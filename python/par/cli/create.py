"""`par start` and `par checkout`."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from par.cli.output import emit, narrate
from par.commands import checkout as checkout_command
from par.commands import open as open_command
from par.commands import start as start_command
from par.model import Context
from par.render import document, text
from par.tmux import clients


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the context as JSON."),
        click.option("--open", "then_open", is_flag=True, help="Open the context when it is made."),
        click.option(
            "-p", "--path", "folder", default=".", metavar="PATH", help="Any folder in the repository."
        ),
    ):
        command = option(command)
    return command


@click.command(epilog="Example: par start feature-auth -p ~/projects/my-app --base main")
@click.argument("label")
@_shared
@click.option("-b", "--base", metavar="REV", help="Start the new branch here, not at what is checked out.")
@click.option("--fetch", "with_fetch", is_flag=True, help="Fetch from origin first, for 30 seconds at most.")
@click.pass_obj
def start(
    socket: Path, label: str, folder: str, base: str | None, with_fetch: bool, then_open: bool, as_json: bool
) -> None:
    """Start a context called LABEL: a worktree, a branch and a tmux session.

    The branch LABEL is new, or the one that exists already here or on origin.
    """
    if then_open:
        clients.check_can_show(socket)
    request = start_command.Request(label, _folder(folder), socket, base, with_fetch)
    _tell(start_command.run(start_command.plan(request)), socket, then_open, as_json)


@click.command(epilog="Example: par checkout pr/123 --label review")
@click.argument("target")
@_shared
@click.option("-l", "--label", metavar="LABEL", help="Call the context so, not after its branch.")
@click.pass_obj
def checkout(
    socket: Path, target: str, folder: str, label: str | None, then_open: bool, as_json: bool
) -> None:
    """Start a context on something that exists.

    TARGET is a branch (here or on origin), REMOTE/BRANCH, USER:BRANCH for somebody's fork, pr/123,
    mr/45, or the URL of a pull or merge request.
    """
    if then_open:
        clients.check_can_show(socket)
    request = checkout_command.Request(target, _folder(folder), socket, label)
    _tell(checkout_command.run(checkout_command.plan(request)), socket, then_open, as_json)


def _folder(path: str) -> Path:
    # A user's shell expands ~ only where it stands first: -p=~/x arrives as it is
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own fails where there is no such user


def _tell(context: Context, socket: Path, then_open: bool, as_json: bool) -> None:
    if as_json:
        emit(document.made(context))
    else:
        narrate(text.made(context)) if then_open else emit(text.made(context))
    if then_open:
        open_command.run(open_command.plan(open_command.Request(context.label, socket)))

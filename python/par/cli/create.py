"""`par start` and `par checkout`."""

from pathlib import Path

import click

from par.cli import making
from par.cli.options import option
from par.cli.output import emit
from par.cli.program import Asked
from par.commands import checkout as checkout_command
from par.commands import checkout_update, start_each
from par.commands import open as open_command
from par.commands import start as start_command
from par.contexts.plans import CreationPlan
from par.hosts import incoming
from par.render import checkout as checkout_text
from par.tmux import clients

path_option = option(
    "-p", "--path", "folder", default=".", metavar="PATH", help="Any folder in the repository."
)


@click.command(epilog="Example: par start feature-auth -p ~/projects/my-app --base main")
@click.argument("label")
@making.options
@path_option
@option("-b", "--base", metavar="REV", help="Start the new branch here, not at what is checked out.")
@option("--clone", "with_clone", is_flag=True, help="With --host: clone where you are, if PATH is not there.")
@option("--with-changes", is_flag=True, help="Take along what is not committed where you are.")
@option("--fetch", "with_fetch", is_flag=True, help="Fetch from the default remote first.")
@option("--each", multiple=True, metavar="COMMAND", help="A context for each COMMAND: LABEL-its-name.")
@option("--count", type=click.IntRange(1, start_each.MOST), help="So many: LABEL-1, LABEL-2 ...")
@click.pass_obj
def start(
    socket: Path,
    label: str,
    folder: str,
    base: str | None,
    with_clone: bool,
    with_fetch: bool,
    with_changes: bool,
    each: tuple[str, ...],
    count: int | None,
    asked: Asked,
    is_trusted: bool,
    with_wait: bool,
    then_open: bool,
    as_json: bool,
) -> None:
    """Start a context called LABEL: a worktree, a branch and a tmux session.

    The branch LABEL is new, or the one that exists already here or on origin. With --each or --count there
    are several, from one commit: all of them are made, or none.

    With --with-changes all that is not committed where you are goes along, staged as staged, also files that
    git does not track; it is gone there once it is here. `par undo` puts it back.
    """
    place = making.existing(folder)
    if with_clone:
        from par.commands import clone  # noqa: PLC0415 - only for another machine

        clone.run(clone.plan(incoming.source(), place))
    request = start_command.Request(label, place, socket, base, with_fetch, is_trusted)
    if each or count:
        if then_open:
            raise click.UsageError("--open shows one context: see all with par control-center")
        if with_changes:
            raise click.UsageError("--with-changes goes into one context")
        planned = start_each.plan(request, asked.several(each, count or 1), bool(each))
        making.make_all(planned, socket, as_json, with_wait)
        return
    if then_open:
        clients.check_can_show(socket)
    one = start_command.plan(request._replace(program=asked.one(), with_changes=with_changes))
    making.make(one, socket, then_open, as_json, with_wait)


@click.command(epilog="Example: par checkout pr/123 --label review")
@click.argument("target")
@making.options
@path_option
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
        clients.check_can_show(socket)
    place = making.existing(folder)
    request = checkout_command.Request(
        target, place, socket, label, is_trusted, with_init, is_update, asked.one()
    )
    planned = checkout_command.plan(request)
    if isinstance(planned, CreationPlan):
        making.make(planned, socket, then_open, as_json, with_wait)
        return
    updated = checkout_update.run(planned)
    emit(checkout_text.document(updated) if as_json else checkout_text.updated(updated))
    if then_open:
        open_command.run(open_command.plan(open_command.Request(updated.context.label, socket)))

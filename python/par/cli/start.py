"""`par start`."""

from pathlib import Path

import click

from par.cli import making
from par.cli.options import option
from par.cli.program import Asked
from par.commands import start as start_command

MOST = 50


@click.command(epilog="Example: par start feature-auth -p ~/projects/my-app --base main")
@click.argument("label")
@making.options
@making.path_option
@option("-b", "--base", metavar="REV", help="Start the new branch here, not at what is checked out.")
@option("--clone", "with_clone", is_flag=True, help="With --host: clone where you are, if PATH is not there.")
@option("--with-changes", is_flag=True, help="Take along what is not committed where you are.")
@option("--fetch", "with_fetch", is_flag=True, help="Fetch from the default remote first.")
@option("--each", multiple=True, metavar="COMMAND", help="A context for each COMMAND: LABEL-its-name.")
@option("--count", type=click.IntRange(1, MOST), help="So many: LABEL-1, LABEL-2 ...")
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
        from par.hosts import incoming  # noqa: PLC0415 - as above

        clone.run(clone.plan(incoming.source(), place))
    request = start_command.Request(label, place, socket, base, with_fetch, is_trusted)
    if each or count:
        from par.commands import start_each  # noqa: PLC0415 - most begin one

        if then_open:
            raise click.UsageError("--open shows one context: see all with par control-center")
        if with_changes:
            raise click.UsageError("--with-changes goes into one context")
        planned = start_each.plan(request, asked.several(each, count or 1), bool(each))
        making.make_all(planned, socket, as_json, with_wait)
        return
    if then_open:
        making.check_can_open(socket)
    one = start_command.plan(request._replace(program=asked.one(), with_changes=with_changes))
    making.make(one, socket, then_open, as_json, with_wait)

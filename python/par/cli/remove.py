"""`par rm`."""

import shlex
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.options import option
from par.cli.output import emit, narrate
from par.cli.targets import filters, wanted
from par.commands import rm as rm_command
from par.contexts.selection import Wanted
from par.model import ContextStatus
from par.render import rm as rm_text


@click.command(epilog="Example: par rm feature-auth")
@click.argument("labels", nargs=-1, type=Label(), metavar="LABEL...|GLOB|all")
@filters
@option("-y", "--yes", is_flag=True, help="Do not ask; needed without a terminal, except for labels.")
@option("--purge", is_flag=True, help="Delete at once, past the trash; refused where work would be lost.")
@option(
    "--force",
    is_flag=True,
    help="Go on if a before_remove command fails; with --purge: also if work would be lost.",
)
@option("--json", "as_json", is_flag=True, help="Print what was removed as JSON.")
@click.pass_obj
def rm(
    socket: Path,
    /,
    labels: tuple[str, ...],
    yes: bool,
    purge: bool,
    force: bool,
    as_json: bool,
    **chosen: str | None,
) -> None:
    """Remove contexts: the session, the worktree, and the branch where par created it.

    Nothing is lost: `par restore` brings all of it back, with every file and commit. It lists the contexts
    and asks where they were not named one by one.
    """
    request = rm_command.Request(wanted(labels, chosen), socket, purge, force)
    planned = rm_command.plan(request)
    if request.wanted.is_broad and not yes:
        _ask(planned, request.wanted)
    run(planned, as_json=as_json)


def run(planned: rm_command.Plan, *, as_json: bool) -> None:
    """Remove what was planned, and print what became of it.

    Where the pane that this is printed in goes too, the clients that showed it say so.
    """
    tell = telling(planned.statuses)
    done = []
    try:
        for each in rm_command.run(planned):
            done.append(each)  # noqa: PERF402 - what is gone is printed, also where the next one fails
    finally:
        if done:
            emit(rm_text.document(done) if as_json else rm_text.removals(done))
    if tell:
        tell(rm_text.notice(done))
    if expired := rm_command.expire(planned):
        narrate(rm_text.expired(expired))


def telling(statuses: Iterable[ContextStatus]) -> Callable[[str], None] | None:
    """What tells the clients of the session that this is called in, if it is among these; else None."""
    for context, session in ((each.context, each.session) for each in statuses):
        if session and session.is_current:
            from par.tmux import clients  # noqa: PLC0415 - rarely needed

            return partial(clients.say, context.socket, clients.showing(context.socket, session.id))
    return None


def _ask(planned: rm_command.Plan, wanted: Wanted) -> None:
    from par.cli.confirming import confirm  # noqa: PLC0415 - most name what goes

    count = len(planned.statuses)
    question = f"Remove {'this context' if count == 1 else f'these {count} contexts'}?"
    hint = " ".join(filter(None, ("par rm", shlex.join(wanted.words), wanted.filters, "-y")))
    confirm(rm_text.to_remove(planned.statuses, planned.hooks.faults), question, "removed", hint)

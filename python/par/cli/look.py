"""`par ls`."""

from pathlib import Path
from typing import Any

import click

from par.cli.labels import Label
from par.cli.numbers import Seconds
from par.cli.options import option
from par.cli.output import emit, narrate, width
from par.cli.targets import filters, may_ask_hosts, narrowed, places
from par.commands import ls
from par.commands.ls import Listing
from par.contexts.selection import Wanted
from par.errors import NotFoundError
from par.render import ls as ls_text


@click.command("ls", epilog="Example: par ls 'feat-*' --repo my-app --json")
@click.argument("labels", nargs=-1, type=Label(), metavar="[LABEL...|GLOB|all]")
@filters
@places
@option("--long", "is_long", is_flag=True, help="How far the work is: commits, changed files, age.")
@option(
    "--timeout",
    "seconds",
    type=Seconds(),
    metavar="SECONDS",
    default=2.0,
    help="So long a host may take, or with --long git: `?` is shown for what takes longer.",
)
@option("--json", "as_json", is_flag=True, help="Print JSON.")
@option("--plain", is_flag=True, help="Print lines with tabs on a terminal too, as into a pipe.")
@click.pass_obj
def list_contexts(
    socket: Path,
    /,
    labels: tuple[str, ...],
    is_long: bool,
    seconds: float,
    as_json: bool,
    plain: bool,
    **chosen: Any,
) -> int:
    """List all contexts of all repositories, or those asked for: exit status 3 where there is none.

    Without labels those of all hosts too: all are asked at once, and of one that gives no answer it is what
    it said last, in grey.
    """
    wanted, columns = narrowed(labels, chosen), None if plain else width()
    if may_ask_hosts(labels, chosen, by_default=True):
        if not is_long:
            return _show_everywhere(socket, wanted, chosen, seconds, as_json, columns)
        from par.cli import look_long  # noqa: PLC0415 - who has no hosts loads nothing for them

        if not look_long.is_asked_by_another():
            return look_long.run(socket, wanted, chosen, seconds, as_json, plain)
    try:
        listing = ls.run(ls.Request(socket, wanted, with_heads=as_json and not is_long))
    except NotFoundError:
        if as_json:  # a script that reads it gets an answer all the same
            emit(ls_text.document(Listing((), {})))
        raise
    if is_long:
        _show_long(listing, seconds, as_json, columns)
    elif as_json:
        emit(ls_text.document(listing))
    else:
        emit(ls_text.contexts(listing, columns))
        _narrate_damaged(listing)
    return 0


def _narrate_damaged(listing: Listing) -> None:
    if listing.damaged:
        from par.render import damaged  # noqa: PLC0415 - hardly ever needed

        narrate(damaged.lines(listing.damaged))


def _show_everywhere(
    socket: Path, wanted: Wanted, chosen: dict[str, Any], seconds: float, as_json: bool, columns: int | None
) -> int:
    from par.cli import everywhere  # noqa: PLC0415 - who has no hosts loads nothing for them
    from par.render import ls_hosts as text  # noqa: PLC0415 - as above

    asked = everywhere.meant(wanted.words, chosen, by_default=True)
    try:
        seen = everywhere.look(socket, wanted, asked, seconds, with_heads=as_json)
    except NotFoundError:
        if as_json:
            emit(text.document(None, ()))
        raise
    emit(text.document(*seen) if as_json else text.contexts(*seen, columns))
    if seen.here and not as_json:
        _narrate_damaged(seen.here)
    return everywhere.report(seen.heard, asked.named)


def _show_long(listing: Listing, seconds: float, as_json: bool, columns: int | None) -> None:
    from par.commands import ls_long  # noqa: PLC0415 - a list without it starts no git
    from par.render import ls_long as long_text  # noqa: PLC0415 - as above

    rows = ls_long.run((each.context for each in listing.statuses), seconds)
    emit(long_text.document(rows) if as_json else long_text.report(rows, columns))

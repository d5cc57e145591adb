"""`par ls`."""

from pathlib import Path

import click

from par.cli.numbers import Seconds
from par.cli.options import option
from par.cli.output import emit, narrate, width
from par.cli.targets import filters, narrowed
from par.commands import ls
from par.commands.ls import Listing
from par.errors import NotFoundError
from par.render import ls as ls_text


@click.command("ls", epilog="Example: par ls 'feat-*' --repo my-app --json")
@click.argument("labels", nargs=-1, metavar="[LABEL...|GLOB|all]")
@filters
@option("--long", "is_long", is_flag=True, help="How far the work is: commits, changed files, age.")
@option(
    "--timeout",
    "seconds",
    type=Seconds(),
    metavar="SECONDS",
    default=2.0,
    help="With --long: show `?` for what takes longer.",
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
    **chosen: str | None,
) -> None:
    """List all contexts of all repositories, or those asked for: exit status 3 where there is none."""
    try:
        listing = ls.run(ls.Request(socket, narrowed(labels, chosen), with_heads=as_json and not is_long))
    except NotFoundError:
        if as_json:  # a script that reads it gets an answer all the same
            emit(ls_text.document(Listing((), {})))
        raise
    if is_long:
        _show_long(listing, seconds, as_json, None if plain else width())
    elif as_json:
        emit(ls_text.document(listing))
    else:
        emit(ls_text.contexts(listing, None if plain else width()))
        if listing.damaged:
            narrate(ls_text.damaged(listing.damaged))


def _show_long(listing: Listing, seconds: float, as_json: bool, columns: int | None) -> None:
    from par.commands import ls_long  # noqa: PLC0415 - a list without it starts no git
    from par.render import ls_long as long_text  # noqa: PLC0415 - as above

    rows = ls_long.run((each.context for each in listing.statuses), seconds)
    emit(long_text.document(rows) if as_json else long_text.report(rows, columns))

"""`par trash`."""

import re
from datetime import timedelta
from pathlib import Path

import click

from par.cli.confirming import confirm
from par.cli.groups import Group
from par.cli.options import option
from par.cli.output import columns, emit
from par.commands import trash as trash_command
from par.names import visible
from par.render import trash as trash_text

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def _age(_ctx: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([dhm])", value)
    if not match:
        raise click.BadParameter(f"'{value}' is not an age such as 14d, 12h or 30m")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


@click.group(cls=Group, invoke_without_command=True, epilog="Example: par trash empty --older-than 14d")
@option("--size", "with_size", is_flag=True, help="Also say how much room each takes.")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def trash(ctx: click.Context, with_size: bool, as_json: bool) -> None:
    """List what was removed and can be brought back; `par trash empty` deletes it for good.

    Each is kept until the day that is named, and longer where it holds work that is nowhere else: that is
    looked for when the day has come.
    """
    if ctx.invoked_subcommand is None:
        found = trash_command.listing(ctx.obj)
        sizes = [trash_command.size(each.entry) for each in found.prospects] if with_size else None
        emit(trash_text.document(found, sizes) if as_json else trash_text.trash(found, sizes, columns()))


@trash.command("empty", epilog="Example: par trash empty --older-than 14d")
@click.argument("name", required=False, metavar="[LABEL|ID]")
@option(
    "--older-than",
    "age",
    metavar="AGE",
    default="0d",
    callback=_age,
    help="Only what was removed at least so long ago: 14d, 12h.",
)
@option("-y", "--yes", is_flag=True, help="Do not ask; needed without a terminal.")
@click.pass_obj
def empty(socket: Path, name: str | None, age: timedelta, yes: bool) -> None:
    """Delete for good what is in the trash. It says first what holds work that is nowhere else."""
    planned = trash_command.plan(trash_command.Request(socket, name, age))
    if not planned:
        emit("Nothing in the trash is that old." if age else "The trash is empty.")
        return
    if not yes:
        question = f"Delete {len(planned)} for good?"
        again = f"par trash empty {name} -y" if name else "par trash empty -y"
        confirm(trash_text.holdings(planned), question, "deleted", again)
    for each in trash_command.run(planned):
        emit(f"deleted '{visible(each.label)}' ({each.id})")

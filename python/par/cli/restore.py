"""`par restore` and `par trash`."""

import re
from datetime import timedelta
from pathlib import Path

import click

from par.cli.confirming import confirm
from par.cli.groups import Group
from par.cli.options import option
from par.cli.output import columns, emit, narrate
from par.commands import rescue as rescue_command
from par.commands import restore as restore_command
from par.commands import trash as trash_command
from par.commands import undo as undo_command
from par.commands import undo_start as undo_start_command
from par.names import visible
from par.render import restore as restore_text
from par.render import trash as trash_text

UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def _age(_ctx: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})([dhm])", value)
    if not match:
        raise click.BadParameter(f"'{value}' is not an age such as 14d, 12h or 30m")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


@click.command(epilog="Example: par restore feature-auth")
@click.argument("wanted", nargs=-1, metavar="[LABEL|ID]...|all")
@option(
    "--as", "new_label", metavar="NEWLABEL", help="Give it this label, if its own or its branch is taken."
)
@option(
    "--files",
    "folder",
    metavar="FOLDER",
    help="Bring back only its files, if its repository or commits are gone.",
)
@option("--json", "as_json", is_flag=True, help="Print the context as JSON.")
@click.pass_obj
def restore(
    socket: Path, wanted: tuple[str, ...], new_label: str | None, folder: str | None, as_json: bool
) -> None:
    """Bring back LABELs as they were, or all that the last command removed.

    Files, also the ignored ones, commits, branch and session: in the places they had. Of a label that was
    removed more than once the last is meant, also with `all`. `par undo` is the same command; without a label
    it takes back a merge or rebase too, if that was the last, or a start that took changes along.
    """
    if folder is not None:
        _bring_files_back(socket, wanted, folder, has_more=bool(new_label or as_json))
        return
    if not (wanted or new_label) and (started := undo_start_command.plan(socket)):
        undone = undo_start_command.run(started)
        emit(restore_text.start_undone_document() if as_json else restore_text.start_undone(undone))
        return
    if not (wanted or new_label) and (moved := undo_command.plan(socket)):
        back = undo_command.run(moved)
        emit(restore_text.undone_document(back) if as_json else restore_text.undone(back))
        for note in back.notes:
            narrate(note)
        return
    planned = restore_command.plan(restore_command.Request(wanted, socket, new_label))
    done = []
    try:
        for each in restore_command.run(planned):
            done.append(each)  # noqa: PERF402 - what is back is printed, also where the next one fails
    finally:
        if done:
            emit(restore_text.document(done) if as_json else restore_text.restored(done))
    for note in (note for each in done for note in each.notes):
        narrate(note)


def _bring_files_back(socket: Path, wanted: tuple[str, ...], folder: str, has_more: bool) -> None:
    if has_more or len(wanted) > 1:
        raise click.UsageError("--files takes one LABEL or ID, and neither --as nor --json")
    place = Path(folder).expanduser().absolute()
    planned = rescue_command.plan(wanted[0] if wanted else None, place, socket)
    emit(f"its files are in {visible(str(rescue_command.run(planned)))}")


@click.group(cls=Group, invoke_without_command=True, epilog="Example: par trash empty --older-than 14d")
@option("--size", "with_size", is_flag=True, help="Also say how much room each takes.")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def trash(ctx: click.Context, with_size: bool, as_json: bool) -> None:
    """List what was removed and can be brought back; `par trash empty` deletes it for good."""
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

"""`par restore`, which is `par undo` too."""

from pathlib import Path

import click

from par.cli.options import option
from par.cli.output import emit, narrate
from par.commands import restore as restore_command
from par.names import visible
from par.render import restore as restore_text


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
    if not (wanted or new_label) and _takes_back(socket, as_json):
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


def _takes_back(socket: Path, as_json: bool) -> bool:
    """Take back what was done last if that was no removal: a start with changes, a merge or a rebase."""
    from par.commands import undo, undo_start  # noqa: PLC0415 - most say what comes back

    if started := undo_start.plan(socket):
        left = undo_start.run(started)
        emit(restore_text.start_undone_document() if as_json else restore_text.start_undone(left))
        return True
    if moved := undo.plan(socket):
        back = undo.run(moved)
        emit(restore_text.undone_document(back) if as_json else restore_text.undone(back))
        for note in back.notes:
            narrate(note)
        return True
    return False


def _bring_files_back(socket: Path, wanted: tuple[str, ...], folder: str, has_more: bool) -> None:
    if has_more or len(wanted) > 1:
        raise click.UsageError("--files takes one LABEL or ID, and neither --as nor --json")
    from par.commands import rescue  # noqa: PLC0415 - nearly all comes back whole

    place = Path(folder).expanduser().absolute()
    planned = rescue.plan(wanted[0] if wanted else None, place, socket)
    emit(f"its files are in {visible(str(rescue.run(planned)))}")

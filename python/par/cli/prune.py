"""`par prune`."""

from pathlib import Path

import click

from par.cli import remove
from par.cli.confirming import confirm
from par.cli.labels import Label
from par.cli.options import option
from par.cli.output import emit
from par.cli.targets import filters, narrowed
from par.commands import prune as command
from par.commands import rm as rm_command
from par.contexts.selection import Wanted
from par.render import prune as text


@click.command(epilog="Example: par prune --dry-run")
@click.argument("labels", nargs=-1, type=Label(), metavar="[LABEL|GLOB]...")
@filters
@option("--dry-run", "is_dry", is_flag=True, help="Only show what would go, and why.")
@option("-y", "--yes", is_flag=True, help="Do not ask; needed without a terminal.")
@option("--json", "as_json", is_flag=True, help="Print what was removed, or would be, as JSON.")
@click.pass_obj
def prune(
    socket: Path, /, labels: tuple[str, ...], is_dry: bool, yes: bool, as_json: bool, **chosen: str | None
) -> None:
    """Remove the contexts whose work is merged, or whose upstream is gone; they can be brought back.

    Work counts as merged if the branch that it was begun from has it, or what that follows on a remote, also
    squashed or rebased; a branch that was there before par counts if it was merged at all. A context stays
    if it has work that is not committed, or if nothing was done in it yet.
    """
    found = command.candidates(command.Request(narrowed(labels, chosen), socket))
    if is_dry or not found:
        emit(text.document(found) if as_json else text.candidates(found))
        return
    if not yes:
        question = f"Remove {'this context' if len(found) == 1 else f'these {len(found)} contexts'}?"
        confirm(text.candidates(found), question, "removed", "par prune -y")
    wanted = Wanted(tuple(each.context.label for each in found))
    remove.run(rm_command.plan(rm_command.Request(wanted, socket)), as_json=as_json)

"""`par compare`."""

import os
import shlex
from pathlib import Path

import click

from par.cli.confirming import confirm
from par.cli.labels import Label
from par.cli.numbers import Seconds
from par.cli.options import option
from par.cli.output import columns, emit, narrate, width
from par.cli.run import Run, Screen
from par.cli.targets import filters, wanted
from par.commands import compare as command
from par.commands import rm as rm_command
from par.render import compare as text
from par.render import rm as rm_text


@click.command(
    cls=Run, epilog="Example: par compare 'login-*' --keep login-2 -- make test", options_metavar="[OPTIONS]"
)
@click.argument("labels", nargs=-1, type=Label(), metavar="[LABEL...|GLOB|all] [-- COMMAND]")
@filters
@option("--keep", "kept", metavar="LABEL", help="Remove the others; they can be brought back.")
@option("-y", "--yes", is_flag=True, help="Do not ask; needed without a terminal, except for labels.")
@option("--timeout", type=Seconds(min_open=True), help="End each COMMAND after so many seconds.")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def compare(
    socket: Path,
    /,
    labels: tuple[str, ...],
    words: tuple[str, ...],
    kept: str | None,
    yes: bool,
    timeout: float | None,
    as_json: bool,
    **chosen: str | None,
) -> None:
    """Show attempts at one task side by side: how much each changed, and how COMMAND goes in it.

    All counts that was done since each left its base, committed or not. COMMAND runs as with par run, and the
    exit status is 0 however it goes. With --keep the others go to the trash, if it went well in that one; one
    par undo brings them back.
    """
    asked = wanted(labels, chosen)
    most = os.cpu_count() or 1
    planned = command.plan(command.Request(asked, socket, most, words, timeout or 0.0, kept))
    screen = Screen(is_live=width() is not None and not as_json)
    done = command.run(planned, screen.show)
    screen.clear()
    if not as_json:
        emit(text.report(done, columns()))
    if done.is_interrupted:
        raise click.Abort
    if planned.removal and asked.is_broad and not yes:
        listed = rm_text.to_remove(planned.removal.statuses, planned.removal.hooks.faults)
        hint = shlex.join(["par", "compare", *labels, "--keep", planned.kept, "-y"])
        confirm(listed, f"Keep {planned.kept} and remove these?", "removed", hint)
    _remove(planned, done, as_json=as_json)


def _remove(planned: command.Plan, done: command.Comparison, *, as_json: bool) -> None:
    removed = []
    try:
        for each in command.remove_others(planned, done):
            removed.append(each)  # noqa: PERF402 - what is gone is printed, also where the next one fails
    finally:
        if as_json:
            emit(text.document(done, removed))
        elif removed:
            emit(rm_text.removals(removed))
    if planned.removal and (expired := rm_command.expire(planned.removal)):
        narrate(rm_text.expired(expired))

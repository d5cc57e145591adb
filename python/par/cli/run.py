"""`par run`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.numbers import Count, Seconds
from par.cli.options import option
from par.cli.output import columns, emit, narrate, width
from par.cli.targets import filters, wanted
from par.commands import run as run_command
from par.render import run as run_text
from par.setup.batch import Progress, Stage

GAP = "--"
ENDED = frozenset({Stage.OK, Stage.FAILED, Stage.TIMEOUT})
UP, CLEAR_LINE, CLEAR_BELOW = "\033[{}A", "\033[K", "\033[J"


class Run(click.Command):
    """Its words after `--` are the command, however they look."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        gap = args.index(GAP) if GAP in args else len(args)
        ctx.params["words"] = tuple(args[gap + 1 :])
        return super().parse_args(ctx, args[:gap])


class Screen:
    """The table on a terminal, drawn over itself; elsewhere a line for each that has ended."""

    def __init__(self, is_live: bool) -> None:
        self._is_live = is_live
        self._lines = 0
        self._told: set[int] = set()

    def show(self, found: Sequence[Progress]) -> None:
        if self._is_live:
            size = os.get_terminal_size(sys.stdout.fileno())
            self._draw(run_text.live(found, size.columns or 80, size.lines or 24))
            return
        for each in found:
            if each.stage in ENDED and each.files.place not in self._told:
                self._told.add(each.files.place)
                narrate(run_text.end(each))

    def clear(self) -> None:
        if self._lines:
            click.echo(f"\r{UP.format(self._lines)}{CLEAR_BELOW}", nl=False)
        self._lines = 0

    def _draw(self, text: str) -> None:
        lines = text.split("\n")
        up = f"\r{UP.format(self._lines)}" if self._lines else ""
        click.echo(up + "".join(f"{line}{CLEAR_LINE}\n" for line in lines) + CLEAR_BELOW, nl=False)
        self._lines = len(lines)


@click.command(cls=Run, epilog="Example: par run all -j 4 -- make test", options_metavar="[OPTIONS]")
@click.argument("labels", nargs=-1, type=Label(), metavar="[LABEL...|GLOB|all] -- COMMAND")
@filters
@option("-j", "--jobs", "most", type=Count(), help="So many at a time; by default the CPUs.")
@option("--timeout", type=Seconds(min_open=True), help="End each after so many seconds.")
@option(
    "-k", "--keep-going", is_flag=True, help="Go on after a failure, and without what is stopped or broken."
)
@option("--shell", is_flag=True, help="COMMAND is a line for sh, not a program with its arguments.")
@option("--output", "with_output", is_flag=True, help="Print at the end what it said in each.")
@option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.pass_obj
def run(
    socket: Path,
    /,
    labels: tuple[str, ...],
    words: tuple[str, ...],
    most: int | None,
    timeout: float | None,
    keep_going: bool,
    shell: bool,
    with_output: bool,
    as_json: bool,
    **chosen: str | None,
) -> None:
    """Run COMMAND in the worktrees of contexts, in a window of each, and say how it went.

    What follows `--` is one program with its arguments. A workspace has a run for each of its repositories,
    LABEL/REPO is one of them. The windows can be watched and typed to, and close where it went well; logs are
    kept. Exit status 0 only where it was 0 in all, 124 where one took too long, else 8. Ctrl-C stops all.
    """
    asked = wanted(labels, chosen)
    if not words:
        raise click.UsageError("a command is needed: par run LABEL -- COMMAND")
    request = run_command.Request(
        asked, words, socket, most or os.cpu_count() or 1, timeout or 0.0, keep_going, shell
    )
    screen = Screen(is_live=width() is not None and not as_json)
    done = run_command.run(run_command.plan(request), screen.show)
    screen.clear()
    if as_json:
        emit(run_text.document(done.progress))
    else:
        emit(run_text.output(done.progress) if with_output else run_text.outcome(done.progress, columns()))
    if done.is_interrupted:
        narrate(run_text.stopped(done.progress))
        raise click.Abort
    run_command.check(done)

"""`par batch`."""

from pathlib import Path

import click

from par.cli import making
from par.cli.options import option
from par.cli.output import emit, narrate
from par.commands import batch as batch_command
from par.commands.batch import Plan
from par.render import batch as batch_text


@click.command(epilog="Example: par batch tasks.yaml --max 4")
@click.argument("file")
@option("--max", "most", type=click.IntRange(1), metavar="N", help="So many at work at a time.")
@option("--trust", "is_trusted", is_flag=True, help="Approve what .par.yaml asks to run, this once.")
@option("--again", "is_again", is_flag=True, help="Begin those too that were removed since they were made.")
@option("--json", "as_json", is_flag=True, help="Print what was done as JSON, at the end.")
@click.pass_obj
def batch(socket: Path, file: str, most: int | None, is_trusted: bool, is_again: bool, as_json: bool) -> None:
    """Start a context for each task in FILE.

    FILE is a list in YAML, or has a JSON object on each line; the keys are label, path, base, run and prompt,
    as for `par start`. What is wrong in one line is said before anything begins. With --max the next begins
    when the program of one before it has ended, or its agent says that it is done or has failed.

    The same command again goes on where this one ended: what was begun is skipped.
    """
    request = batch_command.Request(making.existing(file), socket, most or 0, is_trusted, is_again)
    planned = batch_command.plan(request)
    _consider(planned)
    done = []
    try:
        for step in batch_command.run(planned):
            done.append(step)
            line = batch_text.step(step, len(done), len(planned.steps))
            if as_json:
                narrate(line)
            else:
                emit(line)
    except KeyboardInterrupt:
        narrate("\nwhat was begun goes on; the same command begins the rest")
        raise
    if as_json:
        emit(batch_text.document(done))


def _consider(planned: Plan) -> None:
    """Ask a person once for each repository that wants to run something, or say what is held there."""
    due = [step.planned for step in planned.steps if step.planned]
    homes = {each.worktrees[0].repository: each for each in due}
    for each in homes.values():
        making.narrate_held(making.considered(each))

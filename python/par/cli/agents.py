"""`par state`, `par next` and `par status`."""

from pathlib import Path

import click

from par.cli.output import emit
from par.commands import state as state_command
from par.commands import status as status_command
from par.render import status as status_text


@click.command(epilog="Example: make test && par state done || par state failed")
@click.argument("word", type=click.Choice(state_command.WORDS), metavar="|".join(state_command.WORDS))
@click.argument("label", required=False)
@click.option("--hook", is_flag=True, help="For the hooks of agents: print nothing, never fail, never wait.")
def state(word: str, label: str | None, hook: bool) -> None:
    """Say what the program in a context does, for `par ls`, the status line and `par next`.

    The context is LABEL, else that of the pane, else the one whose worktree you are in. A state ends with
    its program. As `scripts/par` this starts no Python.
    """
    state_command.say(*([word] if label is None else [word, label]), *(["--hook"] if hook else []))


@click.command("next", epilog="Example: par next")
@click.pass_obj
def next_waiting(socket: Path) -> None:
    """Switch to the context that has waited longest for you, or attach to it outside of tmux.

    Where that one is shown already: to the one after it, and round. Going there changes no state.
    """
    state_command.go_to_next(socket)


@click.command(epilog="Example: par status --json")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(socket: Path, as_json: bool) -> None:
    """Say in one line how many contexts there are, and what their agents do."""
    seen = status_command.run(socket)
    emit(status_text.document(seen) if as_json else status_text.line(seen))

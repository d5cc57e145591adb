"""`par state`, `par next`, `par status` and `par hooks`."""

from pathlib import Path

import click

from par.cli.groups import Group
from par.cli.options import option
from par.cli.output import emit, narrate
from par.commands import hooks as hooks_command
from par.commands import state as state_command
from par.commands import status as status_command
from par.render import hooks as hooks_text
from par.render import status as status_text


@click.command(epilog="Example: make test && par state done || par state failed")
@click.argument("word", type=click.Choice(state_command.WORDS), metavar="|".join(state_command.WORDS))
@click.argument("label", required=False, metavar="[LABEL|LABEL/REPO]")
@option("--hook", is_flag=True, help="For the hooks of agents: print nothing, never fail, never wait.")
def state(word: str, label: str | None, hook: bool) -> None:
    """Say what the program in a context does, for `par ls`, the status line and `par next`.

    The context is LABEL, or with LABEL/REPO one repository of a workspace, else that of the pane, else the
    one whose worktree you are in; `clear LABEL` clears what all its panes say. A state ends with its
    program. As `scripts/par` this starts no Python.
    """
    state_command.say(*([word] if label is None else [word, label]), *(["--hook"] if hook else []))


@click.command("next", epilog="Example: par next")
@click.pass_obj
def next_waiting(socket: Path) -> None:
    """Switch to the context that has waited longest for you, or attach to it outside of tmux.

    If you are there already, go to the one after it, and round. Going there changes no state.
    """
    state_command.go_to_next(socket)


@click.command(epilog="Example: par status --json")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(socket: Path, as_json: bool) -> None:
    """Say in one line how many contexts there are, and what their agents do."""
    seen = status_command.run(socket)
    emit(status_text.document(seen) if as_json else status_text.line(seen))


agent_argument = click.argument("agent", type=click.Choice(hooks_command.NAMES))
dry_run_option = option("--dry-run", is_flag=True, help="Only show the change, as a diff.")


@click.group(cls=Group, invoke_without_command=True, epilog="Example: par hooks install claude --dry-run")
@click.pass_context
def hooks(ctx: click.Context) -> None:
    """Let a coding agent say what it is doing, by hooks in your settings of it.

    They run `par state`, and never start Python.
    """
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help())


@hooks.command(epilog="Example: par hooks install claude")
@agent_argument
@dry_run_option
def install(agent: str, dry_run: bool) -> None:
    """Put par's hooks behind yours, and change nothing else in the file.

    What was there is kept beside it. Done again it changes nothing, or brings the hooks up to date.
    """
    change = hooks_command.plan(agent, with_hooks=True)
    _make(change, dry_run)
    if change.is_one and change.agent.note and not dry_run:
        narrate(f"{change.agent.name}: {change.agent.note}")


@hooks.command(epilog="Example: par hooks uninstall claude")
@agent_argument
@dry_run_option
def uninstall(agent: str, dry_run: bool) -> None:
    """Take out exactly what `par hooks install` put there."""
    _make(hooks_command.plan(agent, with_hooks=False), dry_run)


@hooks.command("status", epilog="Example: par hooks status")
@click.argument("agent", type=click.Choice(hooks_command.NAMES), required=False)
def hooks_status(agent: str | None) -> None:
    """Say which agents have par's hooks, and where; and what to paste into those of any other agent."""
    found = [hooks_command.standing(name) for name in ([agent] if agent else hooks_command.NAMES)]
    emit(hooks_text.standings(found))
    if not agent:
        narrate(hooks_text.others(hooks_command.line()))


def _make(change: hooks_command.Change, dry_run: bool) -> None:
    if dry_run and change.is_one:
        emit(hooks_text.diff(change))
        return
    if change.is_one:
        hooks_command.run(change)
    emit(hooks_text.changed(change))

"""`par completion` and `par demo`."""

import click

from par.cli.options import option
from par.cli.output import emit
from par.commands import completion as completion_command
from par.commands import demo as demo_command


@click.command(epilog='Example: eval "$(par completion bash)"')
@click.argument("shell", type=click.Choice(completion_command.SHELLS))
def completion(shell: str) -> None:
    """Print a script that completes commands, options, labels and branches.

    bash and zsh evaluate it in their start file; fish keeps it as
    ~/.config/fish/completions/par.fish.
    """
    emit(completion_command.script(shell))


@click.command(epilog="Example: par demo --keep")
@option("--keep", is_flag=True, help="Leave it running, and say how to attach.")
def demo(keep: bool) -> None:
    """Show par at work: throwaway repositories on a tmux server of its own."""
    demo_command.run(emit, keep)

"""`par completion` and `par demo`."""

import click

from par.cli.output import emit


@click.command(epilog='Example: eval "$(par completion bash)"')
@click.argument("shell", type=click.Choice(["bash","zsh","fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that completes commands, options, labels and branches.

    bash and zsh evaluate it in their start file; fish keeps it in ~/.config/fish/completions/par.fish.
    """
    emit("")


@click.command(epilog="Example: par demo --keep")
@click.option("--keep", is_flag=True, help="Leave it running, and say how to attach.")
def demo(keep: bool) -> None:
    """Show par at work: throwaway repositories on a tmux server of its own."""
    emit("")

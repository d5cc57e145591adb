"""`par completion` and `par demo`."""

import click

from par.cli.output import emit
from par.cli.verbs import ALIASES, VERBS, load
from par.commands import completion as completion_command
from par.commands import demo as demo_command
from par.commands.completion import Option, Verb, Words


@click.command(epilog='Example: eval "$(par completion bash)"')
@click.argument("shell", type=click.Choice(completion_command.SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that completes commands, options, labels and branches.

    bash and zsh evaluate it in their start file; fish keeps it as
    ~/.config/fish/completions/par.fish.
    """
    emit(completion_command.script(shell, [_verb(ctx, verb.name) for verb in VERBS]))


def _verb(ctx: click.Context, name: str) -> Verb:
    command = load(name)
    below = _below(ctx, command)
    names = (name, *(alias for alias, full in ALIASES.items() if full == name))
    # An option of a command below a group is completed after the group's own name
    parameters = [one for each in (command, *below.values()) for one in each.get_params(ctx)]
    options = {tuple(each.opts): _option(each) for each in parameters if isinstance(each, click.Option)}
    choices = [_choices(each) for each in parameters if isinstance(each, click.Argument)]
    words = completion_command.WORDS.get(name, Words.NOTHING)
    summary = command.get_short_help_str(80)
    return Verb(names, summary, tuple(options.values()), words, sum(choices, tuple(below)))


def _below(ctx: click.Context, command: click.Command) -> dict[str, click.Command]:
    """The commands of one that is a group."""
    if not isinstance(command, click.Group):
        return {}
    found = ((name, command.get_command(ctx, name)) for name in command.list_commands(ctx))
    return {name: each for name, each in found if each}


def _option(option: click.Option) -> Option:
    takes_value = not (option.is_flag or option.count)
    return Option(tuple(option.opts), option.help or "", takes_value, _choices(option))


def _choices(parameter: click.Parameter) -> tuple[str, ...]:
    kind = parameter.type
    return tuple(map(str, kind.choices)) if isinstance(kind, click.Choice) else ()


@click.command(epilog="Example: par demo --keep")
@click.option("--keep", is_flag=True, help="Leave it running, and say how to attach.")
def demo(keep: bool) -> None:
    """Show par at work: throwaway repositories on a tmux server of its own."""
    demo_command.run(emit, keep)

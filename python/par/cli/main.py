"""The `par` command: its global options, and how it finds a verb."""

from importlib import import_module
from pathlib import Path

import click

from par import __version__
from par.cli.groups import Group
from par.cli.options import Option, option, with_help
from par.cli.output import emit
from par.cli.verbs import ALIASES, GROUPS, MEANT, VERBS, load
from par.names import nearest
from par.tmux.sockets import default_socket, named_socket

HOSTS = ("--host", "--all-hosts")
EPILOG = (
    "Exit status: 0 done, 2 usage, 3 not found, 4 conflict, 5 unsafe, 6 config, 7 state, 8 command, "
    "124 took too long."
)


class Verbs(Group):
    """The commands of VERBS, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [verb.name for verb in VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        wanted = ALIASES.get(cmd_name, cmd_name)
        return load(wanted) if any(verb.name == wanted for verb in VERBS) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        host = ctx.params.get("host")
        # Without a word that could name a host nothing is loaded that knows of them
        is_asked = host or ctx.params.get("all_hosts")
        if command and (is_asked or any(":" in each or each.startswith(HOSTS) for each in rest)):
            elsewhere = import_module("par.cli.elsewhere")
            if (words := elsewhere.shown_here(command, rest, host)) is not None:
                return command.name, command, words
            if asked := elsewhere.asked(command.name, command, rest, ctx.params):
                return command.name, elsewhere.command(asked), []
        return (command.name if command else name), command, rest

    def nearest_command(self, ctx: click.Context, typed: str) -> str:
        return MEANT.get(typed) or nearest(typed, (*self.list_commands(ctx), *ALIASES))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        names = {full: alias for alias, full in ALIASES.items()}
        longest = max(len(verb.name) for verb in VERBS)  # so that all sections share their columns
        for title, verbs in GROUPS.items():
            words = (", ".join(filter(None, (verb.name, names.get(verb.name)))) for verb in verbs)
            rows = [(each.ljust(longest), verb.summary) for each, verb in zip(words, verbs, strict=True)]
            with formatter.section(title):
                formatter.write_dl(rows)


@with_help
@click.group(
    cls=Verbs,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": []},  # every command has its own
)
@click.version_option(__version__, prog_name="par", message="%(prog)s %(version)s", cls=Option)
@option("-L", "name", metavar="NAME", help="Use the tmux server called NAME, as `tmux -L`.")
@option("-S", "socket", metavar="PATH", help="Use the tmux server at the socket PATH, as `tmux -S`.")
@option("--host", metavar="HOST", help="Do it on that machine; also behind the command.")
@option("--all-hosts", is_flag=True, help="Do it here and on all of them; also behind the command.")
@click.pass_context
def par(ctx: click.Context, name: str | None, socket: str | None, host: str | None, all_hosts: bool) -> None:
    """Parallel work in tmux: each task gets a context.

    A context is a label with its own git worktree, branch and tmux session, known in every folder.
    """
    if name and "/" in name:
        raise click.UsageError("-L takes a name, -S a path")
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help())
    ctx.obj = Path(socket).absolute() if socket else named_socket(name) if name else default_socket()

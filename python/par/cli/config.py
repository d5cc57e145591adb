"""`par config`: the files that say what is done for each new worktree."""

import click

from par.cli.groups import Group
from par.cli.making import existing
from par.cli.options import option
from par.cli.output import emit, narrate
from par.commands import config_check, config_init
from par.render import config as config_text


@click.group(cls=Group, invoke_without_command=True, epilog="Example: par config check")
@click.pass_context
def config(ctx: click.Context) -> None:
    """What is done for each new worktree: .par.yaml in a repository, config.yaml for all of yours.

    `par config check` finds their mistakes, `par config init` writes a first .par.yaml.
    """
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help())


@config.command(epilog="Example: par config check -p ~/projects/my-app")
@option("-p", "--path", "folder", metavar="PATH", help="Any folder in the repository.")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(folder: str | None, as_json: bool) -> None:
    """Show every mistake in .par.yaml and config.yaml.

    A line for each, with file, line and key, and then exit status 6. Where there is none: what the files
    ask for, and which patterns match nothing.
    """
    report = config_check.run(config_check.Request(existing(folder or "."), folder is not None))
    emit(config_text.document(report) if as_json else config_text.lines(report))
    if failure := report.failure:
        raise failure
    for note in () if as_json else config_text.notes(report):
        narrate(note)


@config.command(epilog="Example: par config init")
@option("-p", "--path", "folder", default=".", metavar="PATH", help="Any folder in the repository.")
def init(folder: str) -> None:
    """Write a first .par.yaml for a repository.

    It asks for what suits the files that are there, and has each other key as an example. It lies in the main
    worktree, also when this is called in another one. A file that is there is never written over.
    """
    planned = config_init.plan(config_init.Request(existing(folder)))
    config_init.run(planned)
    emit(config_text.drafted(planned))
    if planned.is_elsewhere:
        narrate("note: this is another worktree than yours: new contexts follow the file there")

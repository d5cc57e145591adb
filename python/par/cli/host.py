"""`par host`."""

from pathlib import Path

import click

from par.cli.groups import Group
from par.cli.options import option
from par.cli.output import emit, narrate, width
from par.commands import host as command
from par.errors import CommandError, ParError
from par.hosts import known
from par.render import host as text
from par.render.failure import failure
from par.state import host_rows
from par.tmux import host_counts


@click.group(
    cls=Group, invoke_without_command=True, epilog="Example: par host add build1 user@build.example.org"
)
@click.pass_context
def host(ctx: click.Context) -> None:
    """Other machines, where contexts can be too: par knows each by a name, and reaches it by ssh.

    A context there is HOST:LABEL. Everything about the connection is in your own ssh_config; par never
    asks for a password, and where `ssh` would ask, par fails and says so.
    """
    if ctx.invoked_subcommand is None:
        emit(ctx.get_help())


@host.command(epilog="Example: par host add build1 user@build.example.org")
@click.argument("name")
@click.argument("destination", required=False)
def add(name: str, destination: str | None) -> None:
    """Try the connection, put this version of par there, and write the host into config.yaml.

    DESTINATION is as for ssh, and NAME without it. par goes to a folder of its own over there, where its
    launcher makes a private Python environment once.
    """
    planned = command.plan_add(name, name if destination is None else destination)
    narrate(f"{planned.name}: putting par there; the first time takes a while ...")
    checks = command.install(planned)
    emit(text.checks(planned, checks))
    command.add(planned, checks)
    emit(f"added {planned.name}; start a context there: par start LABEL --host {planned.name} -p PATH")


@host.command("ls", epilog="Example: par host ls --json")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_hosts(as_json: bool) -> None:
    """List the hosts of config.yaml. None of them is asked."""
    hosts = known.hosts()
    emit(text.document(hosts) if as_json else text.listing(hosts, width()))


@host.command(epilog="Example: par host rm build1")
@click.argument("name")
@option("--uninstall", is_flag=True, help="Delete what par put there first; contexts there stay.")
@click.pass_obj
def rm(socket: Path, name: str, uninstall: bool) -> None:
    """Forget a host. Nothing is removed over there, and no context is touched."""
    planned = command.plan_rm(name)
    command.rm(planned, uninstall)
    host_counts.publish(socket, *host_rows.counts())
    emit(f"forgot {planned.name}{', and took par away there' if uninstall else ''}")


@host.command(epilog="Example: par host update")
@click.argument("names", nargs=-1, metavar="[NAME...]")
def update(names: tuple[str, ...]) -> None:
    """Put this version of par on these hosts, or on all of them, and look again at what login gives there.

    Where one cannot be reached the others are updated all the same, and the exit status is 8.
    """
    failed, hosts = [], [*map(known.named, names)] or [*known.hosts()]
    for each in hosts:
        try:
            emit(text.checks(each, command.install(each)))
        except ParError as error:
            if len(hosts) == 1:
                raise
            narrate(failure(error))
            failed.append(each.name)
    if failed:
        raise CommandError(f"not updated: {', '.join(failed)}", hint=f"par host update {' '.join(failed)}")

"""`par open` and `par control-center`."""

from pathlib import Path

import click

from par.cli.labels import Label
from par.cli.options import option
from par.cli.output import emit, narrate
from par.cli.targets import above
from par.commands import control_center as center_command
from par.commands import open as open_command
from par.render import control_center as control_center_text
from par.tmux import clients

client_option = option("--client", metavar="NAME", help="The tmux client to switch, for key bindings.")


@click.command("open", epilog="Example: par open -")
@click.argument("label", type=Label())
@client_option
@click.pass_obj
def open_context(socket: Path, label: str, client: str | None) -> None:
    """Switch to the context LABEL inside tmux, attach to it outside.

    `-` is the context that was open before this one, LABEL/REPO the window of one repository of a workspace.
    A stopped session, or a first pane that was closed, is made again. HOST:LABEL is shown in a session here,
    which connects again by itself.
    """
    open_command.run(open_command.plan(open_command.Request(label, socket, client)))


@click.command("control-center", epilog="Example: par control-center --no-attach")
@option("--no-attach", is_flag=True, help="Only bring it up to date; show nothing.")
@option("--json", "as_json", is_flag=True, help="Print what it shows as JSON; implies --no-attach.")
@option("--host", "hosts", multiple=True, metavar="HOST", help="Open all that runs on that machine for it.")
@client_option
@click.pass_obj
def control_center(
    socket: Path, no_attach: bool, as_json: bool, hosts: tuple[str, ...], client: str | None
) -> None:
    """Show the windows of all contexts in one tmux session.

    They are the contexts' own windows: what runs there is seen and can be typed to. Those of hosts are among
    them that are open here.
    """
    request = center_command.Request(socket, not (no_attach or as_json), client, (*hosts, *above()))
    built = center_command.run(center_command.plan(request), socket)
    emit(control_center_text.document(built) if as_json else control_center_text.center(built))
    if built.stopped and not as_json:
        narrate(control_center_text.stopped(built.stopped))
    if request.with_attach:
        clients.show(socket, built.session_id, client)

"""`par forward`."""

from pathlib import Path

import click

from par.cli.options import option
from par.cli.output import emit, narrate
from par.commands import forward as command
from par.render import forward as text


@click.command(epilog="Example: par forward build1:feature-auth")
@click.argument("label", required=False, metavar="[HOST:LABEL]")
@option("--stop", is_flag=True, help="Forward them no more; without a label nothing at all.")
@option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def forward(socket: Path, label: str | None, stop: bool, as_json: bool) -> None:
    """Reach the ports of a context on another machine here, or list what is forwarded.

    It is the same number here where that is free, else another one; both are printed. It goes on until
    --stop, or until the connection breaks.
    """
    if stop:
        found = command.stop(label or "")
    elif label and not label.endswith(":"):
        found = command.start(label, socket)
    else:
        found = command.live(label or "")
    if as_json:
        emit(text.document(found))
    elif found:
        emit(text.ended(found) if stop else text.lines(found))
    else:
        narrate("nothing is forwarded: par forward HOST:LABEL")

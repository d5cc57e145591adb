"""`par open`, `par send`, `par control-center`, `par code` and `par cursor`."""

import sys
from pathlib import Path

import click

from par.cli.output import emit, narrate
from par.commands import control_center as center_command
from par.commands import edit
from par.commands import open as open_command
from par.commands import send as send_command
from par.errors import CommandError
from par.render import document, text
from par.tmux import clients

client_option = click.option("--client", metavar="NAME", help="The tmux client to switch, for key bindings.")


@click.command("open", epilog="Example: par open -")
@click.argument("label")
@client_option
@click.pass_obj
def open_context(socket: Path, label: str, client: str | None) -> None:
    """Switch to the context LABEL inside tmux, attach to it outside.

    `-` is the context that was open before this one. A stopped session is made again.
    """
    open_command.run(open_command.plan(open_command.Request(label, socket, client)))


@click.command(epilog="Example: par send all 'git status'")
@click.argument("words", nargs=-1, required=True, metavar="LABEL...|all [--] TEXT")
@click.option(
    "--pane", type=click.Choice(["first", "active"]), default="first", help="Which pane of a context."
)
@click.option("--no-enter", is_flag=True, help="Type the text but do not press Enter.")
@click.option("--dry-run", is_flag=True, help="Only say where the text would go.")
@click.option("--json", "as_json", is_flag=True, help="Print the receipts as JSON.")
@click.pass_obj
def send(
    socket: Path, words: tuple[str, ...], pane: str, no_enter: bool, dry_run: bool, as_json: bool
) -> None:
    """Type TEXT and Enter into the first pane of each context.

    That of a workspace is the one in its root; LABEL/REPO is that of one repository's window.
    The last word is the TEXT: quote it, and put `--` before it where it begins with a dash. `-` reads
    it from standard input. Each context gets a line that says whether it was sent.
    """
    if len(words) < 2:
        raise click.UsageError("a label and a text are needed")
    content = _standard_input() if words[-1] == "-" else words[-1]
    request = send_command.Request(words[:-1], content, socket, pane == "active", not no_enter)
    planned = send_command.plan(request)
    done = planned if dry_run else send_command.run(planned, request)
    verb = f"would be sent to {pane} pane" if dry_run else "sent"
    emit(document.deliveries(done, not dry_run) if as_json else text.deliveries(done, verb))
    failed = [each for each in done if each.fault]
    if failed and not dry_run:
        told = ", ".join(each.label for each in failed)
        raise CommandError(f"not sent to {told}", hint=f"par open {failed[0].context}")


def _standard_input() -> str:
    # As bytes: what is no text in the user's locale arrives as it is too
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape").removesuffix("\n")


@click.command("control-center", epilog="Example: par control-center --no-attach")
@click.option("--no-attach", is_flag=True, help="Only bring it up to date; show nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what it shows as JSON; implies --no-attach.")
@client_option
@click.pass_obj
def control_center(socket: Path, no_attach: bool, as_json: bool, client: str | None) -> None:
    """Show the windows of all contexts in one tmux session.

    They are the contexts' own windows: what runs there is seen and can be typed to.
    """
    request = center_command.Request(socket, not (no_attach or as_json), client)
    built = center_command.run(center_command.plan(request), socket)
    emit(document.center(built) if as_json else text.center(built))
    if built.stopped and not as_json:
        narrate(text.stopped(built.stopped))
    if request.with_attach:
        clients.show(socket, built.session_id, client)


def _editor(name: str, title: str, instead: str) -> click.Command:
    @click.command(
        name,
        help=f"Open the folder of the context LABEL in {title}; of a workspace all of its repositories.",
        epilog=f"Example: par {name} feature-auth",
    )
    @click.argument("label")
    @click.option("--editor", metavar="CMD", help=f"Use this command line{instead}.")
    @click.pass_obj
    def command(socket: Path, label: str, editor: str | None) -> None:
        edit.run(edit.Request(label, name, socket, editor))

    return command


code = _editor("code", "VS Code", ", not the setting `editor` or code")
cursor = _editor("cursor", "Cursor", ", not cursor")

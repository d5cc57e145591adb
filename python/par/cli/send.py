"""`par send`."""

import sys
from pathlib import Path

import click

from par.cli.labels import named
from par.cli.options import option
from par.cli.output import emit
from par.cli.targets import filters, narrowed
from par.commands import send as send_command
from par.errors import CommandError
from par.render import send as send_text


@click.command(epilog="Example: par send all 'git status'")
@click.argument("words", nargs=-1, required=True, metavar="LABEL...|GLOB|all [--] TEXT")
@filters
@option("--self", "with_self", is_flag=True, help="Include the context that this is called from.")
@option("--pane", type=click.Choice(["first", "active"]), default="first", help="Which pane of a context.")
@option("--answer", is_flag=True, help="Answer contexts that wait for you, and only these.")
@option("--force", is_flag=True, help="Also where the text may answer something else than you mean.")
@option("--no-enter", is_flag=True, help="Type the text but do not press Enter.")
@option("--dry-run", is_flag=True, help="Only say where the text would go.")
@option("--json", "as_json", is_flag=True, help="Print the receipts as JSON.")
@click.pass_obj
def send(
    socket: Path,
    /,
    words: tuple[str, ...],
    pane: str,
    no_enter: bool,
    dry_run: bool,
    as_json: bool,
    with_self: bool,
    answer: bool,
    force: bool,
    **chosen: str | None,
) -> None:
    """Type TEXT and Enter into the first pane of each context.

    That of a workspace is the one in its root; LABEL/REPO is that of one repository's window.
    The last word is the TEXT: quote it, and put `--` before it where it begins with a dash. `-` reads
    it from standard input. `all`, a glob or a filter leaves out the context that par is called from.

    Each context gets a line: typed, submitted where its agent said so, or why it was not sent. A context
    that waits for you gets no other text than one with --answer, and a program that is neither a shell nor
    an agent gets none. A single line that begins with a slash is typed, all else is pasted.
    """
    asked = narrowed(tuple(named(each, socket) for each in words[:-1]), chosen)
    if not (asked.words or asked.is_filtered):
        raise click.UsageError("a label and a text are needed")
    content = _standard_input() if words[-1] == "-" else words[-1]
    request = send_command.Request(
        asked, content, socket, pane == "active", not no_enter, with_self, answer, force
    )
    planned = send_command.plan(request)
    done = planned if dry_run else send_command.run(planned, request)
    emit(send_text.document(done) if as_json else send_text.receipts(done))
    failed = [each for each in done if each.fault]
    if failed and not dry_run:
        message = ", ".join(each.label for each in failed)
        are_stopped = len(failed) > 1 and all(each.fault == send_command.STOPPED for each in failed)
        hint = "par resurrect" if are_stopped else f"par open {failed[0].context}"
        raise CommandError(f"not sent to {message}", hint=hint)


def _standard_input() -> str:
    # As bytes: what is no text in the user's locale arrives as it is too
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape").removesuffix("\n")

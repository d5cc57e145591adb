"""Making a context on a host, in a clone that it need not have yet, and opening it here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from par.cli import forwarding
from par.cli.output import emit, narrate
from par.commands import clone
from par.commands import open as open_command
from par.hosts import answers
from par.names import visible
from par.render import documents
from par.tmux import clients

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.config.hosts import Host

OPEN, CLONE = "--open", "--clone"
PATHS = ("-p", "--path")


def run(host: Host, options: Sequence[str], words: Sequence[str], socket: Path) -> int:
    """Run `par OPTIONS WORDS` over there, which makes a context; the exit status.

    With --clone the repository that is here is cloned there first, with --open the context is opened here.
    """
    flags, source, wanted = forwarding.flags(words), "", words
    if OPEN in flags:
        clients.check_can_show(socket)
        wanted = _without(OPEN, wanted)
    if CLONE in flags:
        source, folder = clone.source(Path.cwd())
        if not any(each.startswith(PATHS) for each in flags):
            wanted = (wanted[0], "-p", str(folder), *wanted[1:])
        narrate(f"{host.name} clones {visible(source)} where it is not there yet")
    if OPEN not in flags:
        return forwarding.forward(host, options, wanted, source=source).status
    asked = wanted if forwarding.JSON in flags else forwarding.with_json(wanted)
    done = forwarding.forward(host, options, asked, is_shown=False, source=source)
    if done.status == 0:
        document = answers.document(host, done.stdout, asked)
        if forwarding.JSON in flags:
            emit(documents.redumped(document))
        label = document["context"]["label"]
        open_command.run(open_command.plan(open_command.Request(label, socket)))
    return done.status


def _without(flag: str, words: Sequence[str]) -> tuple[str, ...]:
    at = words.index(flag)
    return (*words[:at], *words[at + 1 :])

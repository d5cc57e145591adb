"""A command line for par on one host: what it reads and asks comes from here, what it says is shown here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from par.cli.output import emit, emit_bytes, is_answered, narrate, width
from par.errors import UsageError
from par.hosts import answers, calls, ssh
from par.hosts.ssh import Listener
from par.render import documents
from par.render import elsewhere as text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from par.config.hosts import Host
    from par.hosts.calls import Question
    from par.hosts.ssh import Outcome

JSON = "--json"
INPUT = "-"
# Into a file or a pipe their bytes go as they are: a patch is to be applied
EXACT = frozenset({"diff", "capture"})


def flags(words: Sequence[str]) -> set[str]:
    """The words up to `--`: what follows is not par's."""
    return {*words[: words.index("--")]} if "--" in words else {*words}


def forward(
    host: Host,
    options: Sequence[str],
    words: Sequence[str],
    is_shown: bool = True,
    source: str = "",
    labels: Sequence[str] = (),
) -> Outcome:
    """Run `par OPTIONS WORDS` over there; what it left. What it says is shown, its answer only if `is_shown`.

    `source` is the URL that may be cloned there, `labels` are those in the words, as they are called there.
    Raises what `calls` and `answers` raise.
    """
    said, read = with_input(words)
    ask = answer(host.name) if read is None and is_answered() else None

    def shown(line: str) -> str:
        return text.line(host.name, line, labels)

    errors = Lines(lambda line: narrate(shown(line)))
    lines = Lines(lambda line: emit(text.coloured(line) if words[0] in EXACT else shown(line)))
    is_exact = words[0] in EXACT and not sys.stdout.isatty()
    is_live = is_shown and not is_exact and JSON not in flags(words)
    listener = Listener(lines.add if is_live else None, errors.add)
    asked = (*options, *said)
    done = calls.call(host, *asked, text=read, listener=listener, ask=ask, source=source, columns=width())
    lines.end()
    errors.end()
    if is_shown and is_exact:
        emit_bytes(done.stdout)
    elif is_shown and not is_live and done.stdout:
        emit(documents.redumped(answers.document(host, done.stdout, words)))
    return done


def with_input(words: Sequence[str]) -> tuple[list[str], bytes | None]:
    """The words, and what they read from standard input, or for `--prompt @FILE` from a file of here.

    Raises NotFoundError and UsageError.
    """
    said, read = list(words), None
    for at, each in enumerate(said):
        value = each.removeprefix("--prompt=") if said[at - 1] != "--prompt" else each
        if value == INPUT:
            read = sys.stdin.buffer.read(ssh.MOST_BYTES + 1)
        elif value.startswith("@") and (value != each or said[at - 1] == "--prompt"):
            from par.setup import programs  # noqa: PLC0415 - few prompts are files

            said[at], read = each[: -len(value)] + INPUT, programs.content(value[1:], ssh.MOST_BYTES + 1)
    if read is not None and len(read) > ssh.MOST_BYTES:
        raise UsageError(f"a host is sent {ssh.MOST_BYTES // 1_000_000} MB at most", hint="send it a file")
    return said, read


def answer(name: str) -> Callable[[Question], bool]:
    """What puts the questions of the host called `name` to the person here."""
    prefix = f"{name}: " if name else ""

    def ask(question: Question) -> bool:
        for line in question.shown.split("\n"):
            narrate(text.shown(line))
        return click.confirm(f"{prefix}{text.shown(question.question)}", err=True)

    return ask


class Lines:
    """Pieces of bytes as the lines of text that they are."""

    def __init__(self, show: Callable[[str], Any]) -> None:
        self._show = show
        self._left = b""

    def add(self, piece: bytes) -> None:
        *lines, self._left = (self._left + piece).split(b"\n")
        for each in lines:
            self._show(each.decode("utf-8", "replace"))

    def end(self) -> None:
        """Show what no line break came behind."""
        if self._left:
            self._show(self._left.decode("utf-8", "replace"))


def with_json(words: Sequence[str]) -> tuple[str, ...]:
    """`words` with the option that asks for a document."""
    at = words.index("--") if "--" in words else len(words)
    return (*words[:at], JSON, *words[at:])

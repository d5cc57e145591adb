"""par on a host: a command line there, and what it left."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from par.errors import CommandError, ConflictError, DeclinedError
from par.hosts import parcel, ssh, wire
from par.hosts.exchange import Limits, TooLongError, TooMuchError, exchange
from par.hosts.ssh import Listener, Outcome
from par.hosts.wire import Call

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from par.config.hosts import Host

ENTRY = "import sys; sys.path.insert(0, sys.argv.pop(1)); from par.__main__ import run; run()"
SOURCE = Path(__file__).resolve().parents[2]


class Question(NamedTuple):
    """What a par over there wants to have answered before it does anything, about what is `shown`."""

    digest: str
    shown: str
    question: str


def call(
    host: Host,
    *words: str,
    text: bytes | None = None,
    seconds: float | None = None,
    listener: Listener = ssh.NOBODY,
    ask: Callable[[Question], bool] | None = None,
    source: str = "",
    columns: int | None = None,
    halt: Event | None = None,
) -> Outcome:
    """Run `par` with these words on a host.

    `text` is what it reads, else it ends when this process does, or `halt` is set. `ask` puts its questions
    to a person. `source` is the URL of a repository that it may clone, `columns` the width of the terminal
    that its answer goes to. Raises CommandError where it cannot
    be reached, DeadlineError where it takes longer than `seconds`, and ConflictError where the par over
    there is another version.
    """

    def run(sent: Call) -> Outcome:
        said = (parcel.version(), *wire.encoded(sent))
        outcome = ssh.run(host, wire.FIND, said, text, seconds, listener, sent.mark, halt)
        if not outcome.is_here:
            message = f"{host.name} has another version of par, or none"
            raise ConflictError(message, hint=f"par host update {host.name}")
        return outcome

    sent = Call(words, host.name, ask is not None, mark=wire.nonce(), is_attached=text is None)
    sent = sent._replace(source=source, columns=columns)
    return _answered(run, sent, ask, host.name, ssh.by_hand(host))


def call_here(
    *words: str,
    text: bytes | None = None,
    listener: Listener = ssh.NOBODY,
    ask: Callable[[Question], bool] | None = None,
    halt: Event | None = None,
) -> Outcome:
    """Run `par` with these words in a process of its own, as `call` does on a host."""

    def run(sent: Call) -> Outcome:
        output, error = ssh.Heard(sent.mark, listener.output), ssh.Heard(sent.mark, listener.error)
        output.standing = error.standing = "here"
        command = (sys.executable, "-I", "-c", ENTRY, str(SOURCE), "--words", *wire.encoded(sent))
        try:
            status = exchange(command, text, Limits(ssh.MOST_BYTES, None, halt), output, error)
        except TooMuchError as fault:
            raise CommandError("par said too much here") from fault
        except TooLongError as fault:
            raise DeclinedError("par was told to end, and has not said how far it came") from fault
        return Outcome(status, bytes(output.said), bytes(error.said))

    sent = Call(words, "", ask is not None, mark=wire.nonce(), is_attached=text is None)
    return _answered(run, sent, ask, "par", "par doctor")


def _answered(
    run: Callable[[Call], Outcome], sent: Call, ask: Callable[[Question], bool] | None, name: str, hint: str
) -> Outcome:
    """What `run` leaves of a call, with all its questions answered."""
    while True:
        outcome = run(sent)
        asked = _question(name, outcome.stdout, sent.mark, hint)
        if ask is None or asked is None:
            return outcome
        if asked.digest in sent.answers:
            raise CommandError(f"{name} asks the same again", hint=hint)
        sent = sent._replace(answers={**sent.answers, asked.digest: ask(asked)})


def _question(name: str, said: bytes, mark: str, hint: str) -> Question | None:
    if not said.startswith(mark.encode()):
        return None
    try:
        asked = Question(**json.loads(said[len(mark) :]))
        if not all(isinstance(each, str) for each in asked):
            raise TypeError
    except (ValueError, TypeError, RecursionError) as error:
        raise CommandError(f"{name} asks what cannot be understood", hint=hint) from error
    return asked

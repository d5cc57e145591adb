"""par on a host: a command line there, and what it left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from par.errors import CommandError, ConflictError
from par.hosts import parcel, ssh, wire
from par.hosts.ssh import Listener, Outcome
from par.hosts.wire import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from par.config.hosts import Host


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
) -> Outcome:
    """Run `par` with these words on a host.

    `text` is what it reads, else it ends when this process does. `ask` puts its questions to a person.
    `source` is the URL of a repository that it may clone.
    Raises CommandError where it cannot be reached, DeadlineError where it takes longer than `seconds`,
    and ConflictError where the par over there is another version.
    """
    sent = Call(words, host.name, ask is not None, mark=wire.nonce(), is_attached=text is None, source=source)
    while True:
        said = (parcel.version(), *wire.encoded(sent))
        outcome = ssh.run(host, wire.FIND, said, text, seconds, listener, sent.mark)
        if not outcome.is_here:
            message = f"{host.name} has another version of par, or none"
            raise ConflictError(message, hint=f"par host update {host.name}")
        asked = _question(host, outcome.stdout, sent.mark)
        if ask is None or asked is None:
            return outcome
        if asked.digest in sent.answers:
            raise CommandError(f"{host.name} asks the same again", hint=ssh.by_hand(host))
        sent = sent._replace(answers={**sent.answers, asked.digest: ask(asked)})


def _question(host: Host, said: bytes, mark: str) -> Question | None:
    if not said.startswith(mark.encode()):
        return None
    try:
        asked = Question(**json.loads(said[len(mark) :]))
    except (ValueError, TypeError) as error:
        raise CommandError(f"{host.name} asks what cannot be understood", hint=ssh.by_hand(host)) from error
    if not all(isinstance(each, str) for each in asked):
        raise CommandError(f"{host.name} asks what cannot be understood", hint=ssh.by_hand(host))
    return asked

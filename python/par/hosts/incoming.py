"""The call of another machine's par that this process answers, if it is one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from par.errors import DeclinedError

if TYPE_CHECKING:
    from par.hosts.wire import Call

_calls: list[Call] = []


def accept(words: list[str]) -> list[str]:
    """Remember the call that `words` stand for; its command line. Raises UsageError."""
    from par.hosts import wire  # noqa: PLC0415 - most pars are called by a person here

    call = wire.decoded(words)
    _calls.append(call)
    if call.is_attached:
        _end_with_caller()
    return list(call.words)


def _end_with_caller() -> None:
    """Ask this process to end when nobody waits for it any more: then its input ends, which has nothing."""
    import os  # noqa: PLC0415 - as above
    import signal  # noqa: PLC0415 - as above
    import threading  # noqa: PLC0415 - as above

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGHUP)

    threading.Thread(target=watch, daemon=True).start()


def source() -> str:
    """The URL of what may be cloned here for another machine's par; empty where there is none."""
    return _calls[0].source if _calls else ""


def is_call() -> bool:
    """Whether this is the call of another par, which asks other machines itself."""
    return bool(_calls)


def columns() -> int | None:
    """The width of the terminal at the other machine that the answer goes to; None where it goes to none."""
    return _calls[0].columns if _calls else None


def can_ask() -> bool:
    """Whether this is the call of another machine's par that a person waits for."""
    return bool(_calls) and _calls[0].can_ask


def answer(shown: str, question: str) -> bool | None:
    """What the person at the other machine says to `question` about what is `shown`; None: nobody is there.

    Where it was not asked yet this process ends, with nothing done, and is called
    again with the answer, which is for these very words: where they have changed it is asked again.
    """
    if not can_ask():
        return None
    import json  # noqa: PLC0415 - as above
    from hashlib import sha256  # noqa: PLC0415 - as above

    call = _calls[0]
    digest = sha256(f"{shown}\0{question}".encode("utf-8", "surrogateescape")).hexdigest()
    if digest in call.answers:
        return call.answers[digest]
    sys.stdout.write(f"{call.mark} {json.dumps({'digest': digest, 'shown': shown, 'question': question})}\n")
    sys.exit(DeclinedError.status)

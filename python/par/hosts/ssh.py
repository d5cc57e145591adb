"""The user's own ssh: a script over there, what it says, and why that did not come."""

import shlex
from collections.abc import Callable
from threading import Event
from typing import NamedTuple

from par.config.hosts import Host
from par.errors import CommandError, DeadlineError, DeclinedError, NotFoundError, ParError
from par.hosts import sharing, wire
from par.hosts.exchange import Limits, TooLongError, TooMuchError, exchange
from par.names import visible

FAILED = 255
MOST_BYTES = 8_000_000
MOST_SAID = 300


class Outcome(NamedTuple):
    """What a script left over there: its exit status and what it said after the start files of the shell.

    `is_here` is not so where the host has no par of this version.
    """

    status: int
    stdout: bytes
    stderr: bytes
    is_here: bool = True


class Listener(NamedTuple):
    """What gets each piece of the two streams as it comes."""

    output: Callable[[bytes], None] | None = None
    error: Callable[[bytes], None] | None = None


NOBODY = Listener()


class BrokenError(CommandError):
    """A connection broke while par ran over there: how far it came is not known."""


def arguments(host: Host, *options: str) -> list[str]:
    """The command line of ssh up to the words for the host; it never asks. Raises NotFoundError."""
    try:
        return ["ssh", *sharing.unasked(host), *sharing.options(host), *options, "--", host.destination]
    except FileNotFoundError as error:
        raise NotFoundError("ssh is not on PATH", hint="install OpenSSH") from error


def run(
    host: Host,
    script: str,
    words: tuple[str, ...],
    text: bytes | None = None,
    seconds: float | None = None,
    listener: Listener = NOBODY,
    mark: str = "",
    halt: Event | None = None,
) -> Outcome:
    """Run one of the scripts of `wire` on a host, its second word being the `mark`, with these words behind.

    `text` is what it reads; `halt` tells it to end. Raises CommandError where the connection fails, or it
    says more than MOST_BYTES, and DeadlineError where it takes longer than `seconds`.
    """
    mark = mark or wire.nonce()
    output, error = Heard(mark, listener.output), Heard(mark, listener.error)
    command = [*arguments(host, "-T"), wire.command(script, words[0], mark, *words[1:])]
    try:
        # A connection that is shared stays, and would keep a worktree or a disk in use
        status = exchange(command, text, Limits(MOST_BYTES, seconds, halt), output, error, "/")
    except TooMuchError as fault:
        message = f"{host.name} said more than {MOST_BYTES // 1_000_000} MB"
        raise CommandError(message, hint=by_hand(host)) from fault
    except TooLongError as fault:
        if halt and halt.is_set():
            raise DeclinedError(f"{host.name} was told to end, and has not said how far it came") from fault
        raise late(host, seconds or 0, last_line(error.said)) from fault
    if output.standing == "absent":
        return Outcome(status, b"", b"", is_here=False)
    if output.standing != "here" or status == FAILED:
        raise _unreachable(host, output, error, status)
    return Outcome(status, bytes(output.said), bytes(error.said))


def late(host: Host, seconds: float, said: str = "") -> DeadlineError:
    """The error of a host that took longer than so many seconds."""
    return DeadlineError(f"{host.name} did not answer within {seconds:g} s{said}", hint=by_hand(host))


def failed(host: Host, said: bytes | bytearray) -> CommandError:
    """The error of an ssh that failed, in the last words of what it `said`."""
    return CommandError(f"{host.name}{last_line(said) or ': ssh failed'}", hint=by_hand(host))


def by_hand(host: Host) -> str:
    """The command line that shows what is wrong with the connection."""
    return f"ssh {shlex.quote(host.destination)}"


class Heard:
    """What comes behind the line with the mark; what comes before it is noise, and kept until then.

    A question, which begins with the mark once more, is handed to nobody.
    """

    def __init__(self, mark: str, listener: Callable[[bytes], None] | None) -> None:
        self._mark, self._listener = mark.encode(), listener
        self._handed = 0
        self.said = bytearray()
        self.standing = ""

    def __call__(self, piece: bytes) -> None:
        self.said += piece
        if not self.standing:
            self._find_mark()
        begins = self.said[: len(self._mark)]
        if self.standing and self._listener and not self._mark.startswith(begins):
            self._listener(bytes(self.said[self._handed :]))
            self._handed = len(self.said)

    def _find_mark(self) -> None:
        begin = self.said.find(self._mark + b" ")
        end = self.said.find(b"\n", begin)
        if min(begin, end) >= 0:
            self.standing = self.said[begin + len(self._mark) + 1 : end].decode("ascii", "replace")
            del self.said[: end + 1]


def _unreachable(host: Host, output: Heard, error: Heard, status: int) -> ParError:
    if output.standing == "here":
        message = f"the connection to {host.name} broke{last_line(error.said)}"
        return BrokenError(message, hint=f"par ls --host {host.name}")
    if status == FAILED:
        return failed(host, error.said)
    said = last_line(error.said) or last_line(output.said)
    return CommandError(f"{host.name} does not run what par asks for{said}", hint=by_hand(host))


def last_line(said: bytes | bytearray) -> str:
    """The last line with a word in it, as it can be shown behind something; empty where there is none."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return f": {visible(lines[-1])[:MOST_SAID]}" if lines else ""

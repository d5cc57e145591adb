"""What changes on tmux servers, told by the servers and by the system: nothing is asked again and again.

Not by a client in control mode: a tmux up to 3.7 dies that has to tell of a change to such a client just when
that is killed.
"""

import os
import select
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from par.system import ends
from par.tmux import server

CHANNEL = "par-wait"
# A state of a pane is an option. Said again this changes nothing, and where nobody waits it does nothing
LISTENING = ("set-hook", "-g", "after-set-option[8418]", f"wait-for -S {CHANNEL}")
READY = b"ready\n"
CLEANING = f"""read -r _
for server; do tmux -S "$server" set-hook -gu '{LISTENING[2]}' ';' {LISTENING[3]}; done"""


class Listeners:
    """Clients that wait, one on each server, until an option is set there."""

    def __init__(self, sockets: Collection[Path]) -> None:
        self._sockets = sockets
        self._clients: dict[Path, subprocess.Popen[bytes]] = {}

    def listen(self) -> None:
        """Have a client wait on each server: what changes from now on is not missed."""
        for socket in {*self._sockets} - self._clients.keys():
            self._clients[socket] = _client(socket)
            os.read(_end(self._clients[socket]), len(READY))

    def wait(self, pids: Collection[int], until: float | None) -> None:
        """Return when an option was set, one of these processes has ended, or the time `until` has come."""
        left = None if until is None else max(0.0, until - time.monotonic())
        waiting = {_end(client): socket for socket, client in self._clients.items()}
        with ends.of(pids) as ending:
            told = select.select([*waiting, *ending], [], [], left)[0]
        for descriptor in waiting.keys() & {*told}:
            with self._clients.pop(waiting[descriptor]):
                pass  # it has ended

    def close(self) -> None:
        """Wait for the end of those that still wait."""
        for client in self._clients.values():
            with client:
                pass


def _end(client: subprocess.Popen[bytes]) -> int:
    """What can be read when the client has ended."""
    return client.stdout.fileno() if client.stdout else -1


@contextmanager
def listening(sockets: Collection[Path]) -> Iterator[Listeners]:
    """Listen on these servers. Hook and clients are gone again when this is over, also where par is killed.

    A shell sees to that: its input ends when par does. Other pars that wait are woken, and look once more.
    """
    watch = ["sh", "-c", CLEANING, "sh", *map(str, sockets)]
    listeners = Listeners(sockets)
    try:
        with _started(watch, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL):
            yield listeners
    finally:
        listeners.close()


def _client(socket: Path) -> subprocess.Popen[bytes]:
    said = ("display-message", "-p", READY.decode().strip())
    words = server.argv(socket, *LISTENING, ";", *said, ";", "wait-for", CHANNEL)
    return _started(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def _started(words: Sequence[str], *, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        cwd=server.home(),
        env=server.environment(),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for par
    )

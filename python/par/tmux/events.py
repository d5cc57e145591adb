"""What changes on tmux servers, told by the servers and by the system: nothing is asked again and again.

Not by a client in control mode: a tmux up to 3.7 dies that has to tell of a change to such a client just when
that is killed.
"""

import os
import select
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
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
    """Clients that wait, each on its server, until an option is set there."""

    def __init__(self, clients: Mapping[Path, subprocess.Popen[bytes]]) -> None:
        self._descriptors = {each.stdout.fileno(): socket for socket, each in clients.items() if each.stdout}
        for each in self._descriptors:
            os.read(each, len(READY))

    def wait(self, pids: Collection[int], until: float | None) -> None:
        """Return when an option was set, one of these processes has ended, or the time `until` has come."""
        left = None if until is None else max(0.0, until - time.monotonic())
        with ends.of(pids) as ending:
            select.select([*self._descriptors, *ending], [], [], left)

    def release(self) -> None:
        """End those that still wait: where nobody does, the next one would be woken for nothing."""
        told = select.select([*self._descriptors], [], [], 0)[0]
        for descriptor, socket in self._descriptors.items():
            if descriptor not in told:  # others who wait look once more then
                server.attempt(socket, "wait-for", "-S", CHANNEL)


@contextmanager
def hooked(sockets: Collection[Path]) -> Iterator[None]:
    """Remove the hook and end clients that still wait when this is over, also where par is killed.

    A shell sees to that: its input ends when par does. Other pars that wait are woken, and look once more.
    """
    watch = ["sh", "-c", CLEANING, "sh", *map(str, sockets)]
    with subprocess.Popen(
        watch,
        cwd=server.home(),
        env=server.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for par
    ):
        yield


@contextmanager
def listening(sockets: Collection[Path]) -> Iterator[Listeners]:
    """Listen on these servers: what changes from now on is not missed."""
    with ExitStack() as stack:
        listeners = Listeners({each: stack.enter_context(_client(each)) for each in sockets})
        try:
            yield listeners
        finally:
            listeners.release()


def _client(socket: Path) -> subprocess.Popen[bytes]:
    said = ("display-message", "-p", READY.decode().strip())
    return subprocess.Popen(
        server.argv(socket, *LISTENING, ";", *said, ";", "wait-for", CHANNEL),
        cwd=server.home(),
        env=server.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for par
    )

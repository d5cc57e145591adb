"""A session of a host on a terminal here: the command line of ssh for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.hosts import parcel, ssh, wire
from par.hosts.wire import Call

if TYPE_CHECKING:
    from par.config.hosts import Host

# A connection that died is noticed, also one that was made while no other was shared
ALIVE = ("-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=2")


def words(host: Host, label: str) -> list[str]:
    """The command line that attaches a terminal to the session of `label`, or of LABEL/REPO, over there.

    Raises NotFoundError where there is no ssh.
    """
    said = (parcel.version(), *wire.encoded(Call(("open", label), host.name)))
    return [*ssh.arguments(host, "-t", *ALIVE), wire.command(wire.SHOW, *said)]

"""A session of a host on a terminal here: the command line of ssh for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.hosts import parcel, sharing, ssh, wire
from par.hosts.wire import Call

if TYPE_CHECKING:
    from par.config.hosts import Host


def words(host: Host, label: str) -> list[str]:
    """The command line that attaches a terminal to the session of `label`, or of LABEL/REPO, over there.

    Raises NotFoundError where there is no ssh.
    """
    said = (parcel.version(), *wire.encoded(Call(("open", label), host.name)))
    return [*ssh.arguments(host, "-t", *sharing.spelled(*sharing.ALIVE)), wire.command(wire.SHOW, *said)]

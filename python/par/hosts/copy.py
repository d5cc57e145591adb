"""The copy of this par on a host: put there, and taken away again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.errors import CommandError
from par.hosts import parcel, ssh, wire
from par.names import visible
from par.system import narration

if TYPE_CHECKING:
    from par.config.hosts import Host

SECONDS = 120.0


def install(host: Host) -> None:
    """Put this par there, whole or not at all, beside those of other versions, and keep what a login gives.

    Raises CommandError where that fails, and DeadlineError where it takes too long.
    """
    _run(host, wire.INSTALL, parcel.packed(), "put par there")


def uninstall(host: Host) -> None:
    """Take every copy of par away that was put there; contexts stay. Raises as `install`."""
    _run(host, wire.UNINSTALL, b"", "take par away")


def _run(host: Host, script: str, text: bytes, what: str) -> None:
    outcome = ssh.run(host, script, (parcel.version(),), text, SECONDS)
    if outcome.status:
        message = f"{host.name}: could not {what}{ssh.last_line(outcome.stderr)}"
        raise CommandError(message, hint=ssh.by_hand(host))
    for each in filter(str.strip, map(visible, outcome.stderr.decode("utf-8", "replace").split("\n"))):
        narration.report(f"{host.name}: {each}")

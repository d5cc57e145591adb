"""Ports of a host that are reached here: by a connection of their own, which lasts as long as one is wanted.

The one that commands share would end after a while in which nobody asks anything.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from par.errors import CommandError
from par.hosts import sharing, ssh

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from par.config.hosts import Host

KIND = "f"
# A port here, and the one over there
Pair = tuple[int, int]


def pid(host: Host) -> int:
    """The process that holds the connection, 0 where there is none: then nothing is forwarded."""
    path = sharing.socket(host, KIND)
    if path is None or not path.exists():
        return 0
    found = re.search(rb"\(pid=(\d+)\)", _control(host, path, "check").stderr)
    return int(found[1]) if found else 0


def add(host: Host, pairs: Iterable[Pair]) -> int:
    """Forward each pair, or none of them; the process that holds the connection. Raises CommandError."""
    path = sharing.socket(host, KIND)
    if path is None:
        raise CommandError("there is no place for the socket of a connection", hint="set XDG_DATA_HOME")
    if not pid(host):
        _connect(host, path)
    done = _control(host, path, "forward", pairs)
    if done.returncode:
        _control(host, path, "cancel", pairs)
        raise ssh.failed(host, done.stderr)
    return pid(host)


def cancel(host: Host, pairs: Iterable[Pair]) -> None:
    """Forward these no more."""
    if path := sharing.socket(host, KIND):
        _control(host, path, "cancel", pairs)


def close(host: Host) -> None:
    """End the connection, and all that it forwards."""
    sharing.close(host, KIND)


def _connect(host: Host, path: Path) -> None:
    shared = ("ControlMaster=auto", "ControlPersist=yes", sharing.OWN_PORTS, sharing.named(path))
    options = (*sharing.unasked(host), *sharing.spelled(*shared, *sharing.ALIVE))
    done = _run(host, ["ssh", "-T", *options, "--", host.destination, "true"])
    if done.returncode:
        raise ssh.failed(host, done.stderr)


def _control(
    host: Host, path: Path, what: str, pairs: Iterable[Pair] = ()
) -> subprocess.CompletedProcess[bytes]:
    words = [word for here, there in pairs for word in ("-L", f"127.0.0.1:{here}:localhost:{there}")]
    return _run(
        host, ["ssh", "-O", what, *sharing.spelled(sharing.named(path)), *words, "--", host.destination]
    )


def _run(host: Host, words: list[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=host.timeout + 10,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = f"{host.name} did not answer within {host.timeout + 10} s"
        raise CommandError(message, hint=ssh.by_hand(host)) from error

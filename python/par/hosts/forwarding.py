"""Ports of a host that are reached here: by a connection of their own, which lasts as long as one is wanted.

The one that commands share would end after a while in which nobody asks anything.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from par.errors import CommandError
from par.hosts import sharing, showing, ssh
from par.names import visible

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
    found = re.search(r"\(pid=(\d+)\)", _control(host, path, "check").stderr)
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
        raise _failed(host, done)
    return pid(host)


def cancel(host: Host, pairs: Iterable[Pair]) -> None:
    """Forward these no more."""
    if path := sharing.socket(host, KIND):
        _control(host, path, "cancel", pairs)


def close(host: Host) -> None:
    """End the connection, and all that it forwards."""
    sharing.close(host, KIND)


def _connect(host: Host, path: Path) -> None:
    shared = ("ControlMaster=auto", "ControlPersist=yes", "ClearAllForwardings=yes", sharing.named(path))
    asked = ("BatchMode=yes", f"ConnectTimeout={host.timeout}", *shared)
    options = [word for each in asked for word in ("-o", each)]
    done = _run(host, ["ssh", "-T", *options, *showing.ALIVE, "--", host.destination, "true"])
    if done.returncode:
        raise _failed(host, done)


def _control(
    host: Host, path: Path, what: str, pairs: Iterable[Pair] = ()
) -> subprocess.CompletedProcess[str]:
    words = [word for here, there in pairs for word in ("-L", f"127.0.0.1:{here}:localhost:{there}")]
    return _run(host, ["ssh", "-O", what, "-o", sharing.named(path), *words, "--", host.destination])


def _run(host: Host, words: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            timeout=host.timeout + 10,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = f"{host.name} did not answer within {host.timeout + 10} s"
        raise CommandError(message, hint=ssh.by_hand(host)) from error


def _failed(host: Host, done: subprocess.CompletedProcess[str]) -> CommandError:
    said = [visible(each) for each in done.stderr.splitlines() if each.strip()]
    return CommandError(f"{host.name}: {said[-1] if said else 'ssh failed'}", hint=ssh.by_hand(host))

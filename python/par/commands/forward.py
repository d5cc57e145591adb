"""`par forward`: the ports of a context of a host, reached here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.commands import on_host
from par.errors import NotFoundError, UsageError
from par.hosts import forwarding, known
from par.hosts.answers import SEPARATOR
from par.names import key, visible
from par.setup import ports
from par.state import forwards, index
from par.state.forwards import Forward

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def live(word: str = "") -> tuple[Forward, ...]:
    """What is forwarded: of the context HOST:LABEL, of all of `HOST:`, or of all. Raises UsageError."""
    _check(word)
    said = [each for each in forwards.read() if each.pid and _is_of(each, word)]
    names = {each.host for each in said}
    pids = {
        each.name: forwarding.pid(each) for each in (known.hosts() if names else ()) if each.name in names
    }
    return tuple(each for each in said if each.pid == pids.get(each.host))


def start(word: str, socket: Path) -> tuple[Forward, ...]:
    """Forward all ports of the context HOST:LABEL, or of HOST:LABEL/REPO; those that are so stay as they are.

    A port here is the same number, unless that is taken. Raises NotFoundError where it has none.
    """
    _check(word)
    found = on_host.find(word)
    there = live()
    mine = {each.port: each for each in there if key(each.label) == key(found.label)}
    wanted: list[Forward] = []
    for each in (found.one,) if found.one else found.worktrees:
        if each.port and each.port not in mine:
            first = _first_here(each, [*there, *wanted], socket)
            name = each.name if found.is_workspace else ""
            wanted += (
                Forward(found.label, name, each.port + at, first + at) for at in range(each.port_count)
            )
    if not (wanted or mine):
        hint = "write ports: 1 into its .par.yaml"
        raise NotFoundError(f"'{found.label}' has no ports", hint=hint)
    if wanted:
        pid = forwarding.add(found.host, _pairs(wanted))
        forwards.change(lambda before: (*before, *(each._replace(pid=pid) for each in wanted)))
    return live(found.label)


def stop(word: str = "") -> tuple[Forward, ...]:
    """Forward no more what `live` tells; what that was. Raises NotFoundError where it is nothing."""
    ended = live(word)
    if not ended:
        what = f"nothing of '{visible(word.rstrip(SEPARATOR))}'" if word else "nothing"
        raise NotFoundError(f"{what} is forwarded", hint="par forward")
    forwards.change(lambda before: (each for each in before if each not in ended))
    for host in {each.host: known.named(each.host) for each in ended}.values():
        forwarding.cancel(host, _pairs(each for each in ended if each.host == host.name))
        if not live(f"{host.name}{SEPARATOR}"):
            forwarding.close(host)
    return ended


def _check(word: str) -> None:
    if word and SEPARATOR not in word:
        message = f"'{visible(word)}' is on this machine: its ports are here already"
        raise UsageError(message, hint="par forward HOST:LABEL")


def _first_here(worktree: on_host.Worktree, taken: Iterable[Forward], socket: Path) -> int:
    """The first of as many ports here as a worktree has there: the same ones, or such as nobody has."""
    found, own = index.load(socket), {each.local for each in taken}
    first, count = worktree.port, worktree.port_count
    if not own & {*range(first, first + count)} and ports.is_free(found, first, count):
        return first
    return ports.lease(found, count, [(each, 1) for each in own])


def _pairs(wanted: Iterable[Forward]) -> list[forwarding.Pair]:
    return [(each.local, each.port) for each in wanted]


def _is_of(each: Forward, word: str) -> bool:
    own = f"{each.host}{SEPARATOR}" if word.endswith(SEPARATOR) else each.label
    with_repository = f"{each.label}/{each.repository}"
    return not word or key(word) in {key(own), key(with_repository)}

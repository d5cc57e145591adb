"""`par open HOST:LABEL`: a context of a host, in a session here that connects again by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from par.commands import on_host
from par.hosts import answers, known, showing
from par.names import key
from par.tmux import clients, host_sessions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from par.config.hosts import Host


class Plan(NamedTuple):
    """What is to be shown of a host: `label`, or LABEL/REPO, of the context `target`.

    `session_id` is that of the session here that shows it already; `taken` are the names of sessions.
    """

    host: Host
    label: str
    target: str
    session_id: str | None
    taken: tuple[str, ...]
    socket: Path
    client: str | None


def plan(name: str, socket: Path, client: str | None) -> Plan:
    """Find HOST:LABEL. Raises the refusal where it is not there, cannot be reached, or not be shown here."""
    head, _, label = name.partition(answers.SEPARATOR)
    host = known.named(head)
    if not client:
        clients.check_can_show(socket)
    every = host_sessions.every(socket)
    taken = tuple(each.name for each in every)
    shown = {key(each.target): each for each in every if each.target}
    if there := shown.get(key(f"{host.name}{answers.SEPARATOR}{label}")):
        return Plan(host, label, there.target, there.id, taken, socket, client)
    target = on_host.find(name).label
    session = shown.get(key(target))
    return Plan(host, label, target, session.id if session else None, taken, socket, client)


def run(planned: Plan) -> None:
    """Show it, in a new session where none does. Outside tmux this process becomes the tmux client."""
    clients.show(planned.socket, planned.session_id or create(planned), planned.client)


def create(planned: Plan) -> str:
    """Make the session that shows it; its id."""
    words = showing.words(planned.host, planned.label)
    return host_sessions.create(planned.socket, planned.target, words, planned.taken)


def create_all(plans: Sequence[Plan]) -> None:
    """Make the session of each, as `create` does."""
    taken = plans[0].taken
    for each in plans:
        create(each._replace(taken=taken))
        taken = tuple(one.name for one in host_sessions.every(each.socket))


def plan_all(name: str, socket: Path) -> list[Plan]:
    """What is to be shown so that every context of the host that runs is. Raises as `on_host.every`."""
    host, every = known.named(name), host_sessions.every(socket)
    shown = {key(each.target) for each in every}
    there = [each.label for each in on_host.every(host) if each.is_running and key(each.label) not in shown]
    taken = tuple(each.name for each in every)
    return [Plan(host, each.partition(":")[2], each, None, taken, socket, None) for each in there]

"""One context of a host, as par over there tells it: what `open`, `code` and `forward` want to know."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from par.errors import CommandError, NotFoundError
from par.hosts import answers, calls, known, ssh
from par.model import State
from par.names import key, nearest, visible

if TYPE_CHECKING:
    from par.config.hosts import Host

SECONDS = 10.0
PORTS = range(1, 65_536)
# As a .par.yaml may ask for; each is two words on the command line of ssh
MOST_PORTS = 100
RUNNING = frozenset({State.ATTACHED.value, State.RUNNING.value})


class Worktree(NamedTuple):
    """A worktree over there: what it is called in a workspace, its folder, and the first of so many ports."""

    name: str
    path: PurePosixPath
    port: int
    port_count: int


class Found(NamedTuple):
    """A context of `host`, called `label` here, and its worktrees; of LABEL/REPO that `one`."""

    host: Host
    label: str
    is_workspace: bool
    is_running: bool
    worktrees: tuple[Worktree, ...]
    one: Worktree | None = None


def every(host: Host) -> list[Found]:
    """All contexts of a host. Raises CommandError where it gives no answer that makes sense."""
    outcome = calls.call(host, "ls", "--json", seconds=SECONDS)
    contexts = answers.document(host, outcome.stdout, ("ls",)).get("contexts") or []
    try:
        return [_found(host, each) for each in contexts]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"{host.name} says what cannot be understood: {visible(repr(error))[: ssh.MOST_SAID]}"
        raise CommandError(message, hint=ssh.by_hand(host)) from error


def find(target: str) -> Found:
    """The context HOST:LABEL, or the one repository HOST:LABEL/REPO of a workspace.

    Raises NotFoundError with the nearest, and as `every`.
    """
    head, _, label = target.partition(answers.SEPARATOR)
    host = known.named(head)
    found = {key(each.label): each for each in every(host)}
    wanted = f"{host.name}{answers.SEPARATOR}{label}"
    if there := found.get(key(wanted)):
        return there
    around, _, name = wanted.rpartition("/")
    there = found.get(key(around))
    for each in there.worktrees if there and there.is_workspace else ():
        if there and key(each.name) == key(name):
            return there._replace(one=each)
    message, hint = f"there is no context '{visible(wanted)}'", f"par ls --host {host.name}"
    near = nearest(wanted, (each.label for each in found.values()))
    raise NotFoundError(message, hint=hint, meant=(wanted, near))


def _found(host: Host, said: dict[str, Any]) -> Found:
    worktrees = tuple(map(_worktree, said["worktrees"]))
    return Found(host, said["label"], said["kind"] == "workspace", said["state"] in RUNNING, worktrees)


def _worktree(said: dict[str, Any]) -> Worktree:
    path, first, count = PurePosixPath(said["path"]), said["port"] or 0, said["ports"] or 0
    if not path.is_absolute() or not said["path"].isprintable():
        raise ValueError("a worktree without a path")
    if first and not (first in PORTS and first + count - 1 in PORTS and 0 < count <= MOST_PORTS):
        raise ValueError("ports that there are not")
    return Worktree(path.name, path, first, count)

"""JSON that a host says: one document, as par writes it, in which no label can pass for one of here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from par.errors import CommandError, ParError, UsageError
from par.hosts import shape, ssh
from par.names import label, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.config.hosts import Host
    from par.hosts.ssh import Outcome

VERSION = 1
SEPARATOR = ":"
# The keys of lists of labels
LABELS = frozenset({"label", "labels", "shown", "stopped"})


def document(host: Host | None, said: bytes, words: Sequence[str] = ()) -> dict[str, Any]:
    """The one document in `said`, each label in it HOST:LABEL. Raises CommandError for anything else.

    It is that of `par WORDS`, and has the shape of that. Without a host it is one of here.
    """
    try:
        found = json.loads(said, parse_constant=_no_number)
        if not isinstance(found, dict) or found.get("version") != VERSION:
            raise ValueError("it is no document of this version")
        if wrong := shape.fault(words, found) if words else "":
            raise ValueError(wrong)
        return {key: _prefixed(host, key, value) for key, value in found.items()} if host else found
    except RecursionError as error:
        raise _unclear(host, "it lies too deep") from error
    except (ValueError, UsageError) as error:
        raise _unclear(host, str(error)) from error


def _unclear(host: Host | None, reason: str) -> CommandError:
    name = host.name if host else "par here"
    message = f"{name} says what cannot be understood: {visible(reason)[: ssh.MOST_SAID]}"
    return CommandError(message, hint=ssh.by_hand(host) if host else "par doctor")


def failure(host: Host, outcome: Outcome) -> ParError:
    """What to say of a call that failed over there: in its own words, with its own exit status."""
    lines = outcome.stderr.decode("utf-8", "replace").split("\n")
    said = next((each.removeprefix("par: ") for each in reversed(lines) if each.startswith("par: ")), "")
    message = f"{host.name}: {visible(said) or f'par ended there with exit status {outcome.status}'}"
    error = ParError(message, hint=f"par --host {host.name} doctor")
    error.status = outcome.status
    return error


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is no number")


def prefixed(host: Host, name: str) -> str:
    """What the context called `name` over there is called here. Raises UsageError where that is no label."""
    return f"{host.name}{SEPARATOR}{label(name)}"


def plain(name: str) -> str:
    """What the context that is called `name` here is called over there."""
    return name.partition(SEPARATOR)[2]


def _prefixed(host: Host, key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {each: _prefixed(host, _inner(key, each), one) for each, one in value.items()}
    if isinstance(value, list):
        return [_prefixed(host, "label" if key in LABELS else "", one) for one in value]
    if key == "label" and value is not None:
        if not isinstance(value, str):
            raise ValueError("a label is no string")
        return prefixed(host, value)
    return value


def _inner(around: str, key: str) -> str:
    return "label" if around == "agents" else key

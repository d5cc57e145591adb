"""What each host said last of its contexts, as a plain file for shells: the picker shows it at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from par.names import visible
from par.state import host_labels, index, paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def write(host: str, contexts: Iterable[Mapping[str, Any]], at: int, is_silent: bool = False) -> None:
    """Write down the contexts of a host as `par ls --json` over there told them, at the time `at`.

    `is_silent` says that it was asked again since, and gave no answer. Raises OSError.
    """
    lines = [("host", host, str(at), "silent" if is_silent else ""), *map(_fields, contexts)]
    text = "".join("\t".join(map(visible, line)) + "\n" for line in lines)
    folder()
    index.write(path(host), text.encode("utf-8", "replace"), is_durable=False)


def counts() -> tuple[int, int]:
    """How many contexts run on hosts, and how many of these wait for the user, as far as they have told."""
    agents = [row[6] for _, row in host_labels.rows() if row[3] in {"running", "attached"}]
    return len(agents), agents.count("waiting")


def folder() -> Path:
    """The folder of all that has to do with hosts, made where it is not there. Raises OSError."""
    paths.data().mkdir(mode=0o700, parents=True, exist_ok=True)
    paths.hosts().mkdir(mode=0o700, exist_ok=True)
    return paths.hosts()


def forget(host: str) -> None:
    """Delete what a host said, where there is something. Raises OSError."""
    with suppress(FileNotFoundError):
        path(host).unlink()


def path(host: str) -> Path:
    """Where it is kept: a line that names the host, and a line for each of its contexts."""
    return paths.hosts() / f"{host}.tsv"


def _fields(context: Mapping[str, Any]) -> tuple[str, ...]:
    """Label, kind, state, repository, branch, agent, since when that is so, init."""
    since = context["agent_since"]
    told = (context["label"], context["kind"], context["state"], context["repository"]["name"])
    seconds = int(datetime.fromisoformat(since).timestamp()) if since else 0
    agent, init = context["agent"], context["init"]
    return ("context", *(each or "" for each in (*told, context["branch"], agent)), str(seconds), init or "")

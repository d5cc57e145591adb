"""What each host said last of its contexts, as a plain file for shells: the picker shows it at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from par.names import visible
from par.state import index, paths

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
    rows = [line.split("\t") for each in paths.hosts().glob("*.tsv") for line in _text(each).split("\n")]
    told = [(row[3], row[6]) for row in rows if row[0] == "context" and len(row) > 6]
    agents = [agent for state, agent in told if state in {"running", "attached"}]
    return len(agents), agents.count("waiting")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


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

"""`par ls --long` of this machine and of hosts, which are all asked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from par.cli import parts, several
from par.cli.targets import above
from par.commands import ls_hosts
from par.hosts import incoming

if TYPE_CHECKING:
    from pathlib import Path

    from par.contexts.selection import Wanted

GIT_SHARE = 0.7
FILTERS = ("kind", "repo", "state", "init")


def is_asked_by_another() -> bool:
    """Whether another machine's par asks this one, and the hosts itself."""
    return incoming.is_call()


def run(
    socket: Path, wanted: Wanted, chosen: dict[str, Any], seconds: float, as_json: bool, is_plain: bool
) -> int:
    """Show it for what `wanted` and the options mean; the exit status."""
    patterns = (*chosen["patterns"], *above())
    places = parts.Places(patterns, chosen["is_all"] or not (wanted.words or patterns))
    flags = [flag for flag, is_on in (("--json", as_json), ("--plain", is_plain)) if is_on]
    # git over there has to be done before the host is given up
    limit = ("--timeout", f"{seconds * GIT_SHARE:g}")
    filters = [each for name in FILTERS if chosen[name] for each in (f"--{name}", chosen[name])]
    words = ("ls", "--long", *limit, *flags, *filters, *wanted.words)
    machines = parts.split(words, wanted.words, places)
    return several.run((), machines, places.order(wanted.words), socket, seconds * ls_hosts.GRACE)

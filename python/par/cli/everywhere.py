"""`par ls`, `par labels` and `par status` of this machine and of hosts, which are all asked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from par.cli.output import emit, narrate
from par.cli.targets import above
from par.commands import ls, ls_hosts
from par.commands.ls_hosts import SECONDS
from par.contexts.selection import Wanted
from par.errors import NotFoundError
from par.hosts import incoming, known
from par.model import State
from par.names import visible
from par.render import ls_hosts as text
from par.render import status
from par.state import host_rows
from par.tmux import host_counts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from par.commands.ls import Listing
    from par.commands.ls_hosts import Heard
    from par.config.hosts import Host

READY = frozenset(each.value for each in (State.ATTACHED, State.RUNNING, State.STOPPED, State.BROKEN))


class Places(NamedTuple):
    """Which machines are asked: this one if it `is_here`, and these hosts, the `named` ones by name."""

    is_here: bool = True
    hosts: tuple[Host, ...] = ()
    named: frozenset[str] = frozenset()


class Seen(NamedTuple):
    """What there is here, None where that was not asked, and what hosts said."""

    here: Listing | None
    heard: tuple[Heard, ...]


def meant(words: tuple[str, ...], chosen: dict[str, Any], *, by_default: bool = False) -> Places:
    """The machines that labels and options mean. Raises NotFoundError for a host that is not there."""
    patterns = (*chosen["patterns"], *above())
    known.check_options(patterns, is_all=chosen["is_all"])
    prefixes = [each.partition(":")[0] for each in words if ":" in each]
    wanted = [one for each in (*patterns, *prefixes) for one in known.matching(each)]
    is_plain = any(":" not in each for each in words) or not words
    is_everywhere = chosen["is_all"] or (by_default and not (words or patterns))
    hosts = known.hosts() if is_everywhere and not incoming.is_call() else dict.fromkeys(wanted)
    named = () if is_everywhere else wanted
    return Places(is_plain and not patterns, tuple(hosts), frozenset(each.name for each in named))


def look(
    socket: Path, wanted: Wanted, asked: Places, seconds: float = SECONDS, *, with_heads: bool = False
) -> Seen:
    """What there is on these machines. Raises NotFoundError where a label or a filter means nothing."""
    asking = ls_hosts.Asking(asked.hosts, seconds) if asked.hosts else None
    plain = tuple(each for each in wanted.words if ":" not in each)
    here, missing = None, None
    if asked.is_here:
        try:
            here = ls.run(ls.Request(socket, wanted._replace(words=plain), with_heads))
        except NotFoundError as error:
            if plain or not asking:
                raise
            missing = error  # the filters fit nothing here
    words = [each for each in wanted.words if ":" in each]
    words += [f"{each.name}:{word}" for word in plain for each in asked.hosts if not asked.is_here]
    heard = asking.heard() if asking else ()
    if heard:
        host_counts.publish(socket, *host_rows.counts())
    heard = ls_hosts.chosen(heard, words, wanted)
    if wanted.is_filtered and not (here or any(each.contexts for each in heard)):
        raise missing or NotFoundError(f"no context matches {wanted.filters}", hint="par ls")
    return Seen(here, heard)


def report(heard: tuple[Heard, ...], named: frozenset[str]) -> int:
    """Say why hosts gave no answer; the exit status, which counts those that were named."""
    failed = [(each, each.error) for each in heard if each.error]
    for each, error in failed:
        narrate(text.silence(each, error))
    return max((error.status for each, error in failed if each.host.name in named), default=0)


def overview(verb: str, socket: Path, machines: Sequence[Host | None], words: Sequence[str]) -> int:
    """`par labels` or `par status` of these machines, None for this one; the exit status."""
    named = [each for each in machines if each]
    seen = look(socket, Wanted(), Places(None in machines, tuple(named)))
    rows = text.rows(*seen)
    if verb == "labels":
        if found := [each["label"] for each in rows if each["state"] in READY]:
            emit("\n".join(map(visible, found)))
    else:
        emit(status.document_of(rows, text.hosts(seen.heard)) if "--json" in words else status.line_of(rows))
    return report(seen.heard, frozenset())

"""The options that choose among contexts, for every command that takes several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from par.cli.options import option
from par.contexts.selection import AGENT_STATES, Wanted
from par.model import Kind, State
from par.state import paths
from par.system import files

if TYPE_CHECKING:
    from collections.abc import Callable

INITS = ("ok", "running", "failed", "held", "dismissed")
# Those of a record that a running par changes, and of one that nobody can read, are not chosen by
STATES = (State.ATTACHED, State.RUNNING, State.STOPPED, State.BROKEN)


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --repo, --kind, --state and --init."""
    states = [*(state.value for state in STATES), *AGENT_STATES]
    for added in (
        option("--init", type=click.Choice(INITS), help="Only those whose first commands are in this state."),
        option(
            "--state", type=click.Choice(states), help="Only those in this state, or whose agent says so."
        ),
        option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Only this kind."),
        option("--repo", metavar="NAME", help="Only those of the repository called NAME."),
    ):
        command = added(command)
    return command


def narrowed(words: tuple[str, ...], chosen: dict[str, str | None]) -> Wanted:
    """What `words` and the values of `filters` ask for: everything where there are none."""
    kind = chosen["kind"]
    return Wanted(words, Kind(kind) if kind else None, chosen["repo"], chosen["state"], chosen["init"])


def wanted(words: tuple[str, ...], chosen: dict[str, str | None]) -> Wanted:
    """As `narrowed`; raises a usage error where nothing was asked for at all."""
    asked = narrowed(words, chosen)
    if not (words or asked.is_filtered):
        raise click.UsageError("name contexts, or all, or a filter such as --repo NAME")
    return asked


def places(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --host, --all-hosts and --local."""
    for each in (
        option("--local", "is_local", is_flag=True, help="Only of this machine: ask no host."),
        option("--all-hosts", "is_all", is_flag=True, help="Of this machine and of all hosts."),
        option("--host", "patterns", multiple=True, metavar="HOST|GLOB", help="Only of this host."),
    ):
        command = each(command)
    return command


def may_ask_hosts(words: tuple[str, ...], chosen: dict[str, Any], *, by_default: bool = False) -> bool:
    """Whether hosts are to be asked: because they are named, or `by_default`. Loads nothing to know it."""
    if chosen["is_local"]:
        return False
    is_named = chosen["patterns"] or chosen["is_all"] or above() or any(":" in each for each in words)
    return bool(is_named or (by_default and not words and _may_have_hosts()))


def above() -> tuple[str, ...]:
    """The host that was named before the command."""
    host = click.get_current_context().find_root().params.get("host")
    return (host,) if host else ()


def _may_have_hosts() -> bool:
    """Whether config.yaml mentions any: cheaper than to read its YAML, and mostly it is not there."""
    try:
        lines = files.content(paths.config()).split(b"\n")
    except OSError:
        return False
    return any(b"hosts" in each.partition(b"#")[0] for each in lines)

"""The options that choose among contexts, for every command that takes several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from par.cli.options import option
from par.contexts.selection import AGENT_STATES, Wanted
from par.model import Kind, State

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

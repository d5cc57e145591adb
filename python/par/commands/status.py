"""`par status`: how many contexts there are, and what their agents do."""

from pathlib import Path
from typing import NamedTuple

from par.contexts import survey
from par.model import ContextStatus

# As one would ask: who wants me, what broke, what goes on
STATES = ("waiting", "failed", "working", "quiet", "done")


class Seen(NamedTuple):
    """How many contexts there are, and of each state those in it, the longest first."""

    total: int
    agents: dict[str, tuple[ContextStatus, ...]]


def run(socket: Path) -> Seen:
    """Look."""
    statuses = survey.survey(socket).statuses
    talking = [(each.session.agent_since, each) for each in statuses if each.session and each.session.agent]
    talking.sort(key=lambda each: each[0])
    return Seen(len(statuses), {state: _in(state, [each for _, each in talking]) for state in STATES})


def _in(state: str, talking: list[ContextStatus]) -> tuple[ContextStatus, ...]:
    return tuple(each for each in talking if each.session and each.session.agent == state)

"""`par wait`: return when contexts have come so far, as their tmux server tells."""

import time
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from par.contexts import selection, survey, target_panes
from par.contexts.selection import Target, Wanted
from par.errors import CommandError, ConflictError, DeadlineError
from par.system import ends
from par.tmux import agents, events, panes
from par.tmux.panes import Pane

# What changes comes in swarms, and tmux needs a moment to note what has ended
PAUSE_SECONDS = 0.05
QUIET_STATES = ("waiting", "done", "failed")


class Until(Enum):
    """What is waited for."""

    DONE = "done"
    WAITING = "waiting"
    IDLE = "idle"
    EXIT = "exit"


class Request(NamedTuple):
    """The contexts that are wanted, and how far all, or `is_any`, have to come in so many `seconds`."""

    wanted: Wanted
    until: Until
    socket: Path
    is_any: bool = False
    seconds: float | None = None


class Plan(NamedTuple):
    """The panes that are looked at, by their contexts, and the time by which it is over."""

    targets: tuple[Target, ...]
    until: Until
    is_any: bool
    deadline: float | None


class Seen(NamedTuple):
    """Which of the targets are so far, and why others never will be."""

    there: tuple[Target, ...]
    lost: Mapping[str, str]


def plan(request: Request) -> Plan:
    """Find the contexts. Raises ConflictError where one has no session, unless its end is waited for."""
    seen = survey.survey(request.socket)
    targets = selection.targets(seen.known, request.wanted, seen)
    stopped = [each.label for each in targets if seen.find(each.context.label).session is None]
    if stopped and request.until is not Until.EXIT:
        raise ConflictError(f"the session is stopped: {', '.join(stopped)}", hint=f"par open {stopped[0]}")
    deadline = None if request.seconds is None else time.monotonic() + request.seconds
    if request.wanted.is_broad:
        targets = tuple(each for each in targets if each.context.is_ready)
    return Plan(targets, request.until, request.is_any, deadline)


def run(planned: Plan) -> tuple[Target, ...]:
    """Wait; those that are so far. Raises DeadlineError, and CommandError where it cannot come to that."""
    sockets = {target.context.socket for target in planned.targets}
    with events.listening(sockets) as listeners:
        while True:
            listeners.listen()
            live = {each: panes.panes(each) for each in sockets}
            if _is_over(seen := _seen(planned, live), planned):
                return seen.there
            if planned.deadline is not None and time.monotonic() >= planned.deadline:
                raise _too_late(planned, seen)
            listeners.wait(_programs(planned, live), planned.deadline)
            time.sleep(PAUSE_SECONDS)


def _programs(planned: Plan, live: Mapping[Path, Sequence[Pane]]) -> set[int]:
    """What runs in the panes that are looked at: the programs they were started with, and those in front."""
    mine = (target_panes.of(target, live[target.context.socket]) for target in planned.targets)
    found = zip(planned.targets, mine, strict=True)
    pids = {pane.pid for pane in (target_panes.meant(*each) for each in found) if pane and not pane.is_dead}
    return pids | {front for pid in pids if (front := ends.in_front(pid))}


def _seen(planned: Plan, live: Mapping[Path, Sequence[Pane]]) -> Seen:
    there, lost = [], {}
    for target in planned.targets:
        pane = target_panes.meant(target, target_panes.of(target, live[target.context.socket]))
        if _is_there(pane, planned.until):
            there.append(target)
        elif reason := _loss(pane, planned.until):
            lost[target.label] = reason
    return Seen(tuple(there), lost)


def _is_there(pane: Pane | None, until: Until) -> bool:
    has_ended = pane is None or pane.is_dead or _is_at_prompt(pane)
    if until is Until.EXIT or pane is None:
        return has_ended and until is Until.EXIT
    return has_ended or pane.agent in QUIET_STATES if until is Until.IDLE else pane.agent == until.value


def _is_at_prompt(pane: Pane) -> bool:
    return pane.is_shell and not pane.agent and ends.is_at_prompt(pane.pid)


def _loss(pane: Pane | None, until: Until) -> str:
    """Why it will not come to that, '' where it may."""
    if until is Until.EXIT:
        return ""
    if pane is None or pane.is_dead:
        return "its program has ended"
    return "it failed" if until is Until.DONE and pane.agent == agents.FAILED else ""


def _is_over(seen: Seen, planned: Plan) -> bool:
    """Whether nothing is left to wait for. Raises CommandError where what is left will not come."""
    if len(seen.there) == len(planned.targets) or (planned.is_any and seen.there):
        return True
    if seen.lost and (not planned.is_any or len(seen.lost) == len(planned.targets)):
        label, reason = next(iter(seen.lost.items()))
        raise CommandError(
            f"'{label}' will not be {planned.until.value}: {reason}", hint=f"par capture {label}"
        )
    return False


def _too_late(planned: Plan, seen: Seen) -> DeadlineError:
    late = [each.label for each in planned.targets if each not in seen.there]
    what = "ended" if planned.until is Until.EXIT else planned.until.value
    return DeadlineError(f"timed out, not {what} yet: {', '.join(late)}", hint="par ls")

"""`par wait`: return when contexts have come so far, as their tmux server tells."""

import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from par.contexts import selection, survey, target_panes
from par.contexts.selection import Target, Wanted
from par.errors import CommandError, ConflictError, DeadlineError, NotFoundError
from par.model import Context, Phase
from par.state import index
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


class Watched(NamedTuple):
    """A target as it is called now, and its pane, or None; `pane_id` is that of the last one it had.

    A context that is renamed keeps its panes: by that it is followed.
    """

    target: Target
    pane_id: str
    pane: Pane | None = None
    is_removed: bool = False


class Plan(NamedTuple):
    """The targets whose panes are looked at, and the time by which it is over."""

    watched: tuple[Watched, ...]
    until: Until
    is_any: bool
    deadline: float | None


class Seen(NamedTuple):
    """Which of the targets are so far, which are not, and why one never will be."""

    there: tuple[Target, ...]
    late: tuple[Target, ...]
    lost: tuple[CommandError, ...]


def plan(request: Request) -> Plan:
    """Find the contexts. Raises ConflictError where one has no session, unless its end is waited for."""
    seen = survey.survey(request.socket)
    targets = selection.targets(seen.known, request.wanted, seen)
    live = {each.context.label: each.session for each in seen.statuses}
    stopped = [each.label for each in targets if live[each.context.label] is None]
    if stopped and request.until is not Until.EXIT:
        raise ConflictError(f"the session is stopped: {', '.join(stopped)}", hint=f"par open {stopped[0]}")
    deadline = None if request.seconds is None else time.monotonic() + request.seconds
    if request.wanted.is_broad:
        targets = tuple(each for each in targets if each.context.is_ready)
    sessions = ((each, live[each.context.label]) for each in targets)
    watched = tuple(Watched(each, session.pane_id if session else "") for each, session in sessions)
    return Plan(watched, request.until, request.is_any, deadline)


def run(planned: Plan) -> tuple[Target, ...]:
    """Wait; those that are so far, as they are called by then.

    Raises DeadlineError, and CommandError where it cannot come to that.
    """
    watched = planned.watched
    sockets = {each.target.context.socket for each in watched}
    with events.listening(sockets) as listeners:
        while True:
            listeners.listen()
            live = {each: panes.panes(each) for each in sockets}
            watched = tuple(_now(each, live[each.target.context.socket]) for each in watched)
            if _is_over(seen := _seen(watched, planned.until), planned):
                return seen.there
            if planned.deadline is not None and time.monotonic() >= planned.deadline:
                raise _too_late(planned, seen)
            listeners.wait(_programs(watched), planned.deadline)
            time.sleep(PAUSE_SECONDS)


def _now(watched: Watched, live: Sequence[Pane]) -> Watched:
    """The same context, as the panes of its server tell by now."""
    target = watched.target
    label = next((each.label for each in live if each.id == watched.pane_id), "")
    if label:
        target = target._replace(context=target.context._replace(label=label))
    pane = target_panes.meant(target, target_panes.of(target, live))
    is_removed = not (pane and pane.label) and _is_removed(target.context)
    return Watched(target, pane.id if pane else watched.pane_id, pane, is_removed)


def _is_removed(context: Context) -> bool:
    known = index.load(context.socket).contexts
    records = (each for each in known if context.label in {each.label, each.new_label})
    return all(each.phase in {Phase.REMOVING, Phase.PURGING} for each in records)


def _programs(watched: Sequence[Watched]) -> set[int]:
    """What runs in the panes that are looked at: the programs they were started with, and those in front."""
    pids = {each.pane.pid for each in watched if each.pane and not each.pane.is_dead}
    return pids | {front for pid in pids if (front := ends.in_front(pid))}


def _seen(watched: Sequence[Watched], until: Until) -> Seen:
    there, late, lost = [], [], []
    for each in watched:
        if _is_there(each.pane, until):
            there.append(each.target)
            continue
        late.append(each.target)
        if reason := _loss(each, until):
            lost.append(reason)
    return Seen(tuple(there), tuple(late), tuple(lost))


def _is_there(pane: Pane | None, until: Until) -> bool:
    has_ended = pane is None or pane.is_dead or _is_at_prompt(pane)
    if until is Until.EXIT or pane is None:
        return has_ended and until is Until.EXIT
    return has_ended or pane.agent in QUIET_STATES if until is Until.IDLE else pane.agent == until.value


def _is_at_prompt(pane: Pane) -> bool:
    return pane.is_shell and not pane.agent and ends.is_at_prompt(pane.pid)


def _loss(watched: Watched, until: Until) -> CommandError | None:
    """Why it will not come to that, or None where it may."""
    label, pane = watched.target.label, watched.pane
    if watched.is_removed:
        return CommandError(f"'{label}' was removed", hint=_way_back(watched.target.context.label))
    if until is Until.EXIT:
        return None
    never = f"'{label}' will not be {until.value}"
    if pane is None:
        return CommandError(f"{never}: its program has ended", hint=f"par open {label}")
    if pane.is_dead:
        return CommandError(f"{never}: its program has ended", hint=f"par capture {label}")
    if until is Until.DONE and pane.agent == agents.FAILED:
        return CommandError(f"{never}: it failed", hint=f"par capture {label}")
    return None


def _way_back(label: str) -> str:
    from par.trash import lookup  # noqa: PLC0415 - hardly any is removed meanwhile

    try:
        return f"par restore {lookup.find(label).context.label}"
    except NotFoundError:
        return "par ls"


def _is_over(seen: Seen, planned: Plan) -> bool:
    """Whether nothing is left to wait for. Raises CommandError where what is left will not come."""
    if not seen.late or (planned.is_any and seen.there):
        return True
    if seen.lost and (not planned.is_any or len(seen.lost) == len(seen.late)):
        raise seen.lost[0]
    return False


def _too_late(planned: Plan, seen: Seen) -> DeadlineError:
    what = "ended" if planned.until is Until.EXIT else planned.until.value
    late = ", ".join(each.label for each in seen.late)
    return DeadlineError(f"timed out, not {what} yet: {late}", hint="par ls")

"""`par resurrect`: make the sessions of all stopped contexts again, after a reboot or a kill-server."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par.contexts import survey
from par.errors import ParError
from par.model import Context, ContextStatus, State
from par.setup import layouts, programs, running
from par.state import index, locks
from par.tmux import sessions


class StoppedContext(NamedTuple):
    """A context without a live session of its own, and what keeps it from having one, or ''.

    One that `was_unmarked` has a session of its name, which came back without its marks and has them again.
    `resumed` is the command that was started again in it, or ''.
    """

    context: Context
    fault: str = ""
    was_unmarked: bool = False
    is_broken: bool = False
    resumed: str = ""


def plan(socket: Path) -> tuple[StoppedContext, ...]:
    """What would be made again: the contexts opened last first, then the others as they were made."""
    seen = survey.survey(socket)
    seen.known.report_damaged()
    rank = {label: place for place, label in enumerate(seen.known.opened)}
    down = [each for each in seen.statuses if not (each.session and each.session.label)]
    return tuple(map(_stopped, sorted(down, key=lambda each: rank.get(each.context.label, len(rank)))))


def _stopped(status: ContextStatus) -> StoppedContext:
    context, session = status.context, status.session
    if status.state is State.BROKEN:
        return StoppedContext(context, f"its worktree is gone: '{status.gone[0]}'", is_broken=True)
    if not context.is_ready:
        return StoppedContext(context, f"another par is {context.phase.value} it")
    return StoppedContext(context, was_unmarked=session is not None)


def run(planned: Iterable[StoppedContext]) -> tuple[StoppedContext, ...]:
    """Make each session that is not there; one that fails hinders no other.

    User options do not outlive a server: `@par_init` is written again, `@par_state` begins empty.
    """
    return tuple(stopped if stopped.fault else _resurrect(stopped) for stopped in planned)


def _resurrect(stopped: StoppedContext) -> StoppedContext:
    context, session_id = stopped.context, ""
    try:
        with locks.index():
            # Under the lock: another par may have removed it, or made its session, since the plan
            if index.load(context.socket).like(context.label) != context:
                return StoppedContext(context, "it was changed by another par")
            if sessions.session_of(context) is None:
                session_id = sessions.create(context)
                running.mark_again(context, session_id)
    except (ParError, OSError) as error:
        return StoppedContext(context, str(error))
    if session_id:
        layouts.build_approved(context, session_id)
        return stopped._replace(resumed=programs.resume(context, session_id))
    return stopped

"""`par resurrect`: make the sessions of all stopped contexts again, after a reboot or a kill-server."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from par import furnishing, index, locks, survey
from par.errors import ParError
from par.model import Context, Sighting, State
from par.tmux import sessions


@dataclass(frozen=True, slots=True)
class Rise:
    """A context without a live session of its own, and what keeps it from having one, or ''.

    `unmarked_id` is a session of its name that came back without its marks.
    """

    context: Context
    fault: str = ""
    unmarked_id: str = ""
    is_broken: bool = False


def plan(socket: Path) -> tuple[Rise, ...]:
    """What would be made again: the contexts opened last first, then the others as they were made."""
    seen = survey.survey(socket)
    seen.index.tell_damaged()
    rank = {label: place for place, label in enumerate(seen.index.opened)}
    down = [each for each in seen.sightings if not (each.session and each.session.label)]
    return tuple(map(_rise, sorted(down, key=lambda each: rank.get(each.context.label, len(rank)))))


def _rise(sighting: Sighting) -> Rise:
    context, session = sighting.context, sighting.session
    if sighting.state is State.BROKEN:
        return Rise(context, f"its worktree is gone: '{sighting.gone[0]}'", is_broken=True)
    if not context.is_ready:
        return Rise(context, f"another par is {context.phase.value} it")
    return Rise(context, unmarked_id=session.id if session else "")


def run(planned: Iterable[Rise]) -> tuple[Rise, ...]:
    """Make each session, or mark the one that came back; one that fails hinders no other.

    User options do not outlive a server: `@par_init` and `@par_state` begin empty.
    """
    return tuple(rise if rise.fault else _raise(rise) for rise in planned)


def _raise(rise: Rise) -> Rise:
    context, session_id = rise.context, ""
    try:
        with locks.index():
            # Under the lock: another par may have removed it, or made its session, since the plan
            if index.load(context.socket).like(context.label) != context:
                return Rise(context, "it was changed by another par")
            if rise.unmarked_id:
                sessions.mark(context, rise.unmarked_id)
            elif sessions.of(context) is None:
                session_id = sessions.create(context)
    except (ParError, OSError) as error:
        return Rise(context, str(error))
    if session_id:
        furnishing.refurnish(context, session_id)
    return rise

"""`par open`: show a context to the person at the keyboard, making its session again if need be."""

import os
from pathlib import Path
from typing import NamedTuple

from par.contexts import selection, survey
from par.contexts.survey import Survey
from par.errors import NotFoundError
from par.model import Context, ContextStatus, State, Worktree
from par.state import index, locks
from par.system import narration
from par.tmux import clients, sessions, windows

PREVIOUS = "-"


class Request(NamedTuple):
    """The label to open, or `-` for the one opened before; `client` pins the tmux client to switch.

    LABEL/REPO is the window of one repository of the workspace LABEL.
    """

    label: str
    socket: Path
    client: str | None = None


class Plan(NamedTuple):
    """A context that can be shown, its session if it has one, and the repository whose window comes first."""

    context: Context
    session_id: str | None
    client: str | None
    worktree: Worktree | None = None


def plan(request: Request) -> Plan:
    """Find the context. Raises the refusal where it, its folder or a terminal is missing."""
    seen = survey.survey(request.socket)
    status, worktree = _wanted(seen, request)
    context = status.context
    if status.state is State.BROKEN:
        message = f"the worktree of '{context.label}' is gone: '{status.gone[0]}'"
        raise NotFoundError(message, hint="par doctor --fix")
    if not request.client:
        clients.check_can_show(context.socket)
    session = status.session
    return Plan(context, session.id if session else None, request.client, worktree)


def _wanted(seen: Survey, request: Request) -> tuple[ContextStatus, Worktree | None]:
    if request.label == PREVIOUS:
        return _previous(seen, request), None
    context, worktree = selection.target(seen.known, request.label)
    return seen.find_ready(context.label), worktree


def run(planned: Plan) -> None:
    """Show the session. Outside tmux this process becomes the tmux client."""
    context = planned.context
    with locks.index():
        found = index.load(context.socket)
        session_id, is_new = (planned.session_id, False) if planned.session_id else _revive(context)
        index.save(found.opening(context.label))
    if is_new:
        from par.setup import layouts, running  # noqa: PLC0415 - only where a session is made again

        running.mark_again(context, session_id)
        layouts.build_approved(context, session_id)
    if planned.worktree and not windows.select(context, session_id, planned.worktree):
        narration.report(f"the window of '{windows.owner(context, planned.worktree)}' is closed")
    clients.show(context.socket, session_id, planned.client)


def _revive(context: Context) -> tuple[str, bool]:
    """The id of the context's session, and whether it was made for that."""
    # Under the lock: another `par open` may have made it since the plan
    known = sessions.session_of(context)
    return (known.id, False) if known else (sessions.create(context), True)


def _previous(seen: Survey, request: Request) -> ContextStatus:
    """The context shown before the current one, however it was opened: tmux knows, and the index."""
    here = next((each for each in seen.statuses if each.session and each.session.is_current), None)
    last = clients.last_session(request.socket) if here or not seen.known.opened else ""
    rank = {label: place for place, label in enumerate(seen.known.opened)}

    def recency(status: ContextStatus) -> tuple[bool, int, int]:
        session, place = status.session, -rank.get(status.context.label, len(rank))
        return (bool(session and session.name == last), session.last_attached if session else 0, place)

    opened = [
        each
        for each in seen.statuses
        if each.context.is_ready and (recency(each)[0] or recency(each)[1] or each.context.label in rank)
    ]
    ordered = sorted((each for each in opened if each is not here), key=recency, reverse=True)
    # At a shell outside of tmux 'this one' is the context shown last
    skipped = 0 if here or os.environ.get("TMUX") else 1
    if len(ordered) <= skipped:
        raise NotFoundError("no context was opened before this one", hint="par ls")
    return ordered[skipped]

"""`par open`: show a context to the person at the keyboard, making its session again if need be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from par.contexts import selection, survey
from par.errors import NotFoundError
from par.model import Context, Kind, State, Worktree
from par.names import visible
from par.state import index, locks
from par.system import narration
from par.tmux import clients, server, sessions, windows

if TYPE_CHECKING:
    from pathlib import Path

    from par.commands import open_on_host

PREVIOUS = "-"


class Request(NamedTuple):
    """The label to open, or `-` for the one opened before; `client` pins the tmux client to switch.

    LABEL/REPO is the window of one repository of the workspace LABEL.
    """

    label: str
    socket: Path
    client: str | None = None


class Plan(NamedTuple):
    """A context that can be shown, its session if it has one, and the repository whose window comes first.

    One that `has_lost` its first pane gets that again.
    """

    context: Context
    session_id: str | None
    client: str | None
    worktree: Worktree | None = None
    has_lost: bool = False


def plan(request: Request) -> Plan | open_on_host.Plan:
    """Find the context. Raises the refusal where it, its folder or a terminal is missing."""
    if ":" in request.label:
        return _on_host(request, request.label)
    seen, worktree = survey.survey(request.socket), None
    if request.label == PREVIOUS:
        from par.commands import open_previous  # noqa: PLC0415 - most name a label

        found = open_previous.find(seen, request.socket)
        if isinstance(found, str):
            return _on_host(request, found)
        status = found
    else:
        context, worktree = selection.target(seen.known, request.label)
        status = seen.find_ready(context.label)
    context = status.context
    if status.state is State.BROKEN:
        message = f"the worktree of '{context.label}' is gone: '{status.gone[0]}'"
        raise NotFoundError(message, hint="par doctor --fix")
    if not request.client:
        clients.check_can_show(context.socket)
    session = status.session
    has_lost = bool(session and session.is_ours and not session.pane_id)
    return Plan(context, session.id if session else None, request.client, worktree, has_lost)


def _on_host(request: Request, name: str) -> open_on_host.Plan:
    from par.commands import open_on_host  # noqa: PLC0415 - only who has hosts needs to know ssh

    return open_on_host.plan(name, request.socket, request.client)


def run(planned: Plan | open_on_host.Plan) -> None:
    """Show the session. Outside tmux this process becomes the tmux client."""
    if not isinstance(planned, Plan):
        from par.commands import open_on_host  # noqa: PLC0415 - as above

        open_on_host.run(planned)
        return
    context = planned.context
    with locks.index():
        found = index.load(context.socket)
        session_id, is_new = (planned.session_id, False) if planned.session_id else _revive(context)
        index.save(found.opening(context.label))
    if is_new:
        from par.setup import layouts, programs, running  # noqa: PLC0415 - only where a session is made again

        running.mark_again(context, session_id)
        layouts.build_approved(context, session_id)
        programs.resume(context, session_id)
    elif not context.is_adopted:
        _make_again(context, session_id, planned.has_lost)
    if planned.worktree and not windows.select(context, session_id, planned.worktree):
        narration.report(f"the window of '{windows.owner(context, planned.worktree)}' is closed")
    clients.show(context.socket, session_id, planned.client)


def _make_again(context: Context, session_id: str, has_lost: bool) -> None:
    """Make the windows of a running session again that were closed and that other commands type into."""
    made = []
    if has_lost:
        windows.add_first(context, session_id)
        made.append("its first pane")
    there = windows.worktrees(context) if context.kind is Kind.WORKSPACE else set()
    for each in context.worktrees if context.kind is Kind.WORKSPACE else ():
        if server.line(each.name) not in there:
            windows.add(context, session_id, each)
            made.append(f"the window of '{visible(each.name)}'")
    if made:
        narration.report(f"made again, as it was closed: {', '.join(made)}")


def _revive(context: Context) -> tuple[str, bool]:
    """The id of the context's session, and whether it was made for that."""
    # Under the lock: another `par open` may have made it since the plan
    known = sessions.session_of(context)
    return (known.id, False) if known else (sessions.create(context), True)

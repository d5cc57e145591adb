"""`par control-center`: one session that shows the live windows of all contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from par.contexts import survey
from par.errors import ConflictError, NotFoundError
from par.system import narration
from par.tmux import center, clients

if TYPE_CHECKING:
    from pathlib import Path

    from par.commands import open_on_host
    from par.tmux.center import Change


class Request(NamedTuple):
    """Whether to show the control center after it was brought up to date.

    All running contexts of `hosts` are opened for it.
    """

    socket: Path
    with_attach: bool = True
    client: str | None = None
    hosts: tuple[str, ...] = ()


class Built(NamedTuple):
    """The control center: its session's id, the labels it shows, and those with no session to show."""

    session_id: str
    shown: tuple[str, ...]
    stopped: tuple[str, ...]


class Plan(NamedTuple):
    """What to link and unlink for the contexts with these `roots`, and which of them have nothing to show.

    What is `opened` on hosts comes with that.
    """

    change: Change
    stopped: tuple[str, ...]
    roots: dict[str, Path]
    opened: tuple[open_on_host.Plan, ...] = ()


def plan(request: Request) -> Plan:
    """Compare the control center with the contexts there are. Raises every refusal."""
    found = survey.recovered_index(request.socket)
    found.report_damaged()
    contexts = found.contexts
    roots = {context.label: context.root for context in contexts}
    change, opened = center.compare(request.socket, roots), _opened(request)
    if change.is_taken:
        message = f"a session called '{center.NAME}' is already there, and is not par's"
        raise ConflictError(message, hint=f"tmux rename-session -t '={center.NAME}:' NAME")
    if not (contexts or change.wanted or opened):
        raise NotFoundError("there is no context to show", hint="par start LABEL")
    if not (change.wanted or opened):
        raise NotFoundError("no context has a session", hint=f"par open {contexts[0].label}")
    if request.with_attach and not request.client:
        clients.check_can_show(request.socket)
    shown = {window.label for window in change.wanted}
    return Plan(change, tuple(each for each in roots if each not in shown), roots, opened)


def _opened(request: Request) -> tuple[open_on_host.Plan, ...]:
    if not request.hosts:
        return ()
    from par.commands import open_on_host  # noqa: PLC0415 - only who has hosts needs it

    return tuple(each for name in request.hosts for each in open_on_host.plan_all(name, request.socket))


def run(planned: Plan, socket: Path) -> Built:
    """Bring the control center up to date; no program is ever ended."""
    change = planned.change
    if planned.opened:
        from par.commands import open_on_host  # noqa: PLC0415 - as above

        open_on_host.create_all(planned.opened)
        change = center.compare(socket, planned.roots)
    session_id = center.apply(socket, change)
    if copy := change.copy:
        came = f"the '{center.NAME}' that came back without par's marks is called '{copy}' now"
        narration.report(f"{came}: tmux kill-session -t '={copy}:'")
    shown = tuple(dict.fromkeys(window.label for window in change.wanted))
    return Built(session_id, shown, planned.stopped)

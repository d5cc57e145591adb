"""`par control-center`: one session that shows the live windows of all contexts."""

from pathlib import Path
from typing import NamedTuple

from par.contexts import survey
from par.errors import ConflictError, NotFoundError
from par.system import narration
from par.tmux import center, clients
from par.tmux.center import Change


class Request(NamedTuple):
    """Whether to show the control center after it was brought up to date."""

    socket: Path
    with_attach: bool = True
    client: str | None = None


class Built(NamedTuple):
    """The control center: its session's id, the labels it shows, and those with no session to show."""

    session_id: str
    shown: tuple[str, ...]
    stopped: tuple[str, ...]


class Plan(NamedTuple):
    """What to link and unlink, and which contexts have nothing to show."""

    change: Change
    stopped: tuple[str, ...]


def plan(request: Request) -> Plan:
    """Compare the control center with the contexts there are. Raises every refusal."""
    found = survey.recovered_index(request.socket)
    found.report_damaged()
    contexts = found.contexts
    if not contexts:
        raise NotFoundError("there is no context to show", hint="par start LABEL")
    change = center.compare(request.socket, {context.label: context.root for context in contexts})
    if change.is_taken:
        message = f"a session called '{center.NAME}' is already there, and is not par's"
        raise ConflictError(message, hint=f"tmux rename-session -t '={center.NAME}:' NAME")
    if not change.wanted:
        raise NotFoundError("no context has a session", hint=f"par open {contexts[0].label}")
    if request.with_attach and not request.client:
        clients.check_can_show(request.socket)
    shown = {window.label for window in change.wanted}
    return Plan(change, tuple(each.label for each in contexts if each.label not in shown))


def run(planned: Plan, socket: Path) -> Built:
    """Bring the control center up to date; no program is ever ended."""
    session_id = center.apply(socket, planned.change)
    if copy := planned.change.copy:
        came = f"the '{center.NAME}' that came back without par's marks is called '{copy}' now"
        narration.report(f"{came}: tmux kill-session -t '={copy}:'")
    shown = tuple(dict.fromkeys(window.label for window in planned.change.wanted))
    return Built(session_id, shown, planned.stopped)

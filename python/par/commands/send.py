"""`par send`: type a text into the panes of contexts, and say of each whether it arrived."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from par import names
from par.contexts import here, selection, target_panes
from par.contexts.selection import Target, Wanted
from par.errors import NotFoundError
from par.state import index
from par.system import ends
from par.tmux import panes, pasting
from par.tmux.panes import Pane

WAITING, WORKING = "waiting", "working"
TYPED, SUBMITTED = "typed", "submitted"
STOPPED = "its session is stopped"
# A prompt runs programs of its own, and a shell that has just started too
MOMENT_SECONDS = 0.3
# When a hook that an agent calls after an Enter may have come through
HOOK_SECONDS = (0.1, 0.2, 0.4, 0.8)


class Request(NamedTuple):
    """The text for the contexts that are wanted; `is_active_pane` chooses the active pane, not the first.

    LABEL/REPO is the window of one repository of the workspace LABEL. The context that the caller is in is
    meant only where it was named, or `with_self`. A context that waits for its user gets no text that
    `is_answer` does not say to be one, and no other context gets that; one that `is_forced` goes everywhere.
    """

    wanted: Wanted
    text: str
    socket: Path
    is_active_pane: bool = False
    with_enter: bool = True
    with_self: bool = False
    is_answer: bool = False
    is_forced: bool = False


class Delivery(NamedTuple):
    """The pane that the text is for, and why it cannot arrive ('' when it can).

    `label` is that of the `context`, or LABEL/REPO. A fault that `is_passing` may be gone in a moment.
    `program` is in front of the pane, no shell where it `is_slow`: that gets its Enter a moment after the
    text. `agent` is what an agent said of itself before, `state` what was done: typed, or submitted.
    """

    label: str
    context: str
    socket: Path
    pane_id: str
    fault: str = ""
    is_passing: bool = False
    program: str = ""
    is_slow: bool = False
    agent: str = ""
    state: str = ""


def plan(request: Request) -> tuple[Delivery, ...]:
    """Find the pane of each context. Raises NotFoundError for an unknown label or when there is none."""
    with panes.asked(request.socket) as told:  # while the index is read
        targets = _targets(request)
        live = {each: told() if each == request.socket else panes.panes(each) for each in _sockets(targets)}
    if request.wanted.is_broad and not request.with_self:
        targets = _others(targets, live)
    planned = _deliveries(targets, live, request)
    if any(each.is_passing for each in planned):
        time.sleep(MOMENT_SECONDS)
        live = {each: panes.panes(each) for each in _sockets(targets)}
        planned = _deliveries(targets, live, request)
    return planned


def _sockets(targets: tuple[Target, ...]) -> set[Path]:
    return {target.context.socket for target in targets}


def _deliveries(
    targets: tuple[Target, ...], live: Mapping[Path, list[Pane]], request: Request
) -> tuple[Delivery, ...]:
    found = {socket: target_panes.by_label(each) for socket, each in live.items()}
    return tuple(_delivery(target, found[target.context.socket], request) for target in targets)


def _targets(request: Request) -> tuple[Target, ...]:
    if not request.wanted.needs_survey:
        found = selection.targets(index.load(request.socket), request.wanted)
    else:
        from par.contexts import survey  # noqa: PLC0415 - the index alone tells it mostly

        seen = survey.survey(request.socket)
        found = selection.targets(seen.known, request.wanted, seen)
    return tuple(each for each in found if each.context.is_ready) if request.wanted.is_broad else found


def _others(targets: tuple[Target, ...], live: Mapping[Path, list[Pane]]) -> tuple[Target, ...]:
    """Those without the context that the caller is in. Raises NotFoundError where that was the only one."""
    own = here.label([each.context for each in targets], live.items())
    left = tuple(each for each in targets if each.context.label != own)
    if targets and not left:
        message = f"there is no other context than '{own}', where you are"
        raise NotFoundError(message, hint="par send --self, to send to it too")
    return left


def run(planned: tuple[Delivery, ...], request: Request) -> tuple[Delivery, ...]:
    """Type the text, in one go for each server; the deliveries with what was done, or what failed."""
    took: set[tuple[Path, str]] = set()
    for socket in {each.socket for each in planned if not each.fault}:
        mine = [each for each in planned if each.socket == socket and not each.fault]
        slow = {each.pane_id for each in mine if each.is_slow}
        wanted = [each.pane_id for each in mine]
        sent = pasting.send(socket, wanted, request.text, request.with_enter, slow)
        took |= {(socket, pane_id) for pane_id in sent}
    done = tuple(_receipt(each, (each.socket, each.pane_id) in took) for each in planned)
    heard = _heard([each for each in done if each.state == TYPED and request.with_enter])
    return tuple(each._replace(state=SUBMITTED) if each in heard else each for each in done)


def _heard(typed: list[Delivery]) -> set[Delivery]:
    """Those whose agent has said since that it works; only one that says what it does is waited for."""
    silent = {each for each in typed if each.agent not in {"", WORKING}}
    heard: set[Delivery] = set()
    for seconds in HOOK_SECONDS if silent else ():
        time.sleep(seconds)
        said = {
            (each, pane.id): pane.agent
            for each in {one.socket for one in silent}
            for pane in panes.panes(each)
        }
        heard |= {each for each in silent if said.get((each.socket, each.pane_id)) == WORKING}
        silent -= heard
        if not silent:
            break
    return heard


def _delivery(target: Target, live: Mapping[str, list[Pane]], request: Request) -> Delivery:
    mine = target_panes.near(target, live)
    pane = target_panes.meant(target, mine, request.is_active_pane)
    fault = _fault(target, bool(mine), pane)
    found = Delivery(target.label, target.context.label, target.context.socket, "", fault)
    if not pane:
        return found
    refusal = "" if fault or request.is_forced else _refusal(pane, request)
    return found._replace(
        pane_id=pane.id,
        fault=fault or refusal,
        is_passing=bool(refusal),
        program=pane.program,
        is_slow=not pane.is_shell,
        agent=pane.agent,
    )


def _fault(target: Target, is_running: bool, pane: Pane | None) -> str:
    if not is_running:
        return STOPPED
    if not pane:
        return "its window is closed" if target.worktree else "its first pane is closed"
    if pane.is_dead:
        return "the program in its pane has ended"
    return "the input of its pane is switched off" if pane.is_input_off else ""


def _refusal(pane: Pane, request: Request) -> str:
    """Why the text would answer something else than what it was written for, '' where it would not."""
    if pane.agent == WAITING and not request.is_answer:
        return "it waits for you, and would take the text for the answer: --answer, or --force"
    if request.is_answer and pane.agent != WAITING:
        return "it does not wait for an answer"
    if not (pane.is_shell or pane.is_agent):
        return f"'{names.visible(pane.program)}' runs in it, neither a shell nor an agent: --force"
    if pane.is_shell and not pane.agent and not ends.is_at_prompt(pane.pid):
        return f"a script of '{names.visible(pane.program)}' runs in it: --force"
    return ""


def _receipt(delivery: Delivery, has_taken: bool) -> Delivery:
    if delivery.fault:
        return delivery
    if has_taken:
        return delivery._replace(state=TYPED)
    return delivery._replace(fault="tmux could not reach its pane")

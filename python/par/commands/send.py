"""`par send`: type a text into the panes of contexts, and say of each whether it arrived."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from par.contexts import here, selection
from par.contexts.selection import Target, Wanted
from par.errors import NotFoundError
from par.model import Worktree
from par.state import index
from par.tmux import panes
from par.tmux.panes import Pane


class Request(NamedTuple):
    """The text for the contexts that are wanted; `is_active_pane` chooses the active pane, not the first.

    LABEL/REPO is the window of one repository of the workspace LABEL. The context that the caller is in is
    meant only where it was named, or `with_self`.
    """

    wanted: Wanted
    text: str
    socket: Path
    is_active_pane: bool = False
    with_enter: bool = True
    with_self: bool = False


class Delivery(NamedTuple):
    """The pane that the text is for, and why it cannot arrive ('' when it can).

    `label` is that of the `context`, or LABEL/REPO.
    """

    label: str
    context: str
    socket: Path
    pane_id: str
    fault: str = ""


def plan(request: Request) -> tuple[Delivery, ...]:
    """Find the pane of each context. Raises NotFoundError for an unknown label or when there is none."""
    targets = _targets(request)
    if request.wanted.is_broad:
        targets = tuple(each for each in targets if each.context.is_ready)
    live = {each: panes.panes(each) for each in {target.context.socket for target in targets}}
    if request.wanted.is_broad and not request.with_self:
        targets = _others(targets, live)
    return tuple(_delivery(target, live[target.context.socket], request) for target in targets)


def _targets(request: Request) -> tuple[Target, ...]:
    if not request.wanted.needs_survey:
        return selection.targets(index.load(request.socket), request.wanted)
    from par.contexts import survey  # noqa: PLC0415 - the index alone tells it mostly

    seen = survey.survey(request.socket)
    return selection.targets(seen.known, request.wanted, seen)


def _others(targets: tuple[Target, ...], live: Mapping[Path, list[Pane]]) -> tuple[Target, ...]:
    """Those without the context that the caller is in. Raises NotFoundError where that was the only one."""
    own = here.label([each.context for each in targets], live.items())
    left = tuple(each for each in targets if each.context.label != own)
    if targets and not left:
        message = f"there is no other context than '{own}', where you are"
        raise NotFoundError(message, hint="par send --self, to send to it too")
    return left


def run(planned: tuple[Delivery, ...], request: Request) -> tuple[Delivery, ...]:
    """Type the text, in one go for each server; the deliveries with what failed."""
    took: set[tuple[Path, str]] = set()
    for socket in {each.socket for each in planned if not each.fault}:
        wanted = [each.pane_id for each in planned if each.socket == socket and not each.fault]
        sent = panes.send(socket, wanted, request.text, request.with_enter)
        took |= {(socket, pane_id) for pane_id in sent}
    return tuple(_receipt(each, (each.socket, each.pane_id) in took) for each in planned)


def _delivery(target: Target, live: list[Pane], request: Request) -> Delivery:
    context = target.context
    mine = [pane for pane in live if pane.label == context.label]
    mine = mine or [pane for pane in live if not pane.label and pane.session == context.session]
    chosen = _of_worktree(target.worktree, mine) if target.worktree else mine
    if request.is_active_pane:
        chosen = [pane for pane in chosen if pane.is_active and (pane.is_shown or target.worktree)]
    elif not target.worktree:
        # A session that tmux-resurrect brought back has no mark on its first pane
        chosen = [pane for pane in mine if pane.is_first or not pane.has_first]
    fault = _fault(target, mine, chosen)
    return Delivery(target.label, context.label, context.socket, chosen[0].id if chosen else "", fault)


def _of_worktree(worktree: Worktree, live: list[Pane]) -> list[Pane]:
    return [pane for pane in live if pane.worktree == worktree.name]


def _fault(target: Target, mine: list[Pane], chosen: list[Pane]) -> str:
    if not mine:
        return "its session is stopped"
    if not chosen:
        return "its window is closed" if target.worktree else "its first pane is closed: use --pane active"
    if chosen[0].is_dead:
        return "the program in its pane has ended"
    return "the input of its pane is switched off" if chosen[0].is_input_off else ""


def _receipt(delivery: Delivery, has_taken: bool) -> Delivery:
    if delivery.fault or has_taken:
        return delivery
    return delivery._replace(fault="tmux could not reach its pane")

"""`par send`: type a text into the panes of contexts, and say of each whether it arrived."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par import names
from par.errors import NotFoundError
from par.model import Context, Kind, Worktree
from par.state import index
from par.state.index import Index
from par.tmux import panes
from par.tmux.panes import Pane

ALL = "all"


class Request(NamedTuple):
    """The text for the contexts `labels`; `is_active_pane` chooses the active pane, not the first.

    LABEL/REPO is the window of one repository of the workspace LABEL, unless a context is called so.
    """

    labels: tuple[str, ...]
    text: str
    socket: Path
    is_active_pane: bool = False
    with_enter: bool = True


class Aim(NamedTuple):
    """A context, and the worktree of it whose window is meant: None for the context as a whole."""

    context: Context
    worktree: Worktree | None = None

    @property
    def label(self) -> str:
        return f"{self.context.label}/{self.worktree.name}" if self.worktree else self.context.label


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
    aims = _wanted(index.load(request.socket), request.labels)
    live = {each: panes.panes(each) for each in {aim.context.socket for aim in aims}}
    return tuple(_delivery(aim, live[aim.context.socket], request) for aim in aims)


def run(planned: tuple[Delivery, ...], request: Request) -> tuple[Delivery, ...]:
    """Type the text, in one go for each server; the deliveries with what failed."""
    took: set[tuple[Path, str]] = set()
    for socket in {each.socket for each in planned if not each.fault}:
        wanted = [each.pane_id for each in planned if each.socket == socket and not each.fault]
        sent = panes.send(socket, wanted, request.text, request.with_enter)
        took |= {(socket, pane_id) for pane_id in sent}
    return tuple(_receipt(each, (each.socket, each.pane_id) in took) for each in planned)


def _wanted(found: Index, labels: Iterable[str]) -> list[Aim]:
    chosen = list(labels)
    if [each.casefold() for each in chosen] != [ALL]:
        return list({aim.label: aim for aim in (_aim(found, each) for each in chosen)}.values())
    found.report_damaged()
    ready = [Aim(context) for context in found.contexts if context.is_ready]
    if not ready:
        raise NotFoundError("there is no context to send to", hint="par start LABEL")
    return ready


def _aim(found: Index, label: str) -> Aim:
    head, _, name = label.rpartition("/")
    taken = set(map(names.key, found.labels())) if head else set()
    if names.key(label) in taken or names.key(head) not in taken:
        return Aim(found.find(label))
    workspace = found.find(head)
    if workspace.kind is not Kind.WORKSPACE:
        return Aim(found.find(label))
    by_key = {names.key(each.name): each for each in workspace.worktrees}
    if names.key(name) not in by_key:
        known = [each.name for each in workspace.worktrees]
        hint = names.nearest_hint(name, known, otherwise=f"it has {', '.join(map(names.visible, known))}")
        message = f"there is no repository '{names.visible(name)}' in the workspace '{workspace.label}'"
        raise NotFoundError(message, hint=hint)
    return Aim(workspace, by_key[names.key(name)])


def _delivery(aim: Aim, live: list[Pane], request: Request) -> Delivery:
    context = aim.context
    mine = [pane for pane in live if pane.label == context.label]
    mine = mine or [pane for pane in live if not pane.label and pane.session == context.session]
    chosen = [pane for pane in mine if not aim.worktree or pane.worktree == aim.worktree.name]
    if request.is_active_pane:
        chosen = [pane for pane in chosen if pane.is_active and (pane.is_shown or aim.worktree)]
    elif not aim.worktree:
        # A session that tmux-resurrect brought back has no mark on its first pane
        chosen = [pane for pane in mine if pane.is_first or not pane.has_first]
    fault = _fault(aim, mine, chosen)
    return Delivery(aim.label, context.label, context.socket, chosen[0].id if chosen else "", fault)


def _fault(aim: Aim, mine: list[Pane], chosen: list[Pane]) -> str:
    if not mine:
        return "its session is stopped"
    if not chosen:
        return "its window is closed" if aim.worktree else "its first pane is closed: use --pane active"
    if chosen[0].is_dead:
        return "the program in its pane has ended"
    return "the input of its pane is switched off" if chosen[0].is_input_off else ""


def _receipt(delivery: Delivery, has_taken: bool) -> Delivery:
    if delivery.fault or has_taken:
        return delivery
    return delivery._replace(fault="tmux could not reach its pane")

"""`par send`: type a text into the panes of contexts, and say of each whether it arrived."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from par import index
from par.errors import NotFoundError
from par.index import Index
from par.model import Context
from par.tmux import panes
from par.tmux.panes import Pane

ALL = "all"


@dataclass(frozen=True, slots=True)
class Request:
    """The text for the contexts `labels`; `is_active_pane` chooses the active pane, not the first."""

    labels: tuple[str, ...]
    text: str
    socket: Path
    is_active_pane: bool = False
    with_enter: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """A context, the pane the text is for, and why it cannot arrive ('' when it can)."""

    label: str
    socket: Path
    pane_id: str
    fault: str = ""


def plan(request: Request) -> tuple[Delivery, ...]:
    """Find the pane of each context. Raises NotFoundError for an unknown label or when there is none."""
    contexts = _wanted(index.load(request.socket), request.labels)
    live = {each: panes.panes(each) for each in {context.socket for context in contexts}}
    return tuple(_delivery(context, live[context.socket], request) for context in contexts)


def run(planned: tuple[Delivery, ...], request: Request) -> tuple[Delivery, ...]:
    """Type the text, in one go for each server; the deliveries with what failed."""
    took: set[tuple[Path, str]] = set()
    for socket in {each.socket for each in planned if not each.fault}:
        wanted = [each.pane_id for each in planned if each.socket == socket and not each.fault]
        sent = panes.send(socket, wanted, request.text, request.with_enter)
        took |= {(socket, pane_id) for pane_id in sent}
    return tuple(_receipt(each, (each.socket, each.pane_id) in took) for each in planned)


def _wanted(found: Index, labels: Iterable[str]) -> list[Context]:
    chosen = list(labels)
    if [each.casefold() for each in chosen] != [ALL]:
        return list({context.label: context for context in map(found.find, chosen)}.values())
    found.tell_damaged()
    ready = [context for context in found.contexts if context.is_ready]
    if not ready:
        raise NotFoundError("there is no context to send to", hint="par start LABEL")
    return ready


def _delivery(context: Context, live: list[Pane], request: Request) -> Delivery:
    mine = [pane for pane in live if pane.label == context.label]
    mine = mine or [pane for pane in live if not pane.label and pane.session == context.session]
    wanted = [pane for pane in mine if (pane.is_active if request.is_active_pane else pane.is_first)]
    # A session that tmux-resurrect brought back has no mark on its first pane
    chosen = wanted or (mine[:1] if mine and not mine[0].has_first else [])
    fault = _fault(mine, chosen)
    return Delivery(context.label, context.socket, chosen[0].id if chosen else "", fault)


def _fault(mine: list[Pane], chosen: list[Pane]) -> str:
    if not mine:
        return "its session is stopped"
    if not chosen:
        return "its first pane is closed: use --pane active"
    if chosen[0].is_dead:
        return "the program in its pane has ended"
    return "the input of its pane is switched off" if chosen[0].is_input_off else ""


def _receipt(delivery: Delivery, has_taken: bool) -> Delivery:
    if delivery.fault or has_taken:
        return delivery
    return Delivery(delivery.label, delivery.socket, delivery.pane_id, "tmux could not reach its pane")

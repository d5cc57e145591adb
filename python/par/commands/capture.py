"""`par capture`: what the pane of a context shows, or the last lines of it."""

from pathlib import Path
from typing import NamedTuple

from par.contexts import selection, target_panes
from par.errors import ConflictError
from par.state import index
from par.tmux import panes, screen


class Request(NamedTuple):
    """A context, or LABEL/REPO; so many `lines`, None for the screen as it is."""

    label: str
    socket: Path
    lines: int | None = None
    with_ansi: bool = False
    is_active_pane: bool = False


def run(request: Request) -> str:
    """What is there. Raises NotFoundError, and ConflictError where no pane is."""
    target = selection.target(index.load(request.socket), request.label)
    socket = target.context.socket
    mine = target_panes.of(target, panes.panes(socket))
    pane = target_panes.meant(target, mine, request.is_active_pane)
    if not pane:
        what = "pane that is meant is closed" if mine else "session is stopped"
        raise ConflictError(f"'{target.label}': the {what}", hint=f"par open {target.context.label}")
    return screen.capture(socket, pane.id, request.lines, request.with_ansi)

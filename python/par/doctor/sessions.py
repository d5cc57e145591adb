"""The tmux sessions, against the index: those that lost their marks, and those that nobody knows."""

import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from par.doctor.findings import Fault, Finding
from par.doctor.strays import Stray
from par.errors import ParError
from par.model import Context
from par.names import key, visible
from par.setup import running
from par.state import paths
from par.state.index import Index
from par.tmux import marks, started
from par.tmux import sessions as tmux_sessions
from par.tmux.marks import Marked

Live = dict[Path, list[Marked]]


def everywhere(socket: Path) -> Live:
    """The sessions of the server at `socket`, and of all others of the user's that tmux itself would find."""
    # Anywhere else there are sockets of other programs too
    is_tmuxs = socket.parent.name == f"tmux-{os.getuid()}" and socket.parent.is_dir()
    beside = socket.parent.iterdir() if is_tmuxs else ()
    return on({socket, *(each for each in beside if each.is_socket())})


def on(sockets: Iterable[Path]) -> Live:
    """The sessions of these servers; none of one that does not answer."""
    return {socket: _answered(socket) for socket in sockets}


def _answered(socket: Path) -> list[Marked]:
    try:
        return marks.marked(socket)
    except ParError:
        return []


def examine(found: Index, unknown: Iterable[Stray], live: Live) -> Iterator[Finding]:
    """What is wrong with the sessions."""
    for context in found.contexts:
        if context.is_ready and (session := _unmarked(context, live.get(context.socket, []))):
            has_lost = (
                "names the place where its folder was"
                if session.path
                else "has lost the options that par set on it"
            )
            message = f"its session {visible(session.name)} {has_lost}"
            fix = partial(_mark, context, session.id)
            yield Finding(Fault.SESSION_UNMARKED, context.label, message, "mark it again", fix=fix)
    known = {key(context.label) for context in found.contexts}
    expected = {str(stray.root) for stray in unknown if stray.worktrees}
    for session in (each for sessions in live.values() for each in sessions if each.label):
        if key(session.label) not in known and session.path not in expected:
            message = f"session {visible(session.name)} is marked as its own, but there is no such context"
            how = "take the marks off; the session goes on"
            fix = partial(marks.unmark, session)
            yield Finding(Fault.SESSION_UNKNOWN, visible(session.label), message, how, fix=fix)


def _mark(context: Context, session_id: str) -> None:
    tmux_sessions.mark(context, session_id)
    running.mark_returned(context, session_id)


def _is_outdated(path: str, context: Context) -> bool:
    """Whether a mark names the context's folder as it was before the data folder was moved."""
    return path != context.folder and paths.moved(Path(path)) == context.root


def _unmarked(context: Context, live: list[Marked]) -> Marked | None:
    mine = [each for each in live if each.label == context.label]
    if mine:
        return next((each for each in mine if not each.path or _is_outdated(each.path, context)), None)
    unmarked = (each for each in live if not each.label)
    return next((each for each in unmarked if started.is_lost(context, each.name, each.folder)), None)

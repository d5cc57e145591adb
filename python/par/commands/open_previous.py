"""`par open -`: which context was shown before the current one, here or of a host."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from par.errors import NotFoundError
from par.state import paths
from par.tmux import clients

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from par.contexts.survey import Survey
    from par.model import ContextStatus

# The last one that the client showed, when it was looked at, its place among those opened
Recency = tuple[bool, int, int]


def find(seen: Survey, socket: Path) -> ContextStatus | str:
    """The context shown before the current one, however it was opened, or HOST:LABEL.

    tmux knows, and the index. Raises NotFoundError where there is none.
    """
    here = next((each for each in seen.statuses if each.session and each.session.is_current), None)
    last = clients.last_session(socket) if here or not seen.known.opened else ""
    known: list[tuple[Recency, ContextStatus | str]] = [
        (recency, each) for recency, each in _here(seen, last) if each is not here
    ]
    known += _on_hosts(socket, last, -len(seen.known.opened))
    found = sorted(known, key=lambda each: each[0], reverse=True)
    # At a shell outside of tmux 'this one' is the context shown last
    skipped = 0 if here or os.environ.get("TMUX") else 1
    if len(found) <= skipped:
        raise NotFoundError("no context was opened before this one", hint="par ls")
    return found[skipped][1]


def _here(seen: Survey, last: str) -> Iterator[tuple[Recency, ContextStatus]]:
    rank = {label: place for place, label in enumerate(seen.known.opened)}
    for each in seen.statuses:
        session, label = each.session, each.context.label
        is_last = bool(session and session.name == last)
        recency = (is_last, session.last_attached if session else 0, -rank.get(label, len(rank)))
        if each.context.is_ready and (is_last or recency[1] or label in rank):
            yield recency, each


def _on_hosts(socket: Path, last: str, rank: int) -> Iterator[tuple[Recency, str]]:
    """Those of hosts that a session here shows; where par has asked no host nothing is looked for."""
    if not paths.hosts().is_dir():
        return
    from par.tmux import host_sessions  # noqa: PLC0415 - only who has hosts needs it

    for each in host_sessions.every(socket):
        if each.target and each.last_attached:
            yield (each.name == last, each.last_attached, rank), each.target

"""What a server's windows and panes show, through libtmux's objects: for a look that may take its time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from libtmux import Server


def windows(socket: Path, session: str) -> list[str]:
    """The windows of the session called `session`, as 'index: name'."""
    found = library(socket).sessions.get(session_name=session)
    return [f"{window.window_index}: {window.window_name}" for window in found.windows] if found else []


def screen(socket: Path, session: str) -> list[str]:
    """The lines that the active pane of a session shows, without the empty ones."""
    found = library(socket).sessions.get(session_name=session)
    pane = found.active_pane if found else None
    lines = pane.capture_pane(join_wrapped=True) if pane else []
    return [line.rstrip() for line in lines if line.strip()]


def library(socket: Path) -> Server:
    """The server at `socket` as libtmux's object."""
    # Its own separator is no ASCII, and tmux would drop it under LC_ALL=C
    os.environ["LIBTMUX_TMUX_FORMAT_SEPARATOR"] = "<par>"
    import libtmux  # 80 ms

    return libtmux.Server(socket_path=str(socket))

"""How many contexts hosts told of last, for the status line, which starts no process to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.tmux import server

if TYPE_CHECKING:
    from pathlib import Path


def publish(socket: Path, running: int, waiting: int) -> None:
    """Tell the server at `socket`, if there is one, how many run on hosts and how many of these wait."""
    of_all = ("set-option", "-g", "@par_hosts", str(running))
    of_waiting = ("set-option", "-g", "@par_hosts_waiting", str(waiting))
    server.attempt(socket, *of_all, ";", *of_waiting)

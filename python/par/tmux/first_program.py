"""Starting a program in the first pane of a session, by what tmux runs in the background for that."""

import shlex
from pathlib import Path

from par.tmux import server

# Without links resolved, as in agents.py
SCRIPT = Path(__file__).absolute().with_name("program.sh")


def start(socket: Path, session_id: str, folder: Path) -> None:
    """Let `program.sh`, which tells of `folder`, type there once a shell waits. Raises CommandError."""
    words = ("exec sh", _plain(SCRIPT), "#{q:@par_pane}", _plain(folder))
    server.run(socket, "run-shell", "-b", "-t", f"{session_id}:", " ".join(words))


def running_server(socket: Path) -> str:
    """Which server runs at `socket`, as `program.sh` notes it: never so for two of them; '' for none."""
    return server.attempt(socket, "display-message", "-p", "#{pid}-#{start_time}").stdout.strip()


def _plain(path: Path) -> str:
    """A path as one word of a shell, in a text in which tmux expands formats."""
    return shlex.quote(str(path)).replace("#", "##")

"""Which tmux server is meant: the socket that tmux itself would use."""

import os
from pathlib import Path


def default_socket() -> Path:
    """The socket of the server that `tmux` would talk to: that of `$TMUX`, else the default one."""
    inside = os.environ.get("TMUX", "").rsplit(",", 2)[0]
    return Path(inside) if inside else named_socket("default")


def named_socket(name: str) -> Path:
    """The socket that `tmux -L NAME` uses: in `$TMUX_TMPDIR`, else in /tmp (tmux(1), -L)."""
    roots = (os.environ.get("TMUX_TMPDIR", ""), "/tmp")
    root = next(Path(each) for each in roots if each and Path(each).is_dir())
    return root.resolve() / f"tmux-{os.getuid()}" / name


def current_pane(socket: Path) -> str | None:
    """The id of the pane that the caller runs in, if that is on the server at `socket`."""
    if not os.environ.get("TMUX") or default_socket().resolve() != socket.resolve():
        return None
    return os.environ.get("TMUX_PANE") or None

"""`par state` and `par next`, which are scripts in sh: keys and agents' hooks run them without Python."""

from pathlib import Path
from typing import NoReturn

from par.tmux import agents

WORDS = ("working", "waiting", "done", "failed", "clear")


def say(*words: str) -> NoReturn:
    """Be `par state` with these words."""
    agents.become("state.sh", *words)


def go_to_next(socket: Path) -> NoReturn:
    """Be `par next` for the tmux server at `socket`."""
    agents.become("next.sh", str(socket))

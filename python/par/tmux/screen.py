"""What a pane shows, as text."""

import re
from pathlib import Path

from par import names
from par.tmux import server

COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
PLAIN = "\x1b[m"


def capture(socket: Path, pane_id: str, lines: int | None, with_ansi: bool) -> str:
    """What a pane shows, or its last so many lines, without empty ones at the end. Raises CommandError."""
    asked = [*(["-e"] if with_ansi else []), *(["-S", f"-{lines}"] if lines else [])]
    shown = names.lines(server.run(socket, "capture-pane", "-p", "-J", *asked, "-t", pane_id))
    while shown and not COLOURS.sub("", shown[-1]).strip():
        shown.pop()
    first = max(0, len(shown) - lines) if lines else 0
    text = "\n".join(line.rstrip() for line in shown[first:])
    # A colour goes on into the next lines until another one is said
    return "".join(COLOURS.findall("".join(shown[:first]))) + text + PLAIN if with_ansi else text

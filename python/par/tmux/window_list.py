"""The list of windows says, behind the name of one that the control center shows, what runs there does.

It is in the format of each such window; tmux itself fills it in, as `agents.tmux` says.
"""

from collections.abc import Iterable

from par.tmux import server

MARK = "#{E:@_par_mark}"
NAMES = ("#W", "#{window_name}")
OPTIONS = ("window-status-format", "window-status-current-format")
# Asks for the formats that windows have by default, a line each
QUESTION = tuple(word for option in OPTIONS for word in ("show-options", "-g", "-w", "-v", option, ";"))
# Of a window, the formats that it has now
FIELD = "\t".join(f"#{{{option}}}" for option in OPTIONS)


def commands(defaults: Iterable[str], window_id: str, current: str) -> list[str]:
    """The commands that put the mark into the formats of a window that has none of the user's own.

    `current` is its FIELD; none are needed where that has the mark already.
    """
    formats = [*defaults]
    marked = [*map(_marked, formats)]
    if current == "\t".join(marked) or (current != "\t".join(formats) and MARK not in current):
        return []
    pairs = zip(OPTIONS, marked, strict=True)
    return [f"set-option -w -t {window_id} {option} {server.quoted(value)}" for option, value in pairs]


def clearing_commands(window_id: str) -> list[str]:
    """The commands that give a window back the formats that it had before."""
    unset = " ; ".join(f"set-option -w -u -t {window_id} {option}" for option in OPTIONS)
    return [f"if-shell -F -t {window_id} '#{{m:*@_par_mark*,{FIELD}}}' '{unset}'"]


def _marked(value: str) -> str:
    name = next((each for each in NAMES if each in value), "")
    return value.replace(name, name + MARK, 1) if name else value + MARK

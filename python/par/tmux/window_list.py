"""The list of windows says, behind the name of one that the control center shows, what runs there does.

It is in the format of each such window; tmux itself fills it in, as `agents.tmux` says.
"""

from collections.abc import Iterable

from par.tmux import server

MARK = "#{E:@_par_mark}"
NAMES = ("#W", "#{window_name}")
OPTIONS = ("window-status-format", "window-status-current-format")
# Of a window, the formats that it has now, each on one line
BETWEEN = "<par>"
FIELD = BETWEEN.join(f"#{{s/\n/ /:{option}}}" for option in OPTIONS)


def question(mark: str) -> tuple[str, ...]:
    """The chain that asks for the formats which windows have by default, with a line `mark` behind each."""
    asked = (("show-options", "-g", "-w", "-v", option) for option in OPTIONS)
    return tuple(word for each in asked for word in (*each, ";", "display-message", "-p", mark, ";"))


def commands(defaults: Iterable[str], window_id: str, current: str) -> list[str]:
    """The commands that put the mark into those formats of a window that are not the user's own.

    `current` is its FIELD; none are needed where that has the mark already.
    """
    found = zip(OPTIONS, defaults, current.split(BETWEEN), strict=False)
    return [
        f"set-option -w -t {window_id} {option} {server.quoted(_marked(default))}"
        for option, default, now in found
        if now != _line(_marked(default)) and (now == _line(default) or MARK in now)
    ]


def clearing_commands(window_id: str) -> list[str]:
    """The commands that give a window back the formats that it had before."""
    return [
        f"if-shell -F -t {window_id} '#{{m:*@_par_mark*,#{{{option}}}}}' "
        f"'set-option -w -u -t {window_id} {option}'"
        for option in OPTIONS
    ]


def _line(value: str) -> str:
    return value.replace("\n", " ")


def _marked(value: str) -> str:
    name = next((each for each in NAMES if each in value), "")
    return value.replace(name, name + MARK, 1) if name else value + MARK

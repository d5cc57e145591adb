"""Typing text into panes, exactly as it is, into as many as wanted in one call."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par import names
from par.errors import CommandError
from par.state import paths
from par.tmux import server
from par.tmux.sessions import NAME

# What a terminal would act on: an ESC [ 2 0 1 ~ in the text would end the bracketed paste
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# From 3.7 on a paste changes bytes that are not UTF-8, unless -S asks for them as they are
PASTES_RAW = r"#{m/r:^(next-)?(3\.([7-9]|[1-9][0-9])|[4-9]|[1-9][0-9])|^master,#{version}}"
FIELDS = (
    "#{pane_id}",
    "#{@par_label}",
    NAME,
    "#{pane_active}",
    "#{window_active}",
    "#{pane_dead}",
    "#{pane_input_off}",
    "#{@par_pane}",
    "#{@par_worktree}",
    "#{@par_data}",
)


class Pane(NamedTuple):
    """A live pane: whose session it is in, and whether it is its window's active or the context's first.

    `is_shown` says that its window is the one that its session shows, `has_first` that the session knows
    which pane is its first. In a workspace `worktree` names the repository whose window it is in.
    """

    id: str
    label: str
    session: str
    is_active: bool
    is_shown: bool
    is_first: bool
    has_first: bool
    is_dead: bool
    is_input_off: bool
    worktree: str


def panes(socket: Path) -> list[Pane]:
    """The panes on the server at `socket`, in the order of their windows; none without a server.

    None of a par with another data folder.
    """
    outcome = server.attempt(socket, "list-panes", "-a", "-F", "\t".join(FIELDS))
    if outcome.is_absent:
        return []
    if outcome.status:
        raise CommandError(f"tmux list-panes: {outcome.stderr.strip()}")
    rows = [line.split("\t") for line in names.lines(outcome.stdout)]
    own = (row[:-1] for row in rows if len(row) == len(FIELDS) and not paths.is_anothers(Path(row[-1])))
    return [_pane(*row) for row in own]


def _pane(
    pane_id: str,
    label: str,
    session: str,
    active: str,
    shown: str,
    dead: str,
    off: str,
    first: str,
    worktree: str,
) -> Pane:
    return Pane(
        id=pane_id,
        label=label,
        session=session,
        is_active=active == "1",
        is_shown=shown == "1",
        is_first=pane_id == first,
        has_first=bool(first),
        is_dead=dead == "1",
        is_input_off=off == "1",
        worktree=worktree,
    )


def send(socket: Path, pane_ids: Iterable[str], text: str, with_enter: bool) -> set[str]:
    """Paste `text` into each pane, then Enter if asked; the ids of the panes that took it.

    Two calls for any number of panes and any size of text. A pane in copy mode leaves it first: keys
    would be taken by the mode. Enter is a paste of its own, so that a program which asked for
    bracketed paste sees it typed.
    """
    buffer = f"par-{os.getpid()}"
    plain = CONTROL.sub("", text)
    if plain:
        server.run(socket, "load-buffer", "-b", buffer, "-", text=plain)
    targets = list(pane_ids)
    lines = [_line(place, target, buffer, bool(plain), with_enter) for place, target in enumerate(targets)]
    last = [f"delete-buffer -b {buffer}"] if plain else []
    enter = f"{buffer}-enter"
    script = [f'set-buffer -b {enter} "\\n"', *lines, *last, f"delete-buffer -b {enter}"]
    said = names.lines(server.attempt_each(socket, script).stdout)
    return {targets[int(line.removeprefix("sent "))] for line in said if line.startswith("sent ")}


def _line(place: int, pane_id: str, buffer: str, with_text: bool, with_enter: bool) -> str:
    steps = [f"copy-mode -q -t {pane_id}"]
    if with_text:
        paste = f"-p -b {buffer} -t {pane_id}"
        steps.append(f"if-shell -F '{PASTES_RAW}' 'paste-buffer -S {paste}' 'paste-buffer {paste}'")
    if with_enter:
        steps.append(f"paste-buffer -b {buffer}-enter -t {pane_id}")
    # Not the pane's id: a message goes through strftime, which takes '%3' for its own
    return " ; ".join([*steps, f"display-message -p 'sent {place}'"])


class Program(NamedTuple):
    """What a pane was started with: its process, and whether it is one that runs first commands."""

    pane_id: str
    pid: int
    is_runner: bool


def programs(socket: Path, target: str) -> list[Program]:
    """The programs of the panes of a session or a window, by its id."""
    whole = ("-s", "-t", f"{target}:") if target.startswith("$") else ("-t", target)
    fields = "#{pane_id} #{pane_pid} #{?@par_jobs,1,0}"
    listed = server.attempt(socket, "list-panes", *whole, "-F", fields).stdout
    rows = [line.split(" ") for line in names.lines(listed)]
    return [Program(pane_id, int(pid), is_runner == "1") for pane_id, pid, is_runner in rows]


def ids(socket: Path, targets: Iterable[str]) -> tuple[str, ...]:
    """The panes of sessions and windows, by their ids."""
    return tuple(each.pane_id for target in targets for each in programs(socket, target))


def texts(socket: Path, pane_ids: Iterable[str], lines: int) -> list[str]:
    """The last `lines` lines of each of these panes, as they were shown, in one call."""
    # What is shown may hold whatever separates one from the next, but for what nobody can know
    mark = f"par-{os.urandom(8).hex()}"
    asked = f"capture-pane -p -J -S -{lines} -t"
    script = [line for pane_id in pane_ids for line in (f"display-message -p {mark}", f"{asked} {pane_id}")]
    return server.attempt_each(socket, script).stdout.split(f"{mark}\n")[1:] if script else []

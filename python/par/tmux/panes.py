"""Typing text into panes, exactly as it is, into as many as wanted in one call."""

import os
import re
import time
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from par import names
from par.errors import CommandError
from par.state import paths
from par.tmux import agents, known_programs, server
from par.tmux.sessions import NAME

# What a terminal would act on: an ESC [ 2 0 1 ~ in the text would end the bracketed paste
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# From 3.7 on a paste changes bytes that are not UTF-8, unless -S asks for them as they are
PASTES_RAW = r"#{m/r:^(next-)?(3\.([7-9]|[1-9][0-9])|[4-9]|[1-9][0-9])|^master,#{version}}"
# How long an agent needs after a paste until it takes an Enter for more than a part of it
PAUSE_SECONDS = 0.15
FIELDS = (
    "#{pane_id}",
    "#{@par_label}",
    NAME,
    "#{session_path}",
    "#{pane_active}",
    "#{window_active}",
    "#{pane_dead}",
    "#{pane_input_off}",
    "#{@par_pane}",
    "#{@par_worktree}",
    "#{pane_pid}",
    agents.SAID_HERE,
    "#{pane_current_command}",
    "#{b:default-shell}",
    "#{@par-agents}",
    "#{@par_state_by}",
    "#{@par_data}",
)


class Pane(NamedTuple):
    """A live pane: whose session it is in, and whether it is its window's active or the context's first.

    `folder` is where its session was started, `is_shown` says that its window is the one that its session
    shows, `has_first` that the session knows which pane is its first. In a workspace `worktree` names the
    repository whose window it is in. `agent` is what the agent in it says of itself; `program` is in front.
    """

    id: str
    label: str
    session: str
    folder: str
    is_active: bool
    is_shown: bool
    is_first: bool
    has_first: bool
    is_dead: bool
    is_input_off: bool
    worktree: str
    pid: int
    agent: str
    program: str
    is_shell: bool
    is_agent: bool


def panes(socket: Path) -> list[Pane]:
    """This par's panes on the server at `socket`, in the order of their windows; none without a server."""
    outcome = server.attempt(socket, "list-panes", "-a", "-F", "\t".join(FIELDS))
    if outcome.is_absent:
        return []
    if outcome.status:
        raise CommandError(f"tmux list-panes: {outcome.stderr.strip()}")
    rows = [line.split("\t") for line in names.lines(outcome.stdout)]
    own = (row[:-1] for row in rows if len(row) == len(FIELDS) and not paths.is_anothers(row[-1]))
    return [_pane(*row) for row in own]


def _pane(
    pane_id: str,
    label: str,
    session: str,
    folder: str,
    active: str,
    shown: str,
    dead: str,
    off: str,
    first: str,
    worktree: str,
    pid: str,
    said: str,
    program: str,
    default_shell: str,
    own_agents: str,
    said_by: str,
) -> Pane:
    agent = agents.agent(said).state
    return Pane(
        id=pane_id,
        label=label,
        session=session,
        folder=folder,
        is_active=active == "1",
        is_shown=shown == "1",
        is_first=pane_id == first,
        has_first=bool(first),
        is_dead=dead == "1",
        is_input_off=off == "1",
        worktree=worktree,
        pid=int(pid or 0),
        agent=agent,
        program=program,
        is_shell=known_programs.is_shell(program, default_shell),
        # What was said at a prompt makes no agent of the program that was started there since
        is_agent=bool(agent and said_by) or known_programs.is_agent(program, own_agents),
    )


def send(
    socket: Path, pane_ids: Iterable[str], text: str, with_enter: bool, pausing: Container[str] = ()
) -> set[str]:
    """Paste `text` into each pane, then Enter if asked; the ids of the panes that took it.

    Two calls for any number of panes and any size of text. A pane in copy mode leaves it first: keys
    would be taken by the mode. Enter is a paste of its own, so that a program which asked for
    bracketed paste sees it typed; those that are `pausing` get it a moment later. A single line that begins
    with a slash is pasted without the brackets, as typed: some agents take a command in them for text.
    """
    buffer = f"par-{os.getpid()}"
    plain = CONTROL.sub("", text)
    paste = _loaded(socket, buffer, plain) if plain else ""
    targets = [*pane_ids]
    later = {each for each in targets if plain and with_enter and each in pausing}
    steps = {
        each: _steps(each, paste, buffer if with_enter and each not in later else "") for each in targets
    }
    took = _typed(socket, steps, buffer, bool(plain))
    if waiting := [each for each in targets if each in later & took]:
        time.sleep(PAUSE_SECONDS)
        took -= later - _typed(socket, {each: _steps(each, "", buffer) for each in waiting}, buffer, False)
    return took


def _loaded(socket: Path, buffer: str, plain: str) -> str:
    """Put a text into a buffer of tmux's; the command that pastes it, but for the pane."""
    loading = ("load-buffer", "-b", buffer, "-", ";", "display-message", "-p", PASTES_RAW)
    is_raw = server.run(socket, *loading, text=plain).strip() == "1"
    is_command = plain.startswith("/") and "\n" not in plain
    options = [*(["-S"] if is_raw else []), *([] if is_command else ["-p"])]
    return " ".join(["paste-buffer", *options, "-b", buffer])


def _typed(socket: Path, steps: Mapping[str, str], buffer: str, with_text: bool) -> set[str]:
    """Do the steps of each pane; the panes that took them."""
    targets = [*steps]
    # Not the pane's id: a message goes through strftime, which takes '%3' for its own
    lines = [f"{steps[each]} ; display-message -p 'sent {place}'" for place, each in enumerate(targets)]
    last = [f"delete-buffer -b {buffer}"] if with_text else []
    script = [f'set-buffer -b {buffer}-enter "\\n"', *lines, *last, f"delete-buffer -b {buffer}-enter"]
    said = names.lines(server.attempt_each(socket, script).stdout)
    return {targets[int(line.removeprefix("sent "))] for line in said if line.startswith("sent ")}


def _steps(pane_id: str, paste: str, buffer: str) -> str:
    steps = [f"copy-mode -q -t {pane_id}"]
    if paste:
        steps.append(f"{paste} -t {pane_id}")
    if buffer:
        steps.append(f"paste-buffer -b {buffer}-enter -t {pane_id}")
    return " ; ".join(steps)


class Program(NamedTuple):
    """What a pane was started with: its process, and whether it is one that runs first commands."""

    pane_id: str
    pid: int
    is_runner: bool


def programs(socket: Path, target: str) -> list[Program]:
    """The programs of the panes of a session or a window, by its id."""
    whole = ("-s", "-t", f"{target}:") if target.startswith("$") else ("-t", target)
    fields = "#{pane_id} #{pane_pid} #{?#{||:#{@par_jobs},#{@par_run}},1,0}"
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

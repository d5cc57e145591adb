"""The panes of a server: which there are, what runs in them, and what they show."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from par import names
from par.errors import CommandError
from par.state import paths
from par.tmux import agents, known_programs, server
from par.tmux.server import Outcome
from par.tmux.sessions import NAME

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
    with asked(socket) as told:
        return told()


@contextmanager
def asked(socket: Path) -> Iterator[Callable[[], list[Pane]]]:
    """As `panes`, for a body that looks at something else meanwhile."""
    with server.begun(socket, "list-panes", "-a", "-F", "\t".join(FIELDS)) as left:
        yield lambda: _panes(left())


def _panes(outcome: Outcome) -> list[Pane]:
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


class Program(NamedTuple):
    """What a pane was started with: its process, and whether it is one that runs first commands."""

    pane_id: str
    pid: int
    is_runner: bool


class Shown(NamedTuple):
    """The programs in the panes of a session, and the text of its active one."""

    programs: tuple[Program, ...] = ()
    text: str = ""


@contextmanager
def shown_asked(socket: Path, session_id: str | None, lines: int) -> Iterator[Callable[[], Shown]]:
    """For a body that does something else meanwhile: what a session has in its panes, in one call.

    The text is the last `lines` lines of the active one. Nothing is in one that is None.
    """
    if session_id is None:
        yield Shown
        return
    mark, target = server.mark(), f"{session_id}:"
    chain = (*_listing(session_id), ";", "display-message", "-p", mark)
    with server.begun(socket, *chain, ";", *_capturing(lines), target) as left:
        yield lambda: _shown(*left().stdout.partition(f"{mark}\n"))


def _shown(listed: str, _mark: str, text: str) -> Shown:
    return Shown(_programs(listed), text)


def _listing(target: str) -> tuple[str, ...]:
    whole = ("-s", "-t", f"{target}:") if target.startswith("$") else ("-t", target)
    return ("list-panes", *whole, "-F", "#{pane_id} #{pane_pid} #{?#{||:#{@par_jobs},#{@par_run}},1,0}")


def _programs(listed: str) -> tuple[Program, ...]:
    rows = (line.split(" ") for line in names.lines(listed))
    return tuple(Program(pane_id, int(pid), is_runner == "1") for pane_id, pid, is_runner in rows)


def ids(socket: Path, targets: Iterable[str]) -> tuple[str, ...]:
    """The panes of sessions and windows, by their ids."""
    listed = (server.attempt(socket, *_listing(target)).stdout for target in targets)
    return tuple(each.pane_id for said in listed for each in _programs(said))


def texts(socket: Path, pane_ids: Iterable[str], lines: int) -> list[str]:
    """The last `lines` lines of each of these panes, as they were shown, in one call."""
    mark, asked = server.mark(), " ".join(_capturing(lines))
    script = [line for pane_id in pane_ids for line in (f"display-message -p {mark}", f"{asked} {pane_id}")]
    return server.attempt_each(socket, script).stdout.split(f"{mark}\n")[1:] if script else []


def _capturing(lines: int) -> tuple[str, ...]:
    return ("capture-pane", "-p", "-J", "-S", f"-{lines}", "-t")

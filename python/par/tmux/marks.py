"""What par wrote on the sessions of a server, whichever they are: for putting it right."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from par import names
from par.errors import CommandError
from par.model import Context
from par.state import paths
from par.tmux import server
from par.tmux.server import Outcome
from par.tmux.sessions import NAME, OPTIONS, argument

FIELDS = (
    *("#{session_id}", NAME, "#{session_path}", "#{@par_label}", "#{@par_kind}"),
    *("#{@par_branch}", "#{@par_adopted}", "#{@par_path}", "#{@par_data}"),
)


class Marked(NamedTuple):
    """A session and its marks, as they are on it; `label` is empty on one that par did not mark."""

    socket: Path
    id: str
    name: str
    folder: str
    label: str
    kind: str
    branch: str
    is_adopted: bool
    path: str


def marked(socket: Path) -> list[Marked]:
    """The sessions of the server at `socket`, none where no server runs. Raises CommandError.

    Those of a par with another data folder are not among them.
    """
    outcome = server.attempt(socket, "list-sessions", "-F", "\t".join(FIELDS))
    if outcome.is_absent:
        return []
    if outcome.status:
        raise CommandError(f"tmux list-sessions: {outcome.stderr.strip()}")
    rows = [line.split("\t") for line in names.lines(outcome.stdout)]
    own = (row[:-1] for row in rows if len(row) == len(FIELDS) and not paths.is_anothers(row[-1]))
    return [_marked(socket, row) for row in own]


def folders(socket: Path, session_id: str) -> list[Path]:
    """Where a session was started, and where its active pane is now; only what is still there."""
    wanted = f"#{{==:#{{session_id}},{session_id}}}"
    asked = ("list-sessions", "-f", wanted, "-F", "#{session_path}\t#{pane_current_path}")
    said = server.run(socket, *asked).rstrip("\n").split("\t")
    return [Path(each) for each in dict.fromkeys(said) if each and Path(each).is_dir()]


def taken_names(socket: Path) -> frozenset[str]:
    """The names of all sessions on the server at `socket`, whosever they are. Raises CommandError."""
    with names_asked(socket) as told:
        return told()


@contextmanager
def names_asked(socket: Path) -> Iterator[Callable[[], frozenset[str]]]:
    """As `taken_names`, for a body that asks something else meanwhile."""
    with server.begun(socket, "list-sessions", "-F", NAME) as left:
        yield lambda: _names(left())


def _names(outcome: Outcome) -> frozenset[str]:
    if outcome.status and not outcome.is_absent:
        raise CommandError(f"tmux list-sessions: {outcome.stderr.strip()}")
    return frozenset(names.lines(outcome.stdout))


def _marked(socket: Path, row: list[str]) -> Marked:
    id_, name, folder, label, kind, branch, adopted, path = row
    return Marked(socket, id_, name, folder, label, kind, branch, adopted == "1", path)


def unmark(session: Marked) -> None:
    """Take par's marks off a session and its windows, so that it goes on as any other."""
    listed = ("list-windows", "-t", f"{session.id}:", "-F", "#{window_id}\t#{@par_context}")
    rows = [row.split("\t") for row in names.lines(server.attempt(session.socket, *listed).stdout)]
    windows = [row[0] for row in rows if row[1:] == [session.label]]
    script = [
        f"set-option -w -u -t {window_id} {option}"
        for window_id in windows
        for option in ("@par_context", "@par_worktree")
    ]
    script += [f"set-option -u -t '{session.id}:' {option}" for option in OPTIONS]
    server.run(session.socket, "source-file", "-", text="\n".join([*script, ""]))


def mark_worktrees(context: Context, session_id: str) -> None:
    """Write on the session which repositories its context has now, and the branch it is on."""
    target = f"{session_id}:"
    repositories = ("set-option", "-t", target, "@par_repo", argument(context.place))
    branch = ("set-option", "-t", target, "@par_branch", argument(context.branch))
    server.run(context.socket, *repositories, ";", *branch)

"""What par wrote on the sessions of a server, whichever they are: for putting it right."""

from pathlib import Path
from typing import NamedTuple

from par import names
from par.errors import CommandError
from par.model import Context
from par.tmux import server
from par.tmux.sessions import NAME, OPTIONS, argument

FIELDS = (
    *("#{session_id}", NAME, "#{@par_label}", "#{@par_kind}"),
    *("#{@par_branch}", "#{@par_adopted}", "#{@par_path}"),
)


class Marked(NamedTuple):
    """A session and its marks, as they are on it; `label` is empty on one that par did not mark."""

    socket: Path
    id: str
    name: str
    label: str
    kind: str
    branch: str
    is_adopted: bool
    path: str


def marked(socket: Path) -> list[Marked]:
    """All sessions of the server at `socket`, none where no server runs. Raises CommandError."""
    outcome = server.attempt(socket, "list-sessions", "-F", "\t".join(FIELDS))
    if outcome.is_absent:
        return []
    if outcome.status:
        raise CommandError(f"tmux list-sessions: {outcome.stderr.strip()}")
    rows = [line.split("\t") for line in names.lines(outcome.stdout)]
    return [_marked(socket, *row) for row in rows if len(row) == len(FIELDS)]


def _marked(
    socket: Path, id_: str, name: str, label: str, kind: str, branch: str, adopted: str, path: str
) -> Marked:
    return Marked(socket, id_, name, label, kind, branch, adopted == "1", path)


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

"""The tmux sessions of contexts: listing, making, marking and killing them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from par import names
from par.errors import CommandError
from par.model import Context, Kind, Session
from par.state import paths
from par.tmux import agents, server, window_list, windows
from par.tmux.server import Outcome
from par.tmux.sockets import current_pane

# A runner that was killed reported nothing: then no pane of its window is alive
ALIVE = "#{W:#{P:#{?#{&&:#{@par_jobs},#{==:#{pane_dead},0}},1,}}}"
INIT = f"#{{?#{{==:#{{@par_init}},running}},#{{?{ALIVE},running,failed}},#{{@par_init}}}}"
# The older par-cli asked for dots, which tmux itself replaced before 3.7; the index has it so
NAME = "#{s/[.]/_/:session_name}"
FIELDS = (
    "#{session_id}",
    NAME,
    "#{session_path}",
    "#{@par_label}",
    *("#{session_attached}", "#{session_last_attached}", windows.FIRST_PANE),
    INIT,
    "#{@par_adopted}",
    agents.SAID,
    "#{@par_data}",
)
# All that par ever writes on a session
OPTIONS = (
    *("@par_label", "@par_kind", "@par_repo", "@par_branch", "@par_path"),
    *("@par_pane", "@par_init", "@par_state", "@par_adopted", "@par_data"),
)
# A pane may be shown in the control center too: its window says whose it is, whatever session shows it
OWNER = "#{?@par_context,#{@par_context},#{@par_label}}"


def sessions(socket: Path) -> list[Session]:
    """The sessions on the server at `socket`, with what par keeps on them; none where no server runs.

    None of a par with another data folder. One call. Raises CommandError where the server does not answer.
    """
    with asked(socket) as told:
        return told()


@contextmanager
def asked(socket: Path) -> Iterator[Callable[[], list[Session]]]:
    """As `sessions`, for a body that looks at something else meanwhile."""
    pane = current_pane(socket)
    own = (";", "display-message", "-p", "-t", pane, f"here\t{OWNER}") if pane else ()
    with server.begun(socket, "list-sessions", "-F", "\t".join(FIELDS), *own) as left:
        yield lambda: _sessions(left())


def _sessions(outcome: Outcome) -> list[Session]:
    if outcome.is_absent:
        return []
    if outcome.status:
        raise CommandError(f"tmux list-sessions: {outcome.stderr.strip()}")
    rows = [line.split("\t") for line in names.lines(outcome.stdout)]
    here = next((row[1] for row in rows if row[0] == "here"), "")
    own = (row[:-1] for row in rows if len(row) == len(FIELDS) and not paths.is_anothers(row[-1]))
    return [_session(row, here) for row in own]


def _session(row: list[str], here: str) -> Session:
    session_id, name, folder, label, attached, last_attached, pane_id, init, adopted, told = row
    clients, last, is_current = int(attached), int(last_attached or 0), label == here != ""
    # By position: by name a NamedTuple takes twice as long
    seen = (session_id, name, folder, label, clients, last, pane_id, init)
    return Session(*seen, *agents.agent(told), is_current, adopted == "1")


def session_of(context: Context) -> Session | None:
    """The live session that is marked as that of `context`, if there is one. Raises CommandError."""
    return next((each for each in sessions(context.socket) if each.label == context.label), None)


def create(context: Context) -> str:
    """Make the session of `context` in its folder, marked with what is known of it; the session's id.

    That of a workspace has a window for each repository too. One call, so that none is ever left unmarked.
    Where its name was given away meanwhile it gets another. Raises CommandError.
    """
    # An index that par did not write may ask for more than a name: tmux would expand formats in it
    name = names.session_name(context.session)
    try:
        return _create(context, name)
    except CommandError as error:
        if "duplicate session" not in error.message:
            raise
    return _create(context, f"{name}-{names.digest(context.root)}")


def _create(context: Context, name: str) -> str:
    target = f"={name}:"
    homes = context.worktrees if context.kind is Kind.WORKSPACE else ()
    own = windows.first_environment(context)
    commands = [
        ("new-session", "-d", "-s", name, "-n", names.plain(context.label), *own),
        ("set-environment", "-u", "-t", target, "PAR_PROMPT"),  # no other pane has it
        server.stays(target),
        *_marks(context, target),
        agents.listening(),
        *(each for home in homes for each in windows.creation_commands(context, home, target)),
        ("display-message", "-p", "-t", target, "#{session_id}"),
    ]
    return server.start_script(context.socket, commands, context.root).strip()


def mark(context: Context, session_id: str) -> None:
    """Write on a session that has lost its marks whose it is; its first pane is the context's."""
    inner = windows.marking_commands(context, session_id) if context.kind is Kind.WORKSPACE else []
    server.run_script(context.socket, [*_marks(context, f"{session_id}:"), *inner, agents.listening()])


def adopt(context: Context, session_id: str) -> None:
    """Mark a session that was there before par as that of `context`. Raises CommandError."""
    target = f"{session_id}:"
    adopted = ("set-option", "-t", target, "@par_adopted", "1")
    server.run_script(context.socket, [*_marks(context, target, first=target), adopted, agents.listening()])


def release(context: Context, session: Session) -> None:
    """Kill a session as `kill`; one that par did not make only loses its marks and goes on."""
    if session.is_ours:
        kill(context, session.id)
        return
    rows = _rows(context.socket)
    marked, script = {row[1] for row in rows if row[0] == "window" and row[3] == context.label}, []
    for center in (row[1] for row in rows if row[0] == "session" and row[2] == names.CENTER):
        shown = {row[1] for row in rows if row[0] == "window" and row[2] == center}
        script += [f"unlink-window -t '{center}:{window_id}'" for window_id in sorted(marked & shown)]
    for window_id in sorted(marked):
        script += [f"set-option -w -u -t {window_id} @par_context", *window_list.clearing_commands(window_id)]
    script += [f"set-option -u -t '{session.id}:' {option}" for option in OPTIONS]
    server.attempt_each(context.socket, script)


def _marks(context: Context, target: str, first: str = "") -> list[tuple[str, ...]]:
    """The commands that mark a session, and `first`, else the first pane of its first window."""
    facts = {
        "@par_label": context.label,
        "@par_kind": context.kind.value,
        "@par_repo": context.place,
        "@par_branch": context.branch,
        "@par_path": context.folder,
        "@par_data": str(paths.data()),
    }
    is_workspace = context.kind is Kind.WORKSPACE  # whose first window is of none of its repositories
    first = first or f"{target}{{start}}.{{top-left}}"
    context_mark = ("set-option", "-w", "-t", first, "@par_context", context.label)
    return [
        *(("set-option", "-t", target, option, server.line(value)) for option, value in facts.items()),
        ("set-option", "-F", "-t", first, "@par_pane", "#{pane_id}"),
        *([] if is_workspace else [context_mark]),
    ]


def argument(value: str) -> str:
    """`value` as one argument of a chain: on one line, and never the end of a command."""
    return server.ended(server.line(value))


def kill(context: Context, session_id: str) -> None:
    """Kill a session and the windows of its context, wherever they are linked; its clients go on.

    A client that shows one of them is switched to its last session, else to any other one; only
    where there is no other session is it detached, as tmux does.
    """
    rows = _rows(context.socket)
    windows = [row for row in rows if row[0] == "window"]
    theirs = {row[1] for row in windows if paths.is_anothers(row[5])}
    ours = {row[1] for row in windows if row[3] == context.label or row[2:5:2] == [session_id, "1"]} - theirs
    survivors = {row[2] for row in windows if row[1] not in ours and row[2] != session_id}
    script = [
        f"switch-client -c '{client}' -t '{_refuge(survivors, last, rows)}:'"
        for _, client, shown, last, *_ in (row for row in rows if row[0] == "client")
        if shown not in survivors and survivors
    ]
    script += [f"kill-window -t {window_id}" for window_id in sorted(ours)]
    server.attempt_each(context.socket, [*script, f"kill-session -t '{session_id}'"])


def _rows(socket: Path) -> list[list[str]]:
    windows = "window\t#{window_id}\t#{session_id}\t#{@par_context}\t#{window_linked_sessions}\t#{@par_data}"
    clients = "client\t#{client_name}\t#{session_id}\t#{client_last_session}\t"
    named = "session\t#{session_id}\t#{session_name}\t\t"
    chain = ("list-windows", "-a", "-F", windows, ";", "list-sessions", "-F", named)
    said = server.attempt(socket, *chain, ";", "list-clients", "-F", clients).stdout
    return [line.split("\t") for line in names.lines(said)]


def _refuge(survivors: set[str], last: str, rows: list[list[str]]) -> str:
    wanted = next((row[1] for row in rows if row[0] == "session" and row[2] == last), "")
    return wanted if wanted in survivors else min(survivors, key=lambda each: int(each[1:]))

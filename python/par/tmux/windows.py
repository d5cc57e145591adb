"""The windows of a workspace: one for each of its repositories, beside the first one in its root."""

from collections.abc import Collection

from par import names
from par.model import Context, Kind, Worktree
from par.tmux import server

# Of a session, its first pane, if that is still there
FIRST_PANE = "#{W:#{P:#{?#{==:#{pane_id},#{@par_pane}},#{pane_id},}}}"


def creation_commands(context: Context, worktree: Worktree, target: str) -> list[tuple[str, ...]]:
    """The commands that put the window of `worktree` behind the others of the session at `target`."""
    last = f"{target}{{end}}"
    started = ("-c", "#{@_par_folder}", *environment(worktree))
    return [
        # By way of an option: in what `-c` is given itself tmux would expand formats
        ("set-option", "-t", target, "@_par_folder", worktree.folder),
        ("new-window", "-d", "-a", "-t", last, "-n", _name(context, worktree), *started),
        ("set-option", "-u", "-t", target, "@_par_folder"),
        *_marks(context, worktree, last),
    ]


def add_first(context: Context, session_id: str) -> None:
    """Make the first pane of the session again, in a window before all others. Raises CommandError."""
    target = f"{session_id}:"
    first = f"{target}{{start}}"
    named = ("-n", names.plain(context.label), "-c", "#{@_par_folder}")
    owned = [] if context.kind is Kind.WORKSPACE else [("@par_context", context.label)]
    commands = [
        ("set-option", "-t", target, "@_par_folder", context.folder),
        ("new-window", "-d", "-b", "-t", first, *named),
        ("set-option", "-u", "-t", target, "@_par_folder"),
        ("set-option", "-F", "-t", f"{first}.{{top-left}}", "@par_pane", "#{pane_id}"),
        *(("set-option", "-w", "-t", first, *mark) for mark in owned),
    ]
    server.run_script(context.socket, commands)


def add(context: Context, session_id: str, worktree: Worktree) -> None:
    """Make the window of a repository that the workspace `context` got later. Raises CommandError."""
    server.run_script(context.socket, creation_commands(context, worktree, f"{session_id}:"))


def kill(context: Context, names_gone: Collection[str]) -> None:
    """Kill the windows of these worktrees of the workspace `context`, wherever they are linked."""
    script = [f"kill-window -t {window_id}" for window_id in window_ids(context, names_gone)]
    if script:
        server.attempt_each(context.socket, script)


def window_ids(context: Context, worktrees: Collection[str]) -> list[str]:
    """The ids of the windows that belong to the worktrees of `context` with these names."""
    fields = "#{window_id}\t#{@par_context}\t#{@par_worktree}\t#{@par_layout}"
    rows = [
        row.split("\t")
        for row in names.lines(server.attempt(context.socket, "list-windows", "-a", "-F", fields).stdout)
    ]
    shown = {server.line(name) for name in worktrees}
    owned = {f"{context.label}/{name}" for name in shown}
    return sorted(
        {row[0] for row in rows if (row[1] == context.label and row[2] in shown) or row[3] in owned}
    )


def worktrees(context: Context) -> set[str]:
    """The names of the worktrees of the workspace `context` that have a window, as tmux has them."""
    listed = server.attempt(context.socket, "list-windows", "-a", "-F", "#{@par_context}\t#{@par_worktree}")
    rows = (row.split("\t") for row in names.lines(listed.stdout))
    return {row[1] for row in rows if row[0] == context.label}


def select(context: Context, session_id: str, worktree: Worktree) -> bool:
    """Make the window of `worktree` the current one of the session; whether there is one."""
    ids = sorted(window_ids(context, [worktree.name]), key=lambda each: int(each[1:]))
    return any(
        server.attempt(context.socket, "select-window", "-t", f"{session_id}:{id_}").status == 0
        for id_ in ids
    )


def owner(context: Context, worktree: Worktree) -> str:
    """The mark of a window that a layout added for a worktree of this context."""
    return f"{context.label}/{worktree.name}"


def marking_commands(context: Context, session_id: str) -> list[tuple[str, ...]]:
    """The commands that mark the windows of a session which has lost its marks, but not their names."""
    listed = ("list-windows", "-t", f"{session_id}:", "-F", "#{window_name}\t#{window_id}")
    rows = (row.split("\t") for row in names.lines(server.run(context.socket, *listed)))
    ids = {row[0]: row[1] for row in rows if len(row) == 2}
    pairs = ((worktree, ids.get(_name(context, worktree))) for worktree in context.worktrees)
    return [each for worktree, id_ in pairs if id_ for each in _marks(context, worktree, id_)]


def _name(context: Context, worktree: Worktree) -> str:
    return names.plain(f"{context.label}/{worktree.name}")


def _marks(context: Context, worktree: Worktree, target: str) -> list[tuple[str, ...]]:
    return [
        ("set-option", "-w", "-t", target, "@par_context", context.label),
        ("set-option", "-w", "-t", target, "@par_worktree", server.line(worktree.name)),
    ]


def first_environment(context: Context) -> tuple[str, ...]:
    """As `environment`, for the first pane of a session: the prompt too that its program is handed."""
    own = () if context.kind is Kind.WORKSPACE else environment(context.worktrees[0])
    return own if context.prompt is None else (*own, "-e", f"PAR_PROMPT={context.prompt}")


def environment(worktree: Worktree) -> tuple[str, ...]:
    """The arguments that let tmux start a program with the environment of `worktree`."""
    return tuple(each for name, value in worktree.env for each in ("-e", f"{name}={value}"))

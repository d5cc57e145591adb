"""A context's session is called and marked as another label; what runs in it goes on."""

from pathlib import Path

from par import names
from par.model import Context, Kind, Session
from par.state import paths
from par.tmux import server

FIELDS = "#{window_id}\t#{session_id}\t#{@par_context}\t#{@par_layout}\t#{@par_data}\t#{window_name}"


def rename(was: Context, now: Context, session: Session) -> None:
    """Let the session and the windows of `was`, wherever they are linked, be those of `now`. One call.

    A session or a window that the user called otherwise keeps its name; new windows begin in the new folder.
    Raises CommandError.
    """
    target = f"{session.id}:"
    facts = {"@par_label": now.label, "@par_branch": now.branch, "@par_path": now.folder}
    marks = [("set-option", "-t", target, option, server.line(value)) for option, value in facts.items()]
    commands = [*marks, *_windows(was, now, session)]
    if now.kind is not Kind.WORKSPACE:
        changed = {*now.worktrees[0].env} - {*was.worktrees[0].env}
        commands += [("set-environment", "-t", target, *pair) for pair in sorted(changed)]
    server.run_script(now.socket, commands)
    if session.is_ours and names.session_name(session.name) == names.session_name(was.session):
        # Another may have got the name meanwhile: then it keeps the one it has
        server.attempt(now.socket, "rename-session", "-t", target, names.session_name(now.session))
    if not session.is_adopted:
        _begin_in(now, target)


def _windows(was: Context, now: Context, session: Session) -> list[tuple[str, ...]]:
    """The commands that mark the windows, and rename those that are called as par called them."""
    listed = names.lines(server.attempt(now.socket, "list-windows", "-a", "-F", FIELDS).stdout)
    rows = [line.split("\t", 5) for line in listed]
    theirs = {row[0] for row in rows if paths.is_anothers(Path(row[4]))}
    before, after = names.plain(was.label), names.plain(now.label)
    commands: list[tuple[str, ...]] = []
    for id_, inside, context, layout, _, name in (row for row in rows if row[0] not in theirs):
        # The first window of a workspace is marked as nobody's; tmux would expand formats in a name that a
        # program gave its window
        is_first = not context and inside == session.id and name == before
        is_named_so = name == before or name.startswith(f"{before}/")
        if is_first or (context == was.label and is_named_so and name == names.plain(name)):
            commands.append(("rename-window", "-t", id_, after + name.removeprefix(before)))
        if context == was.label:
            commands.append(("set-option", "-w", "-t", id_, "@par_context", now.label))
        if layout.startswith(f"{was.label}/"):
            place = layout.removeprefix(f"{was.label}/")
            commands.append(("set-option", "-w", "-t", id_, "@par_layout", f"{now.label}/{place}"))
    return commands


def _begin_in(now: Context, target: str) -> None:
    """Let what is opened in the session begin in its folder as it is called now.

    tmux sets that before it finds that the caller is no terminal which it could show the session on. The
    folder comes by way of an option: in what `-c` is given itself tmux would expand formats.
    """
    told = ("set-option", "-t", target, "@_par_folder", server.ended(now.folder))
    server.attempt(now.socket, *told, ";", "attach-session", "-t", target, "-c", "#{@_par_folder}")
    server.attempt(now.socket, "set-option", "-u", "-t", target, "@_par_folder")

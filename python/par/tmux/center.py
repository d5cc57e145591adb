"""The control center's session: which windows it shows, and bringing it up to date in one call."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from par import names
from par.errors import CommandError
from par.tmux import agents, server, window_list

NAME = names.CENTER
TARGET = f"={NAME}:"
FIELDS = (
    "#{window_id}",
    "#{session_name}",
    "#{@par_center}",
    "#{?@par_context,#{@par_context},#{@par_shows}}",
    "#{window_linked_sessions}",
    "#{?@par_label,#{@par_label},#{@par_remote}}",
    "#{s/\n/ /:pane_current_path}",
    window_list.FIELD,
)


class Window(NamedTuple):
    """A window of a context, by tmux's id."""

    id: str
    label: str


class Change(NamedTuple):
    """The windows that the control center is to show, in order, and what that takes.

    `is_taken`: a session of that name is there which par did not make. `copy` is a free name for one that
    only shows the folders of contexts: tmux-resurrect made it, without marks. `formats` are the commands
    after which the list of windows says what runs in them.
    """

    wanted: tuple[Window, ...]
    missing: tuple[Window, ...]
    surplus: tuple[str, ...]
    is_there: bool
    is_taken: bool
    copy: str = ""
    formats: tuple[str, ...] = ()


def compare(socket: Path, roots: Mapping[str, Path]) -> Change:
    """What the control center shows, against the first windows of the contexts, whose `roots` it is given.

    Behind them come those that show contexts of hosts.
    """
    mark = server.mark()
    asked = (*window_list.question(mark), "list-windows", "-a", "-F", "\t".join(FIELDS))
    *defaults, listed = server.attempt(socket, *asked).stdout.split(f"{mark}\n")
    formats = [each.removesuffix("\n") for each in defaults]
    rows = [line.split("\t", len(FIELDS) - 1) for line in names.lines(listed)]
    now = {row[0]: row[-1] for row in rows}
    inside = [row for row in rows if row[1] == NAME]
    is_copy = bool(inside) and all(_is_copied(row, roots) for row in inside)
    copy = names.free(f"{NAME}-2", {row[1] for row in rows}) if is_copy else ""
    inside = [] if copy else inside
    ids = {row[0] for row in inside}
    there = sorted({row[3] for row in rows if ":" in row[3] and row[3] == row[5]})
    wanted = _first_windows(rows, {label: place for place, label in enumerate([*roots, *there])})
    keep = {window.id for window in wanted}
    return Change(
        wanted=wanted,
        missing=tuple(window for window in wanted if window.id not in ids),
        # A window that only the control center still holds runs somebody's program: it stays
        surplus=tuple(row[0] for row in inside if row[3] and row[0] not in keep and int(row[4]) > 1),
        is_there=bool(inside),
        is_taken=any(row[2] != "1" for row in inside),
        copy=copy,
        formats=tuple(
            command
            for window in wanted
            for command in window_list.commands(formats, window.id, now[window.id])
        ),
    )


def _first_windows(rows: list[list[str]], places: Mapping[str, int]) -> tuple[Window, ...]:
    """The windows of the contexts that have a place, in that order."""
    alive = {Window(row[0], row[3]): places[row[3]] for row in rows if row[3] in places and row[5] == row[3]}
    return tuple(sorted(alive, key=lambda window: (alive[window], int(window.id[1:]))))


def _is_copied(row: list[str], roots: Mapping[str, Path]) -> bool:
    _, _, is_ours, label, _, _, folder, _ = row
    return not (is_ours or label) and any(Path(folder).is_relative_to(root) for root in roots.values())


def apply(socket: Path, change: Change) -> str:
    """Link what is missing, unlink what is surplus, in one call; the id of the session.

    Windows are linked, not made: what runs in them is seen and can be typed to. Raises CommandError.
    """
    script = [f"rename-session -t {TARGET} {change.copy}"] if change.copy else []
    missing = list(change.missing)
    if not change.is_there:
        first = missing.pop(0)
        script.append(f"new-session -d -s {NAME} 'exec sleep 60'")
        script.append(" ".join(server.stays(TARGET)))
        script.append(f"set-option -t {TARGET} @par_center 1")
        script.append(f"link-window -d -k -s {first.id} -t '{TARGET}{{start}}'")
    script += [f"link-window -d -a -s {window.id} -t '{TARGET}{{end}}'" for window in missing]
    script += [f"unlink-window -t '{TARGET}{window_id}'" for window_id in change.surplus]
    script.append(server.script([agents.listening()]))
    script += change.formats
    script.append(f"display-message -p -t {TARGET} '#{{session_id}}'")
    outcome = server.attempt_each(socket, script)
    session_id = outcome.stdout.strip().rpartition("\n")[2]
    if not session_id.startswith("$"):
        raise CommandError(f"tmux: {outcome.stderr.strip() or outcome.stdout.strip()}")
    return session_id

"""The windows in which `par run` runs a command, behind the others of a context's session."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from par import names
from par.tmux import server

# Marks the windows, whatever their names, with the call they belong to
MARK = "@par_run"


class Wanted(NamedTuple):
    """A program, a list of words, for a window called `name` in a session; `key` tells it from others."""

    key: str
    session_id: str
    name: str
    words: Sequence[str]


def begin(socket: Path, run_id: str, wanted: Iterable[Wanted]) -> dict[str, str]:
    """Run each program in a window of its own; the ids of their panes by key, of those that could begin.

    The pane of a program that ends stays. One call.
    """
    said = server.attempt_each(socket, [_line(each, run_id) for each in wanted]).stdout
    return dict(line.split(" ", 1)[::-1] for line in names.lines(said) if line.startswith("%"))


def _line(wanted: Wanted, run_id: str) -> str:
    last = f"{wanted.session_id}:{{end}}"
    begun = f"#{{pane_id}} {wanted.key}"
    window = ("new-window", "-d", "-a", "-P", "-F", begun, "-t", last, "-n", names.plain(wanted.name))
    chain = [
        (*window, "--", *wanted.words),
        ("set-option", "-w", "-t", last, "remain-on-exit", "on"),
        ("set-option", "-w", "-t", last, MARK, run_id),
    ]
    return server.script(chain)


def close_ended(socket: Path, session_ids: Iterable[str], run_id: str) -> None:
    """Close the windows that other runs left in these sessions, where their programs have ended."""
    fields = "#{session_id} #{window_id} #{?#{&&:#{pane_dead},#{@par_run}},1,0} #{@par_run}"
    rows = [
        line.split(" ", 3)
        for line in names.lines(server.attempt(socket, "list-panes", "-a", "-F", fields).stdout)
    ]
    wanted = {*session_ids}
    old = {row[1] for row in rows if row[0] in wanted and row[2] == "1" and row[3] != run_id}
    server.attempt_each(socket, [f"kill-window -t {window_id}" for window_id in sorted(old)])


def loss(socket: Path, session_id: str, pane_id: str) -> str:
    """What became of the pane of a program that ended without a word."""
    said = server.attempt(socket, "list-panes", "-a", "-F", "#{session_id} #{pane_id}").stdout
    rows = [line.split(" ") for line in names.lines(said)]
    if not any(row[0] == session_id for row in rows):
        return "its session was killed"
    return "it was killed" if [session_id, pane_id] in rows else "its window was killed"


def stop(socket: Path, pane_ids: Iterable[str]) -> None:
    """Close panes, and so end what runs in them."""
    server.attempt_each(socket, [f"kill-pane -t {pane_id}" for pane_id in pane_ids])

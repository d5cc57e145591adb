"""The window `init` of a context's session, and `@par_init`, which says how the commands in it go."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from par import names
from par.tmux import server
from par.tmux.sessions import argument

NAME = "init"
# Marks the windows, whatever their names
MARK = "@par_jobs"
MOST_PANES = 9
# Of a program that was killed nothing else is known
ON_DEATH = 'if-shell -F "#{!=:#{pane_dead_status},0}" "set-option @par_init failed"'
IS_ALONE = "#{&&:#{==:#{session_windows},1},#{==:#{window_panes},1}}"


def set_init(socket: Path, session_id: str, init: str) -> None:
    """Write `init` on a session. Raises CommandError."""
    server.run(socket, *_set_init(session_id, init))


def begin(socket: Path, session_id: str, init: str, programs: Sequence[Sequence[str]]) -> None:
    """Write `init`, and run each program, a list of words, in a pane of a window behind all others.

    One call for a window. The pane of a program that ends stays. Raises CommandError.
    """
    for first in range(0, len(programs) or 1, MOST_PANES):
        window = _window(f"{session_id}:{{end}}", programs[first : first + MOST_PANES])
        # A program of an earlier window may have failed already, which counts more
        server.run(socket, *(window[1:] if first else (*_set_init(session_id, init), *window)))


def _window(last: str, programs: Sequence[Sequence[str]]) -> list[str]:
    chain: list[str] = []
    for place, words in enumerate(programs):
        program = ("--", *map(argument, words))
        if place == 0:
            chain += [";", "new-window", "-d", "-a", "-t", last, "-n", NAME, *program]
            chain += [";", "set-option", "-w", "-t", last, "remain-on-exit", "on"]
            chain += [";", "set-option", "-w", "-t", last, MARK, "1"]
            chain += [";", "set-hook", "-w", "-t", last, "pane-died", ON_DEATH]
        else:
            chain += [";", "split-window", "-d", "-t", last, *program]
            chain += [";", "select-layout", "-t", last, "tiled"]
    return chain


def _set_init(session_id: str, init: str) -> list[str]:
    return ["set-option", "-t", f"{session_id}:", "@par_init", init]


def windows(socket: Path, session_id: str) -> list[str]:
    """The windows that were begun in a session and are still there, by tmux's ids."""
    asked = ("list-windows", "-t", f"{session_id}:", "-F", f"#{{window_id}} #{{{MARK}}}")
    rows = [line.split(" ") for line in names.lines(server.attempt(socket, *asked).stdout)]
    return [row[0] for row in rows if row[1:] == ["1"]]


def close(socket: Path, window_ids: Iterable[str]) -> None:
    """Kill windows, of which none may be the last one of its session."""
    for window_id in window_ids:
        server.attempt(socket, "kill-window", "-t", window_id)


def panes_of(socket: Path, words: Sequence[str]) -> list[str]:
    """The panes whose program was started with one of `words`."""
    if not words:
        return []
    listed = server.attempt(socket, "list-panes", "-a", "-F", "#{pane_id} #{pane_start_command}").stdout
    rows = [line.partition(" ") for line in names.lines(listed)]
    return [pane_id for pane_id, _, command in rows if any(word in command for word in words)]


def close_panes(socket: Path, pane_ids: Iterable[str]) -> None:
    """Kill panes, of which none may be the last one of its session."""
    for pane_id in pane_ids:
        server.attempt(socket, "kill-pane", "-t", pane_id)


def end(socket: Path, session_id: str, init: str, pane_id: str) -> None:
    """Write `init` on a session and, with a `pane_id`, close that pane, unless the session would end too."""
    server.attempt(socket, *_set_init(session_id, init), *((";", *_closing(pane_id)) if pane_id else ()))


def close_own(socket: Path, pane_id: str) -> None:
    """Close the pane of the caller, if that is one, unless its session would end too."""
    if pane_id:
        server.attempt(socket, *_closing(pane_id))


def _closing(pane_id: str) -> tuple[str, ...]:
    return ("if-shell", "-F", "-t", pane_id, IS_ALONE, "", f"kill-pane -t {pane_id}")


def share(socket: Path, session_id: str, env: Iterable[tuple[str, str]]) -> None:
    """Let the panes that a session gets from now on have these names and values in their environment."""
    chain: list[str] = []
    for name, value in env:
        chain += ["set-environment", "-t", f"{session_id}:", name, server.ended(value), ";"]
    if chain:
        server.run(socket, *chain[:-1])

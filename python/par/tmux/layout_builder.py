"""A layout's windows and panes in a session that is there: tmuxp builds them."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from par import names
from par.errors import CommandError
from par.names import visible
from par.system import narration
from par.tmux import layout as tmux_layout
from par.tmux import server, sessions, view, windows

if TYPE_CHECKING:
    from pathlib import Path

    from par.model import Context, Worktree
    from par.tmux.layout import Pane, Typed, Window

# tmuxp reads sizes from them, and does not start where they are no numbers
USUAL = (200, 50)
MISLEADING = ("TMUXP_", "ROWS", "COLUMNS")


def build(context: Context, worktree: Worktree, session_id: str, layout: str) -> None:
    """Add the windows of `layout`, tmuxp's configuration as JSON, after those the session has, or none.

    They start in `worktree`, with its environment. The context's own windows stay what they are: these are
    marked only with whose they are (`@par_layout`), and end with the session. Raises CommandError.
    """
    asked = tmux_layout.windows(layout)
    folders = _folders(asked, worktree)
    configs = [_config(each, worktree, folders) for each in asked]
    before = _window_ids(context.socket, session_id)
    try:
        with _sized(context.socket, session_id), _without_misleading_variables(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _build(context.socket, session_id, configs)
    except Exception as error:  # those of tmuxp and libtmux have no root in common
        for window_id in _window_ids(context.socket, session_id) - before:
            server.attempt(context.socket, "kill-window", "-t", window_id)
        message = f"the layout of '{context.label}' cannot be built: {visible(_message(error))}"
        raise CommandError(
            message, hint="correct the key 'layout' in .par.yaml, or in par's config.yaml"
        ) from error
    owner = server.line(windows.owner(context, worktree))
    added = _window_ids(context.socket, session_id) - before
    marks = [("set-option", "-w", "-t", window_id, "@par_layout", owner) for window_id in added]
    server.run_script(context.socket, marks)


def _message(error: Exception) -> str:
    """What went wrong: libtmux puts tmux's own lines first, and objects after that ask tmux to be shown."""
    first = next(iter(error.args), "")
    lines = first if isinstance(first, list) else names.lines(str(first))
    return str(next(iter(lines), "")) or type(error).__name__


def _window_ids(socket: Path, session_id: str) -> set[str]:
    listed = ("list-windows", "-t", f"{session_id}:", "-F", "#{window_id}")
    return set(server.attempt(socket, *listed).stdout.split())


def owners(socket: Path, session_id: str) -> set[str]:
    """Whose layouts a session has windows of."""
    listed = ("list-windows", "-t", f"{session_id}:", "-F", "#{@par_layout}")
    return set(names.lines(server.attempt(socket, *listed).stdout)) - {""}


def _build(socket: Path, session_id: str, configs: list[dict[str, Any]]) -> None:
    library = view.library(socket)  # before tmuxp imports it in its own way
    from tmuxp.workspace.builder import WorkspaceBuilder  # 80 ms

    session = library.sessions.get(session_id=session_id)
    assert session, "its session is gone"
    said = {"session_name": session.name, "windows": configs}
    WorkspaceBuilder(said, library).build(session, append=True)


@contextmanager
def _sized(socket: Path, session_id: str) -> Iterator[None]:
    """New windows have the terminal's size, or a usual one, and not the 80 columns of a detached session."""
    columns, lines = shutil.get_terminal_size(USUAL)
    target = ("-t", f"{session_id}:", "default-size")
    server.run(socket, "set-option", *target, f"{columns}x{lines}")
    try:
        yield
    finally:
        server.attempt(socket, "set-option", "-u", *target)


@contextmanager
def _without_misleading_variables() -> Iterator[None]:
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(MISLEADING)}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _config(window: Window, worktree: Worktree, folders: dict[str, Path]) -> dict[str, Any]:
    named = {"window_name": _unexpanded(window.name)} if window.name else {}
    arranged = {"layout": window.arrangement} if window.arrangement else {}
    return {
        **named,
        **arranged,
        "panes": [_pane(each, worktree, folders) for each in window.panes],
        "options": {name: sessions.argument(value) for name, value in window.options},
        "options_after": {name: sessions.argument(value) for name, value in window.options_after},
        "focus": window.is_focused,
    }


def _pane(pane: Pane, worktree: Worktree, folders: dict[str, Path]) -> dict[str, Any]:
    env = {**dict(worktree.env), **dict(pane.env)}
    program = {"shell": server.ended(pane.program)} if pane.program else {}
    return {
        **program,
        "shell_command": [_command(each) for each in pane.typed],
        "start_directory": _unexpanded(str(folders[pane.folder])),
        "environment": {name: server.ended(value) for name, value in env.items()},
        "focus": pane.is_focused,
        "suppress_history": not pane.is_in_history,
    }


def _command(typed: Typed) -> dict[str, Any]:
    # tmux would take a dash for an option
    text = f" {typed.text}" if typed.text.startswith("-") else typed.text
    said = {"cmd": server.ended(text), "enter": typed.has_enter}
    return {**said, "sleep_before": typed.before, "sleep_after": typed.after}


def _folders(asked: Iterable[Window], worktree: Worktree) -> dict[str, Path]:
    """Where panes start; in the worktree's root where a folder is not there, or leads out by a link."""
    found, root = {}, worktree.path.resolve()
    for name in dict.fromkeys(pane.folder for window in asked for pane in window.panes):
        folder = (root / name).resolve()
        if folder.is_dir() and (folder == root or root in folder.parents):
            found[name] = worktree.path / name
        else:
            found[name] = worktree.path
            narration.report(f"layout: there is no folder '{visible(name)}' in '{visible(worktree.folder)}'")
    return found


def _unexpanded(text: str) -> str:
    """`text` where tmux expands formats, which also run programs."""
    return server.ended(text.replace("#", "##"))

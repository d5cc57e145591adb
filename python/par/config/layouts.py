"""A layout: the part of tmuxp's configuration that par takes, checked, as JSON.

What would run a program outside of a window (before_script), import code (plugins, workspace_builder) or
change the tmux server (global_options) is not taken.
"""

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from par.config import values
from par.config.nodes import Node, Sort
from par.config.source import Source
from par.config.values import Reader

FORM = "write layout: {windows: [{window_name: server, panes: [npm start]}]}"
MOST_SECONDS = 60
# Those that end with their window: any other one tmux would set on the session, or on the whole server
OPTIONS = (
    *("aggressive-resize", "allow-rename", "automatic-rename", "main-pane-height", "main-pane-width"),
    *("monitor-activity", "monitor-bell", "monitor-silence", "other-pane-height", "other-pane-width"),
    *("pane-active-border-style", "pane-base-index", "pane-border-format", "pane-border-status"),
    *("pane-border-style", "remain-on-exit", "synchronize-panes", "window-active-style", "window-style"),
)
ARRANGEMENTS = ("even-horizontal", "even-vertical", "main-horizontal", "main-vertical", "tiled")
DRAWN = re.compile(r"[0-9a-f]{4},[0-9x,{}\[\]]+")  # as tmux itself prints one


def layout(source: Source, node: Node) -> str:
    """The layout as JSON with sorted keys; empty where it has a mistake."""
    before = len(source.mistakes)
    said = values.fields(source, node, SESSION, FORM)
    if node.sort is Sort.MAPPING and node.pairs and "windows" not in dict(node.pairs):
        source.fault(node.line, node.key, "there is no list of windows", FORM)
    is_good = said and len(source.mistakes) == before
    return json.dumps(said, sort_keys=True, separators=(",", ":")) if is_good else ""


def _windows(source: Source, node: Node) -> list[dict[str, Any]]:
    return [values.fields(source, each, WINDOW, FORM) for each in values.items(source, node, FORM)]


def _panes(source: Source, node: Node) -> list[Any]:
    return [_pane(source, each) for each in values.items(source, node, "write panes: [npm start]")]


def _pane(source: Source, node: Node) -> Any:
    if node.sort is Sort.NOTHING:
        return None
    return values.fields(source, node, PANE, "") if node.sort is Sort.MAPPING else _lines(source, node)


def _lines(source: Source, node: Node) -> Any:
    """What is typed: a command, or several."""
    hint = "write shell_command: [npm start]"
    if node.sort is Sort.LIST:
        return [_command(source, each) for each in values.items(source, node, hint)]
    return _command(source, node)


def _command(source: Source, node: Node) -> Any:
    if node.sort is not Sort.MAPPING:
        return node.text if values.is_a(source, node, Sort.TEXT) else ""
    said = values.fields(source, node, COMMAND, "")
    if node.pairs and "cmd" not in dict(node.pairs):
        message = "a command is a string, or cmd with what belongs to it"
        source.fault(node.line, node.key, message, 'put quotes around a command that holds ": "')
    return said


def _folder(source: Source, node: Node) -> str:
    said = values.line(source, node)
    if said.startswith(("/", "~", "$")) or ".." in PurePosixPath(said).parts:
        source.fault(node.line, node.key, "the folder is not inside the worktree", "write a relative path")
    return said


def _variables(source: Source, node: Node) -> dict[str, str]:
    pairs = values.pairs(source, node, 'write environment: {NAME: "value"}')
    return {name: _value(source, each) for name, each in pairs}


def _value(source: Source, node: Node) -> str:
    is_good = node.sort is Sort.WHOLE or values.is_a(source, node, Sort.TEXT)
    return node.text if is_good else ""


def _arrangement(source: Source, node: Node) -> str:
    said = values.line(source, node)
    if said and said not in ARRANGEMENTS and not DRAWN.fullmatch(said):
        message = f"'{values.shown(said)}' is not a tmux layout"
        source.fault(node.line, node.key, message, f"write one of: {', '.join(ARRANGEMENTS)}")
    return said


def _options(source: Source, node: Node) -> dict[str, Any]:
    readers = dict.fromkeys(OPTIONS, _option)
    return values.fields(source, node, readers, "write options: {main-pane-width: 80}")


def _option(source: Source, node: Node) -> str:
    """An option's value as tmux reads it."""
    if node.sort is Sort.TRUTH:
        return "on" if values.truth(source, node) else "off"
    return _value(source, node)


_seconds: Reader = partial(values.whole, least=0, most=MOST_SECONDS)
COMMAND: Mapping[str, Reader] = {
    "cmd": values.text,
    "enter": values.truth,
    "sleep_before": _seconds,
    "sleep_after": _seconds,
    "suppress_history": values.truth,
}
PANE: Mapping[str, Reader] = {
    "shell_command": _lines,
    "shell_command_before": _lines,
    "shell": values.line,
    "start_directory": _folder,
    "environment": _variables,
    "focus": values.truth,
    **{name: COMMAND[name] for name in ("enter", "sleep_before", "sleep_after", "suppress_history")},
}
WINDOW: Mapping[str, Reader] = {
    "window_name": values.line,
    "layout": _arrangement,
    "panes": _panes,
    "window_shell": values.line,
    "options": _options,
    "options_after": _options,
    **{name: PANE[name] for name in ("shell_command_before", "start_directory", "environment", "focus")},
    "suppress_history": values.truth,
}
SESSION: Mapping[str, Reader] = {
    "windows": _windows,
    "session_name": values.line,
    **{name: WINDOW[name] for name in ("shell_command_before", "start_directory", "environment")},
    "suppress_history": values.truth,
}

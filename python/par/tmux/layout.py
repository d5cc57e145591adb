"""What a layout, tmuxp's configuration as it was checked and kept as JSON, asks for. Pure."""

import json
import posixpath
from typing import Any, NamedTuple

TIMED = ("enter", "sleep_before", "sleep_after")
# tmuxp's words for a pane in which nothing is typed
EMPTY = (None, "blank", "pane")


class Typed(NamedTuple):
    """A text for a shell, whether Enter follows it, and the seconds to wait around it."""

    text: str
    has_enter: bool = True
    before: int = 0
    after: int = 0


class Pane(NamedTuple):
    """A pane: its `folder` is relative to the worktree, `program` runs in the place of a shell."""

    typed: tuple[Typed, ...] = ()
    program: str = ""
    folder: str = "."
    env: tuple[tuple[str, str], ...] = ()
    is_focused: bool = False
    is_in_history: bool = False


class Window(NamedTuple):
    """A window with one pane or more; its `options_after` are set once all panes are there."""

    name: str
    panes: tuple[Pane, ...]
    arrangement: str = ""
    is_focused: bool = False
    options: tuple[tuple[str, str], ...] = ()
    options_after: tuple[tuple[str, str], ...] = ()


def windows(layout: str) -> tuple[Window, ...]:
    """The windows that a layout asks for, with all that they inherit filled in.

    Unlike in tmuxp `$VARIABLES` stay as they are: the shell in the pane knows the worktree's own values.
    """
    said = json.loads(layout)
    session = _shared(said, Pane())
    return tuple(_window(each, session) for each in said["windows"])


def _window(said: dict[str, Any], session: Pane) -> Window:
    outer = _shared(said, session)._replace(program=said.get("window_shell", ""))
    return Window(
        name=said.get("window_name", ""),
        panes=tuple(_pane(each, outer) for each in said.get("panes", [None])),
        arrangement=said.get("layout", ""),
        is_focused=said.get("focus", False),
        options=tuple(said.get("options", {}).items()),
        options_after=tuple(said.get("options_after", {}).items()),
    )


def _pane(said: Any, window: Pane) -> Pane:
    if not isinstance(said, dict):
        return window._replace(typed=(*window.typed, *_typed(said, {})))
    outer = _shared(said, window)
    return outer._replace(
        typed=(*outer.typed, *_typed(said.get("shell_command"), said)),
        program=said.get("shell", outer.program),
        is_focused=said.get("focus", False),
    )


def _shared(said: dict[str, Any], outer: Pane) -> Pane:
    """`outer`, with what each level can say: inside it adds to what is said outside."""
    return outer._replace(
        typed=(*outer.typed, *_typed(said.get("shell_command_before"), {})),
        folder=posixpath.normpath(posixpath.join(outer.folder, said.get("start_directory", ""))),
        env=tuple({**dict(outer.env), **said.get("environment", {})}.items()),
        is_in_history=not said.get("suppress_history", not outer.is_in_history),
    )


def _typed(said: Any, timing: dict[str, Any]) -> tuple[Typed, ...]:
    lines = said if isinstance(said, list) else [said]
    if len(lines) == 1 and not isinstance(lines[0], dict) and lines[0] in EMPTY:
        return ()
    inherited = {key: timing[key] for key in TIMED if key in timing}
    return tuple(
        _command({**inherited, **(each if isinstance(each, dict) else {"cmd": each})}) for each in lines
    )


def _command(said: dict[str, Any]) -> Typed:
    return Typed(
        said["cmd"], said.get("enter", True), said.get("sleep_before", 0), said.get("sleep_after", 0)
    )

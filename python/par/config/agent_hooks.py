"""The hooks that let a coding agent say what it does, among those that the user has in its settings."""

import re
from pathlib import Path

from par.config import json_text
from par.config.coding_agents import Agent, Entry
from par.config.json_text import JsonError, Value
from par.errors import ConfigError
from par.names import visible

# What tells par's own: no other program has a script of that name, and a path changes with an update
OWN = re.compile(r"/par/tmux/state\.sh\b.* --hook\b")

ANY = ""
# From the root of a settings file to a hook: hooks, event, group, its hooks, one of them
WAY = ("hooks", ANY, ANY, "hooks", ANY)


def found(path: Path, text: str) -> list[Entry]:
    """The entries of par's in a settings file. Raises ConfigError where the file cannot be understood."""
    if not text.strip():
        return []
    return [
        Entry(event, _text(group.get("matcher")), _text(hook.get("command")))
        for event, groups in _events(path, text)
        for group in _values(groups)
        for hook in _values(group.get("hooks"))
        if OWN.search(_text(hook.get("command")))
    ]


def without(path: Path, text: str) -> str:
    """`text` without par's entries, and without what is empty then. Raises ConfigError."""
    while (shorter := _with_one_less(_root(path, text), text)) is not None:
        text = shorter
    return text


def with_entries(path: Path, text: str, agent: Agent, entries: list[Entry]) -> str:
    """`text` with these entries behind those that are there. Raises ConfigError."""
    for entry in entries:
        hook = {"type": "command", "command": entry.command, "timeout": agent.timeout}
        group = {**({"matcher": entry.matcher} if entry.matcher else {}), "hooks": [hook]}
        root = _root(path, text)
        hooks = root.get("hooks")
        groups = hooks.get(entry.event) if hooks else None
        if hooks is None:
            text = json_text.added(text, root, {entry.event: [group]}, "hooks")
        elif groups is None:
            text = json_text.added(text, hooks, [group], entry.event)
        else:
            text = json_text.added(text, groups, group)
    return text


def _root(path: Path, text: str) -> Value:
    try:
        root = json_text.parse(text)
    except JsonError as error:
        raise _refusal(path, error.line, str(error)) from error
    hooks = root.get("hooks")
    wrong = [(root, "{", "it is no object"), *([(hooks, "{", "'hooks' is no object")] if hooks else [])]
    wrong += [(each.value, "[", f"'{each.key}' is no list") for each in (hooks.members if hooks else ())]
    for value, bracket, message in wrong:
        # Gemini keeps settings of its own among the events
        if value.bracket != bracket and (value is root or value is hooks or value.bracket):
            raise _refusal(path, text.count("\n", 0, value.start) + 1, message)
    return root


def _refusal(path: Path, line: int, message: str) -> ConfigError:
    place = visible(str(path))
    return ConfigError(f"'{place}' cannot be understood: line {line}: {message}", hint=f"edit {place}")


def _events(path: Path, text: str) -> list[tuple[str, Value]]:
    hooks = _root(path, text).get("hooks")
    return [(each.key, each.value) for each in (hooks.members if hooks else ())]


def _with_one_less(root: Value, text: str) -> str | None:
    """`text` without one hook of par's, and without what held nothing else; None where there is none."""
    path = _own(root, WAY)
    if path is None:
        return None
    hooks, event, group, _, hook = path
    cut = hook
    for outer in (group, event, hooks):
        if len(cut[0].members) > 1:
            break
        cut = outer
    return json_text.removed(text, *cut)


def _own(value: Value, way: tuple[str, ...]) -> list[tuple[Value, int]] | None:
    """The way to the first hook of par's: each container, and which of its members leads on."""
    if not way:
        return [] if OWN.search(_text(value.get("command"))) else None
    for place, member in enumerate(value.members):
        if way[0] in {ANY, member.key} and (down := _own(member.value, way[1:])) is not None:
            return [(value, place), *down]
    return None


def _values(container: Value | None) -> list[Value]:
    return [each.value for each in container.members] if container else []


def _text(value: Value | None) -> str:
    return value.plain if value and isinstance(value.plain, str) else ""

"""The file of `par batch`: a list of tasks in YAML, or a JSON object on each line."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from par import names
from par.config import nodes, source, values
from par.config.nodes import Node, Sort
from par.config.source import Source
from par.config.values import Reader
from par.errors import ConfigError, NotFoundError, UsageError
from par.names import visible

MOST_BYTES = 1 << 20
HINT = "write a list: [{label: fix-login, prompt: Fix the login}]"
SORTS = {str: Sort.TEXT, bool: Sort.TRUTH, int: Sort.WHOLE, float: Sort.DECIMAL, type(None): Sort.NOTHING}


class Task(NamedTuple):
    """A context that is wanted, in the words of `par start`; `line` is where it stands."""

    line: int
    label: str
    path: str = "."
    base: str | None = None
    run: str | None = None
    prompt: str | None = None


def read(path: Path) -> tuple[Task, ...]:
    """The tasks in the file at `path`. Raises ConfigError with the line of the first mistake."""
    begun = Source(path, [])
    said = source.text(begun, may_be_link=True, most=MOST_BYTES)
    if said is None and not begun.mistakes:
        raise NotFoundError(f"there is no file '{visible(str(path))}'", hint="par batch FILE")
    found = _tasks(begun, _items(begun, said or ""))
    for mistake in sorted(begun.mistakes, key=lambda each: each.line)[:1]:
        more = f" (and {len(begun.mistakes) - 1} more)" if len(begun.mistakes) > 1 else ""
        raise ConfigError(f"{mistake}{more}", hint=mistake.hint or HINT)
    return found


def _items(begun: Source, said: str) -> tuple[Node, ...]:
    if said.lstrip().startswith("{"):
        return tuple(_object(begun, number, line) for number, line in _lines(said))
    top = nodes.tree(begun, said)
    if top is None:
        if not begun.mistakes:
            begun.fault(1, "", "there is no task in it", HINT)
        return ()
    return values.items(begun, top, HINT)


def _lines(said: str) -> Iterable[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(names.lines(said), 1) if line.strip())


def _object(begun: Source, number: int, line: str) -> Node:
    try:
        found = json.loads(line, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        begun.fault(number, "", f"it is not JSON: {error}", 'write {"label": "fix-login"}')
        return Node(number, "", Sort.UNKNOWN)
    if not line.lstrip().startswith("{"):
        begun.fault(number, "", "an object is expected", 'write {"label": "fix-login"}')
        return Node(number, "", Sort.UNKNOWN)
    pairs = tuple((key, _value(number, key, value)) for key, value in found)
    for key in {key for key, _ in pairs if [each for each, _ in pairs].count(key) > 1}:
        begun.fault(number, key, "it is there twice", "keep one")
    return Node(number, "", Sort.MAPPING, pairs=pairs)


def _value(number: int, key: str, value: Any) -> Node:
    return Node(number, key, SORTS.get(type(value), Sort.LIST), "" if value is None else str(value))


def _label(begun: Source, node: Node) -> str:
    said = values.line(begun, node)
    try:
        return names.label(said) if said else ""
    except UsageError as error:
        begun.fault(node.line, node.key, error.message, error.hint)
        return ""


KEYS: Mapping[str, Reader] = {
    "label": _label,
    "path": values.line,
    "base": values.line,
    "run": values.line,
    "prompt": values.text,
}


def _tasks(begun: Source, items: Iterable[Node]) -> tuple[Task, ...]:
    found: dict[str, Task] = {}
    for node in items:
        said = values.fields(begun, node, KEYS, "write label: fix-login")
        label = said.get("label", "")
        if said and "label" not in said:
            begun.fault(node.line, "", "there is no label", "write label: fix-login")
        elif label:
            task = Task(node.line, **said)
            for other in (each for each in found.values() if _are_in_each_other(each.label, label)):
                begun.fault(node.line, "", f"'{label}' and '{other.label}' of line {other.line} collide")
            found[names.key(label)] = task
    return tuple(found.values())


def _are_in_each_other(one: str, other: str) -> bool:
    first, second = f"{names.key(one)}/", f"{names.key(other)}/"
    return first.startswith(second) or second.startswith(first)

"""Whether a document is of the shape that docs/json.md gives it: `documents.json` is that page's schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("documents.json")
REFERENCE = re.compile(r"(?:the|one of the) (\w+) of (par .+)")
# Commands that print what another does
SAME = {
    **dict.fromkeys(("par checkout", "par workspace start", "par workspace add", "par adopt"), "par start"),
    "par workspace ls": "par ls",
    "par workspace drop": "par rm",
    "par workspace rm": "par rm",
    "par trust": "par trust --list",
    "par undo": "par restore",
    "par start --each": "par start --count",
}
# What it prints hangs on what it did
EITHER = {"par prune": ("par prune --dry-run", "par rm")}


def _is_time(value: Any) -> bool:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return bool(found and found.tzinfo and found.astimezone())
    except (ValueError, OverflowError):  # the last one: it is no year here
        return False


KINDS: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) is int or (type(value) is float and isfinite(value)),
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
    "empty": lambda value: bool(value == ""),
    "path": lambda value: isinstance(value, str) and Path(value).is_absolute(),
    "time": _is_time,
}


def fault(words: Sequence[str], document: Any) -> str:
    """What is wrong with the document that `par WORDS` printed; empty where nothing is.

    Keys may be there that the page does not name.
    """
    name = _named(words)
    found = [next(_faults(document, _schemas()[each], ""), "") for each in EITHER.get(name, (name,)) if each]
    return found[0] if all(found) and found else ""


def _named(words: Sequence[str]) -> str:
    """The command whose document is printed for `words`; empty where the page has none."""
    known = sorted((*_schemas(), *SAME, *EITHER), key=lambda each: -len(each.split()))
    typed = {each.partition("=")[0] for each in words}
    verb = (each for each in known if each.split()[1] == words[0] and {*each.split()[1:]} <= typed)
    plain = next(verb, "")
    return SAME.get(plain, plain)


@cache
def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found


def _faults(value: Any, schema: Any, place: str) -> Iterator[str]:
    if isinstance(schema, dict):
        if missing := [key for key in schema if not isinstance(value, dict) or key not in value]:
            yield f"{place or 'the document'} has no {missing[0]}"
            return
        for key, each in schema.items():
            yield from _faults(value[key], each, f"{place}.{key}".lstrip("."))
    elif isinstance(schema, list):
        if not isinstance(value, list):
            yield f"{place} is no list"
            return
        for number, each in enumerate(value):
            yield from _faults(each, schema[0], f"{place}[{number}]")
    elif isinstance(schema, str) and (found := REFERENCE.fullmatch(schema)):
        meant = _schemas()[found[2]][found[1]]
        yield from _faults(value, meant[0] if isinstance(meant, list) else meant, place)
    elif not _is_of(value, schema):
        yield f"{place} is not {schema}"


def _is_of(value: Any, schema: Any) -> bool:
    if not isinstance(schema, str):
        return bool(value == schema)
    return any(KINDS[word](value) if word in KINDS else value == word for word in schema.split(" | "))

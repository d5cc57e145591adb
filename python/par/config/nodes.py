"""The text of a YAML file as a tree in which each value knows its line and its key."""

import re
from enum import Enum
from typing import Any, NamedTuple

from par.config.source import MOST_SHOWN, Source
from par.names import visible

MOST_DEEP = 10
UNREADABLE = re.compile("[\0\ud800-\udfff]")


class Sort(Enum):
    """What a value is, as a person calls it; UNKNOWN is one whose mistake is reported already."""

    TEXT = "a string"
    WHOLE = "a number"
    DECIMAL = "a decimal number"
    TRUTH = "true or false"
    NOTHING = "nothing (null)"
    DATE = "a date"
    LIST = "a list"
    MAPPING = "a mapping"
    UNKNOWN = "unknown"


SORTS = {
    "str": Sort.TEXT,
    "int": Sort.WHOLE,
    "float": Sort.DECIMAL,
    "bool": Sort.TRUTH,
    "null": Sort.NOTHING,
    "timestamp": Sort.DATE,
}


class Node(NamedTuple):
    """A value: `text` as it was written, `items` of a list, `pairs` of a mapping.

    `line` is that of its key, where it has one; `key` leads to it from the top: `initialization.include`.
    """

    line: int
    key: str
    sort: Sort
    text: str = ""
    items: tuple["Node", ...] = ()
    pairs: tuple[tuple[str, "Node"], ...] = ()


class _TooDeepError(Exception):
    """A list or mapping lies in too many others."""


def tree(source: Source, text: str) -> Node | None:
    """The document in `text`; None where there is none, and where it is not YAML, which is a mistake.

    Anchors, aliases, tags and keys that are there twice are mistakes too.
    """
    import yaml

    loader: Any = None
    try:
        loader = yaml.SafeLoader(text)
        return _document(source, loader)
    except _TooDeepError as error:
        source.fault(error.args[0], "", f"lists and mappings lie more than {MOST_DEEP} deep in each other")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        shown = visible(text[error.position : error.position + 1])
        source.fault(line, "", f"it is not YAML: the character {shown} is not allowed")
    # The scanner itself fails with others, as on "\U00110000"
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        mark = getattr(error, "problem_mark", None) or loader
        reason = visible(str(getattr(error, "problem", None) or error))[: 2 * MOST_SHOWN]
        source.fault(mark.line + 1, "", f"it is not YAML: {reason}")
    return None


def _document(source: Source, loader: Any) -> Node | None:
    import yaml

    loader.get_event()
    if loader.check_event(yaml.StreamEndEvent):
        return None
    loader.get_event()
    node = _node(source, loader, "", 0, 0)
    loader.get_event()
    if not loader.check_event(yaml.StreamEndEvent):
        source.fault(loader.peek_event().start_mark.line + 1, "", "a second document begins here")
    is_empty = node.sort is Sort.NOTHING and not node.text
    return None if is_empty else node


def _node(source: Source, loader: Any, key: str, line: int, depth: int) -> Node:
    import yaml

    event = loader.get_event()
    at = line or event.start_mark.line + 1
    is_odd = _is_odd(source, event, at, key)
    if depth > MOST_DEEP:
        raise _TooDeepError(at)
    node = Node(at, key, Sort.UNKNOWN)
    if isinstance(event, yaml.ScalarEvent):
        node = Node(at, key, _sort(source, loader, event, at, key), event.value)
    elif isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not loader.check_event(yaml.SequenceEndEvent):
            items.append(_node(source, loader, key, 0, depth + 1))
        loader.get_event()
        node = Node(at, key, Sort.LIST, items=tuple(items))
    elif isinstance(event, yaml.MappingStartEvent):
        pairs = _pairs(source, loader, key, depth + 1)
        node = Node(at, key, Sort.UNKNOWN if pairs is None else Sort.MAPPING, pairs=pairs or ())
    return Node(at, key, Sort.UNKNOWN) if is_odd else node


def _pairs(source: Source, loader: Any, key: str, depth: int) -> tuple[tuple[str, Node], ...] | None:
    """The keys and values of a mapping; None where it has some, and no key is one."""
    import yaml

    pairs: dict[str, Node] = {}
    is_empty = True
    while not loader.check_event(yaml.MappingEndEvent):
        is_empty = False
        _add_pair(source, loader, key, pairs, depth)
    loader.get_event()
    return tuple(pairs.items()) if pairs or is_empty else None


def _is_odd(source: Source, event: Any, line: int, key: str) -> bool:
    """Note what no value may have: an anchor, an alias or a tag."""
    said = str(event.anchor or getattr(event, "tag", None) or "")
    name = visible(said.replace("tag:yaml.org,2002:", "!!"))[:MOST_SHOWN]
    if type(event).__name__ == "AliasEvent":
        source.fault(line, key, f"an alias (*{name}) is not allowed", "write the value out")
        return True
    if event.anchor:
        source.fault(line, key, f"an anchor (&{name}) is not allowed", f"delete &{name}")
    elif event.tag:
        source.fault(line, key, f"a YAML tag ({name}) is not allowed", "delete the tag")
    return bool(event.anchor or event.tag)


def _sort(source: Source, loader: Any, event: Any, line: int, key: str) -> Sort:
    import yaml

    if UNREADABLE.search(event.value):
        source.fault(line, key, "the string holds a character that is not text")
        return Sort.UNKNOWN
    tag: str = loader.resolve(yaml.ScalarNode, event.value, event.implicit)
    return SORTS.get(tag.rpartition(":")[2], Sort.TEXT)


def _add_pair(source: Source, loader: Any, above: str, pairs: dict[str, Node], depth: int) -> None:
    name = _node(source, loader, above, 0, depth)
    shown = visible(name.text)[:MOST_SHOWN]
    key = f"{above}.{shown}" if above else shown
    value = _node(source, loader, key, name.line, depth)
    if name.sort is Sort.UNKNOWN:
        return
    if name.sort is not Sort.TEXT:
        message = f"a key is a string, not {name.sort.value}"
        source.fault(name.line, key, message, f'write "{shown}" in quotes' if name.text else "")
    elif name.text in pairs:
        source.fault(name.line, key, f"the key is there already, in line {pairs[name.text].line}")
    else:
        pairs[name.text] = value

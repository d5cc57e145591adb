"""The values of a YAML file, each of the sort that is expected; what is another is a mistake."""

from collections.abc import Callable, Mapping
from typing import Any

from par.config.nodes import Node, Sort
from par.config.source import MOST_SHOWN, Source
from par.names import visible

Reader = Callable[[Source, Node], Any]
# What YAML takes for more than text
UNQUOTED = frozenset({Sort.WHOLE, Sort.DECIMAL, Sort.TRUTH, Sort.DATE})


def shown(text: str) -> str:
    """Some text of the file in a message: its beginning, with nothing that a terminal would act on."""
    return visible(text)[:MOST_SHOWN]


def is_a(source: Source, node: Node, sort: Sort, hint: str = "") -> bool:
    """Whether the value is of that sort; one that is not is a mistake."""
    if node.sort not in {sort, Sort.UNKNOWN}:
        if sort is Sort.TEXT and node.sort in UNQUOTED:
            hint = f'write "{shown(node.text)}" in quotes'
        source.fault(node.line, node.key, f"{sort.value} is expected, not {node.sort.value}", hint)
    return node.sort is sort


def text(source: Source, node: Node, hint: str = "") -> str:
    """A string that says something, in one line or more."""
    if not is_a(source, node, Sort.TEXT, hint):
        return ""
    if not node.text.strip():
        source.fault(node.line, node.key, "the string is empty", hint)
        return ""
    return node.text


def line(source: Source, node: Node, hint: str = "") -> str:
    """A string that says something, in one line."""
    said = text(source, node, hint)
    if any(char in said for char in "\n\r"):
        source.fault(node.line, node.key, "the string has more than one line", hint)
        return ""
    return said


def whole(source: Source, node: Node, least: int, most: int) -> int:
    """A number from `least` to `most`, `most` where it is not one."""
    hint = f"write a number from {least} to {most}"
    if not is_a(source, node, Sort.WHOLE, hint):
        return most
    # YAML knows octal, hexadecimal and even base 60: 1:30 is 90
    is_plain = node.text.isascii() and node.text.isdecimal() and len(node.text) <= len(str(most))
    if not is_plain or not least <= int(node.text) <= most:
        source.fault(node.line, node.key, f"{shown(node.text)} is not possible", hint)
        return most
    return int(node.text)


def truth(source: Source, node: Node) -> bool:
    """True or false, in any of YAML's words for them."""
    said = is_a(source, node, Sort.TRUTH, "write true or false")
    return said and node.text.lower() in {"yes", "on", "true"}


def choice(source: Source, node: Node, allowed: tuple[str, ...]) -> str:
    """One of the strings `allowed`, the first where it is another."""
    hint = f"write one of: {', '.join(allowed)}"
    if is_a(source, node, Sort.TEXT, hint):
        if node.text in allowed:
            return node.text
        source.fault(node.line, node.key, f"'{shown(node.text)}' is not possible", hint)
    return allowed[0]


def items(source: Source, node: Node, hint: str) -> tuple[Node, ...]:
    """The items of a list that has some."""
    if not is_a(source, node, Sort.LIST, hint):
        return ()
    if not node.items:
        source.fault(node.line, node.key, "the list is empty", "leave the key out")
    return node.items


def pairs(source: Source, node: Node, hint: str) -> tuple[tuple[str, Node], ...]:
    """The keys and values of a mapping that has some."""
    if not is_a(source, node, Sort.MAPPING, hint):
        return ()
    if not node.pairs:
        source.fault(node.line, node.key, "the mapping is empty", "leave the key out")
    return node.pairs


def fields(source: Source, node: Node, readers: Mapping[str, Reader], hint: str) -> dict[str, Any]:
    """The values of a mapping, each read by what `readers` has for its key; others are mistakes."""
    found = {}
    for name, each in pairs(source, node, hint):
        if name in readers:
            found[name] = readers[name](source, each)
        else:
            source.unknown(each.line, each.key, name, readers)
    return found

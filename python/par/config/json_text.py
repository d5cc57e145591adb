"""A file of JSON as its text with places, so that one part is changed and every other byte of it stays.

Comments and commas before a closing bracket are understood: the settings files of programs have them.
"""

import json
import re
from typing import Any, NamedTuple

DEEPEST = 100
SPACE = re.compile(r"(?:[ \t\r\n\ufeff]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
PLAIN = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
CLOSING = {"{": "}", "[": "]"}


class JsonError(ValueError):
    """What is wrong in a text, and in which `line`."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Member(NamedTuple):
    """What an object or an array holds: in an object under `key`, from `start`, that of the key, to `end`.

    `comma` is the place of the comma behind it, -1 where there is none.
    """

    key: str
    start: int
    value: "Value"
    comma: int

    @property
    def end(self) -> int:
        return self.value.end


class Value(NamedTuple):
    """A value, from `start` to `end` of the text: `bracket` is what it begins with, else it is `plain`."""

    start: int
    end: int
    bracket: str = ""
    plain: Any = None
    members: tuple[Member, ...] = ()

    def get(self, key: str) -> "Value | None":
        """The value under a key of an object; of several the last, as everybody reads it."""
        return next((each.value for each in reversed(self.members) if each.key == key), None)


def parse(text: str) -> Value:
    """The value that `text` is. Raises JsonError."""
    value = _value(text, _space(text, 0), 0)
    rest = _space(text, value.end)
    if rest < len(text):
        raise _error(text, rest, "there is something behind the end")
    return value


def _value(text: str, at: int, depth: int) -> Value:
    if depth > DEEPEST:
        raise _error(text, at, "it is too deep")
    if text[at : at + 1] in CLOSING:
        return _container(text, at, depth)
    if found := STRING.match(text, at):
        return Value(at, found.end(), plain=_string(text, found))
    if found := PLAIN.match(text, at):
        return Value(at, found.end(), plain=json.loads(found[0]))
    raise _error(text, at, "a value is missing")


def _container(text: str, begin: int, depth: int) -> Value:
    bracket, members = text[begin], list[Member]()
    at = _space(text, begin + 1)
    while text[at : at + 1] != CLOSING[bracket]:
        if members and members[-1].comma < 0:
            raise _error(text, at, f"',' or '{CLOSING[bracket]}' is missing")
        key, start = "", at
        if bracket == "{":
            key, at = _key(text, at)
        value = _value(text, at, depth + 1)
        at = _space(text, value.end)
        comma = at if text[at : at + 1] == "," else -1
        members.append(Member(key, start, value, comma))
        at = at if comma < 0 else _space(text, at + 1)
    return Value(begin, at + 1, bracket, members=tuple(members))


def _key(text: str, at: int) -> tuple[str, int]:
    found = STRING.match(text, at)
    if not found:
        raise _error(text, at, "a key in double quotes, or '}', is missing")
    colon = _space(text, found.end())
    if text[colon : colon + 1] != ":":
        raise _error(text, colon, "':' is missing")
    return _string(text, found), _space(text, colon + 1)


def _string(text: str, found: re.Match[str]) -> str:
    try:
        return str(json.loads(found[0]))
    except ValueError:
        raise _error(text, found.start(), "a text has a wrong escape") from None


def _space(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _error(text: str, at: int, message: str) -> JsonError:
    return JsonError(text.count("\n", 0, at) + 1, message)


def added(text: str, container: Value, value: object, key: str = "") -> str:
    """`text` with one more member at the end of an object or an array, laid out as the rest is."""
    begin, end = container.start, container.end - 1
    members, inside = container.members, text[begin:end]
    is_compact = "\n" not in (inside if members else text.strip()) and (members != () or begin > 0)
    outer = _indent(text, begin)
    inner = _indent(text, members[-1].start) if members and not is_compact else outer + _unit(text)
    head = f"{json.dumps(key)}: " if key else ""
    piece = head + json.dumps(value, indent=None if is_compact else _unit(text), ensure_ascii=False)
    line = "\r\n" if "\r\n" in text else "\n"
    piece = piece.replace("\n", line + inner)
    gap = "" if is_compact and not members else " " if is_compact else line + inner
    last = begin + len(inside.rstrip())  # a comment may be behind the last member
    if not members:
        return text[:last] + gap + piece + ("" if is_compact else line + outer) + text[end:]
    if members[-1].comma >= 0:
        return f"{text[:last]}{gap}{piece},{text[last:]}"
    return f"{text[: members[-1].end]},{text[members[-1].end : last]}{gap}{piece}{text[last:]}"


def removed(text: str, container: Value, place: int) -> str:
    """`text` without one member of an object or an array: the opposite of `added`. Comments stay."""
    member, before = container.members[place], container.members[:place]
    start, end = member.start, member.end if member.comma < 0 else member.comma + 1
    if place + 1 < len(container.members):
        following = container.members[place + 1].start
        return text[:start] + text[following if not text[end:following].strip() else end :]
    if before:
        kept = text[:start].rstrip()
        comma = before[-1].comma
        head = kept if member.comma >= 0 else kept[:comma] + kept[comma + 1 :]
        return head + text[end:]
    head, tail = text[:start], text[end:]
    if not (text[container.start + 1 : start] + text[end : container.end - 1]).strip():
        return text[: container.start + 1] + text[container.end - 1 :]
    return head.rstrip(" \t") + tail.lstrip(" \t")


def _indent(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


def _unit(text: str) -> str:
    found = re.search(r"\n([ \t]+)[^ \t\r\n]", text)
    return found[1] if found else "  "

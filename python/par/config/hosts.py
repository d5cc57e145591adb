"""The machines that config.yaml names: what may be written there, and a line more or less of it."""

import json
import re
from typing import NamedTuple

from par.config import values
from par.config.nodes import Node, Sort
from par.config.source import Source
from par.errors import UsageError
from par.names import visible

KEY = "hosts"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
NAMES = "use letters, digits, '.', '_' and '-'; the first is a letter, the last is no '.' or '-'"
# `all` is every context, and what stands before :// is no host
RESERVED = frozenset({"all", "file", "git", "http", "https", "local", "ssh"})
# What ssh hands to the shell of a ProxyCommand, or takes for an option, is not among them
DESTINATION = re.compile(r"(ssh://)?([A-Za-z0-9_.%+=~-]+@)?[A-Za-z0-9_.:\[\]%-]+/?")
DESTINATIONS = "write it as for ssh: HOST, USER@HOST or ssh://USER@HOST:PORT"
WRITE = 'write hosts: {build1: "user@build.example.org"}'
MOST_SECONDS = 120
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.@-]*")
# YAML takes these for more than text
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


class Host(NamedTuple):
    """Another machine: its name here, its destination for ssh, the seconds that a connection may take."""

    name: str
    destination: str
    timeout: int = 5


def check_name(name: str) -> None:
    """Raise UsageError where a host cannot be called `name`."""
    if fault := _name_fault(name):
        raise UsageError(f"host '{visible(name)}' {fault}", hint=NAMES)


def check_destination(text: str) -> None:
    """Raise UsageError where `text` is no destination for ssh."""
    if fault := _destination_fault(text):
        raise UsageError(f"'{visible(text)}' {fault}", hint=DESTINATIONS)


def _name_fault(name: str) -> str:
    if name.lower() in RESERVED:
        return "is reserved"
    return "" if NAME.fullmatch(name) and name[-1] not in ".-" else "is no name for one"


def _destination_fault(text: str) -> str:
    is_one = DESTINATION.fullmatch(text) and not re.search(r"(^|[@/])-", text)
    return "" if is_one else "is no destination for ssh"


def hosts(source: Source, node: Node) -> tuple[Host, ...]:
    """The value of the key `hosts`: a destination for each name, or a mapping with one."""
    found: dict[str, Host] = {}
    for name, each in values.pairs(source, node, WRITE):
        fault = _name_fault(name) or ("is there already" if name.lower() in found else "")
        if fault:
            source.fault(each.line, each.key, f"host '{values.shown(name)}' {fault}", NAMES)
        else:
            found[name.lower()] = _host(source, name, each)
    return tuple(each for each in found.values() if each.destination)


def _host(source: Source, name: str, node: Node) -> Host:
    if node.sort is not Sort.MAPPING:
        return Host(name, _destination(source, node))
    said = values.fields(source, node, {"destination": _destination, "timeout": _seconds}, WRITE)
    if "destination" not in dict(node.pairs):
        source.fault(node.line, node.key, "there is no destination", DESTINATIONS)
    return Host(name, **{"destination": "", **said})


def _destination(source: Source, node: Node) -> str:
    said = values.line(source, node, DESTINATIONS)
    if said and (fault := _destination_fault(said)):
        source.fault(node.line, node.key, f"'{values.shown(said)}' {fault}", DESTINATIONS)
        return ""
    return said


def _seconds(source: Source, node: Node) -> int:
    return values.whole(source, node, 1, MOST_SECONDS)


def with_host(text: str, host: Host) -> str:
    """`text` with one host more, in lines of its own; whether YAML agrees is to be read again."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    block = _block(lines)
    if block is None:
        return "".join([*lines, *(["\n"] if lines else []), f"{KEY}:\n", f"  {_entry(host)}"])
    first, last = block
    indents = [_indent(each) for each in lines[first:last] if each.strip()]
    indent = " " * (indents[0] if indents else 2)
    return "".join([*lines[:last], f"{indent}{_entry(host)}", *lines[last:]])


def without_host(text: str, name: str) -> str:
    """`text` without the lines of one host, nor the key where it was the only one; as `with_host`."""
    lines = text.splitlines(keepends=True)
    first, last = _block(lines) or (0, 0)
    said = [at for at in range(first, last) if lines[at].strip() and not lines[at].lstrip().startswith("#")]
    starts = [at for at in said if _indent(lines[at]) == _indent(lines[said[0]])]
    for at in starts:
        if re.match(rf" *[\"']?{re.escape(name)}[\"']? *:", lines[at]):
            end = next((each for each in starts if each > at), last)
            cut = (first - 1, last) if len(starts) == 1 else (at, end)
            return "".join([*lines[: cut[0]], *lines[cut[1] :]])
    return text


def _entry(host: Host) -> str:
    name = host.name if host.name.lower() not in WORDS else json.dumps(host.name)
    is_plain = PLAIN.fullmatch(host.destination) and host.destination.lower() not in WORDS
    return f"{name}: {host.destination if is_plain else json.dumps(host.destination)}\n"


def _block(lines: list[str]) -> tuple[int, int] | None:
    """The lines below the key, from the first to behind the last that says something."""
    start = next((at for at, line in enumerate(lines) if re.match(rf"{KEY} *:", line)), None)
    if start is None:
        return None
    last = first = start + 1
    for at in range(first, len(lines)):
        if lines[at].strip() and _indent(lines[at]) == 0:
            break
        if lines[at].strip() and not lines[at].lstrip().startswith("#"):
            last = at + 1
    return first, last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))

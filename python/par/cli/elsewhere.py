"""The same command on another machine: which words name one, and what of its answer is shown here."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from par.cli import forwarding
from par.cli.parts import Places, split
from par.errors import UsageError
from par.hosts import answers, known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

OPTION, ALL = "--host", "--all-hosts"
# They ask hosts themselves
OWN = frozenset({"control-center", "host", "ls"})
# They make no sense on another machine
LOCAL = frozenset({"completion", "demo", "next"})
# They show here what is on a host, and ask that themselves
SHOWN_HERE = frozenset({"open", "code", "cursor", "forward"})
# The arguments that are labels
TARGETS = ("label", "labels", "words", "wanted", "name", "kept")
MAKING = frozenset({"start", "checkout", "workspace"})
# Their answers name contexts alone, so that these are put together here also for one host
RECEIPTS = frozenset({"run", "send", "wait"})
# The options that choose a tmux server
SERVER = (("-L", "name"), ("-S", "socket"))


class Asked(NamedTuple):
    """A command line for par on machines that were named, and the options before its verb.

    `words` are all that was typed, and `targets` those of them that are labels.
    """

    places: Places
    words: tuple[str, ...]
    targets: tuple[str, ...]
    options: tuple[str, ...] = ()


class _Word(str):
    """A word of the command line: click hands this very object over."""

    __slots__ = ()


def asked(
    name: str, command: click.Command, words: Sequence[str], options: Mapping[str, Any]
) -> Asked | None:
    """What `par OPTIONS NAME WORDS` is on the hosts that it names.

    None where it names none, or asks them itself.
    Raises UsageError where `--host` names none.
    """
    if name in OWN:
        return None
    rest, hosts, is_all = _without_options(command, words)
    marked = [_Word(each) for each in rest]
    targets = _targets(command, marked)
    patterns = (*([options["host"]] if options.get("host") else []), *hosts)
    is_all = is_all or bool(options.get("all_hosts"))
    if not (patterns or is_all or any(":" in each for each in targets)):
        return None
    known.check_options(patterns, is_all=is_all)
    server = [each for flag, key in SERVER for each in (flag, options.get(key)) if options.get(key)]
    return Asked(Places(patterns, is_all), (name, *marked), tuple(targets), tuple(map(str, server)))


def shown_here(command: click.Command, words: Sequence[str], host: str | None) -> list[str] | None:
    """The words of a command that shows a context here, the host in its label; None for any other command.

    `host` is as for `asked`. Raises UsageError where several are named.
    """
    inner = words[0] if words and isinstance(command, click.Group) else command.name
    if inner not in SHOWN_HERE:
        return None
    rest, hosts, _ = _without_options(command, words)
    named = {*([host] if host else []), *hosts}
    if len(named) > 1:
        raise UsageError("more than one host is named", hint=f"par {inner} HOST:LABEL")
    marked = [_Word(each) for each in rest]
    targets = _targets(command, marked) if named else []
    if named and not targets:  # all of the host
        return [*rest, f"{min(named)}:"]
    plain = [each for each in targets if ":" not in each]
    return [f"{min(named)}:{each}" if any(each is one for one in plain) else str(each) for each in marked]


def command(asked: Asked) -> click.Command:
    """The command that does what is `asked`."""

    def callback() -> int:
        return run(asked, click.get_current_context().obj)

    return click.Command(asked.words[0], callback=callback)


def run(asked: Asked, socket: Path) -> int:
    """Run it over there and show what it says; its exit status. `socket` is the tmux server of here.

    Raises UsageError where no single host is meant, and NotFoundError, ConfigError and what `calls` raises.
    """
    verb = asked.words[0]
    parts = split(asked.words, asked.targets, asked.places)
    if verb in LOCAL:
        raise UsageError(f"par {verb} is for this machine only", hint=f"par {verb} --help")
    host, words = parts[0].host, parts[0].words
    if len(parts) > 1 or host is None or verb in RECEIPTS:
        from par.cli import several  # noqa: PLC0415 - most only pass on what one host says

        return several.run(asked.options, parts, asked.places.order(asked.targets), socket)
    flags = forwarding.flags(words)
    if verb in MAKING and {"--open", "--clone"} & flags:
        from par.cli import making_elsewhere  # noqa: PLC0415 - only these ask for more than the words

        return making_elsewhere.run(host, asked.options, words, socket)
    labels = [name for name in map(answers.plain, parts[0].labels) if not known.is_glob(name)]
    return forwarding.forward(host, asked.options, words, labels=labels).status


def _without_options(command: click.Command, words: Sequence[str]) -> tuple[list[str], list[str], bool]:
    """The words without `--host NAME` and `--all-hosts`, the names, and whether all hosts are meant.

    Raises UsageError where a name is missing.
    """
    rest: list[str] = []
    hosts: list[str] = []
    is_all, valued = False, _valued(command, words)
    left = iter(words)
    for each in left:
        if each == "--":
            rest += [each, *left]
        elif each in valued:  # the next word is its value, whatever that looks like
            rest += [each, *islice(left, 1)]
        elif each == OPTION:
            if (value := next(left, None)) is None:
                raise UsageError("--host needs the name of a host", hint="par host ls")
            hosts.append(value)
        elif each.startswith(f"{OPTION}="):
            hosts.append(each.partition("=")[2])
        elif each == ALL:
            is_all = True
        else:
            rest.append(each)
    return rest, hosts, is_all


def _valued(command: click.Command, words: Sequence[str]) -> set[str]:
    """The options of the command behind which a value comes as a word of its own."""
    inner, _ = _inner(command, words)
    params = inner.params if inner else command.params
    options = (each for each in params if isinstance(each, click.Option) and not each.is_flag)
    return {name for each in options if not each.count for name in each.opts} - {OPTION}


def _inner(command: click.Command, words: Sequence[str]) -> tuple[click.Command | None, int]:
    """The command that these words are for, None if a group has none such, and how many of them name it."""
    if not isinstance(command, click.Group):
        return command, 0
    return command.get_command(click.Context(command), words[0]) if words else None, 1


def _targets(command: click.Command, words: list[_Word]) -> list[_Word]:
    """Those of `words` that are labels."""
    inner, count = _inner(command, words)
    if inner is None:
        return []
    words = words[count:]
    try:
        values, _, _ = inner.make_parser(click.Context(inner, resilient_parsing=True)).parse_args(list(words))
    except click.UsageError:  # it is told by whoever reads the words in earnest
        return []
    found = [values.get(name) for name in TARGETS]
    flat = [one for each in found for one in (each if isinstance(each, (list, tuple)) else (each,))]
    flat = [each for each in flat if isinstance(each, _Word)]  # not what stands for no value
    if inner.name == "send":  # the last word is the text
        return flat[:-1]
    if inner.name in {"run", "compare"} and "--" in words:
        return [each for each in flat if any(each is one for one in words[: words.index(_Word("--"))])]
    return flat

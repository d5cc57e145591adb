"""A command line for contexts on several machines as one for each: with the labels that are meant there."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from par.errors import UsageError
from par.hosts import known
from par.hosts.answers import SEPARATOR
from par.names import key, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.config.hosts import Host

EVERYWHERE = "*"


class Part(NamedTuple):
    """A command line for one machine, this one where `host` is None.

    `labels` are those in it as they are called here. One that `may_be_empty` is meant only by globs of hosts.
    """

    host: Host | None
    words: tuple[str, ...]
    labels: tuple[str, ...] = ()
    may_be_empty: bool = False

    @property
    def name(self) -> str:
        return self.host.name if self.host else ""


class Places(NamedTuple):
    """The machines that options name: these hosts, by globs too, or this machine and all hosts."""

    patterns: tuple[str, ...] = ()
    is_all: bool = False

    def order(self, targets: Sequence[str]) -> tuple[str, ...]:
        """The labels as they were typed, each with its machines: without any it is of this one."""
        common = f"*{SEPARATOR}" if self.patterns or self.is_all else ""
        both = [("", common) if self.is_all and SEPARATOR not in each else (common,) for each in targets]
        return tuple(
            each if SEPARATOR in each else prefix + each
            for each, prefixes in zip(targets, both, strict=True)
            for prefix in prefixes
        )


def split(words: Sequence[str], targets: Sequence[str], places: Places) -> tuple[Part, ...]:
    """`words` for each machine, in the order in which they are named.

    `targets` are the very objects in them that are labels. Raises NotFoundError for a host that is not there,
    UsageError for what is no label of one, and ConfigError.
    """
    common = _common(places)
    whose = {id(each): _whose(each, common) for each in targets}
    machines = {one.name if one else "": one for each in targets for one in whose[id(each)]}
    if not targets:
        machines = {one.name if one else "": one for one in common}
    return tuple(_part(one, words, targets, whose, places) for one in machines.values())


def _common(places: Places) -> tuple[Host | None, ...]:
    """The machines that a label without a host is meant for."""
    if places.is_all:
        return (None, *known.hosts())
    return tuple(one for each in places.patterns for one in known.matching(each)) or (None,)


def _whose(target: str, common: tuple[Host | None, ...]) -> tuple[Host | None, ...]:
    pattern, is_prefixed, label = target.partition(SEPARATOR)
    if is_prefixed and (not label or SEPARATOR in label):  # or the host would look for it among its own hosts
        raise UsageError(f"'{visible(target)}' is not HOST:LABEL", hint="par host ls")
    return known.matching(pattern) if is_prefixed else common


def _part(
    machine: Host | None,
    words: Sequence[str],
    targets: Sequence[str],
    whose: dict[int, tuple[Host | None, ...]],
    places: Places,
) -> Part:
    mine = [each for each in targets if machine in whose[id(each)]]
    others = {id(each) for each in targets} - {id(each) for each in mine}
    plain = {id(each): each.partition(SEPARATOR)[2] for each in mine if SEPARATOR in each}
    said = tuple(str(plain.get(id(each), each)) for each in words if id(each) not in others)
    prefix = f"{machine.name}{SEPARATOR}" if machine else ""
    labels = tuple(prefix + plain.get(id(each), each) for each in mine)
    named = [each.partition(SEPARATOR)[0] for each in mine if SEPARATOR in each] or places.patterns
    is_vague = places.is_all or bool(named and all(known.is_glob(each) for each in named))
    return Part(machine, said, labels, is_vague)


def place(label: str, targets: Sequence[str]) -> int:
    """The first of `targets` that means what is called `label`."""
    known = key(label)
    for number, target in enumerate(map(key, targets)):
        if fnmatchcase(known, target) or target.startswith(f"{known}/"):
            return number
    return len(targets)

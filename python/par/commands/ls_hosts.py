"""What hosts say of their contexts: all are asked at once, and of one that gives no answer it is the last."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from par.contexts.selection import ALL, GLOB
from par.errors import NotFoundError, ParError
from par.hosts import answers, calls, last, parallel, parcel, ssh
from par.hosts.last import Told
from par.names import key, nearest, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from threading import Event

    from par.config.hosts import Host
    from par.contexts.selection import Wanted
    from par.hosts.parallel import Result
    from par.hosts.ssh import Outcome

# What a thread may take longer than the program that it waits for
GRACE = 1.1
SECONDS = 2.0


class Heard(NamedTuple):
    """The contexts of a host, as the documents of `par ls` have them, and their age in seconds.

    With an `error` it gave no answer: then they are what it said last, if anything, with age None if nothing.
    """

    host: Host
    contexts: tuple[dict[str, Any], ...]
    age: int | None = 0
    error: ParError | None = None


class Asking:
    """Hosts that are being asked; each may take so many seconds."""

    def __init__(self, hosts: Sequence[Host], seconds: float) -> None:
        parcel.version()
        self._hosts, self._seconds = hosts, seconds
        self._until = time.monotonic() + seconds * GRACE
        self._calls = parallel.Calls(partial(_ask, each, seconds) for each in hosts)

    def heard(self) -> tuple[Heard, ...]:
        """What each said; it is kept for the next time."""
        found = self._calls.results(max(0.0, self._until - time.monotonic()))
        self._calls.stop()
        return tuple(_heard(each, one, self._seconds) for each, one in zip(self._hosts, found, strict=True))


def _ask(host: Host, seconds: float, halt: Event) -> Outcome:
    return calls.call(host, "ls", "--json", seconds=seconds, halt=halt)


def _heard(host: Host, result: Result, seconds: float) -> Heard:
    try:
        if result.error or not result.outcome:
            raise result.error or ssh.late(host, seconds)
        if result.outcome.status:
            raise answers.failure(host, result.outcome)
        document = answers.document(host, result.outcome.stdout, ("ls",))
    except ParError as error:
        if (told := last.note_silence(host.name)) is None:
            return Heard(host, (), None, error)
        labels = (answers.prefixed(host, each["label"]) for each in told.contexts)
        age = max(0, int(time.time()) - told.at)
        return Heard(host, _labelled(told.contexts, labels), age, error)
    rows = document["contexts"]
    labels = (answers.plain(each["label"]) for each in rows)
    last.save(host.name, Told(int(time.time()), _labelled(rows, labels)))
    return Heard(host, tuple(rows))


def _labelled(rows: Iterable[dict[str, Any]], labels: Iterable[str]) -> tuple[dict[str, Any], ...]:
    return tuple({**row, "label": label} for row, label in zip(rows, labels, strict=True))


def chosen(heard: Sequence[Heard], words: Sequence[str], wanted: Wanted) -> tuple[Heard, ...]:
    """Of what was heard the contexts that HOST:LABEL, globs of both, and the filters of `wanted` mean.

    Without words all that the filters fit. Raises NotFoundError where a word means nothing, and hosts whose
    names it fits have told that.
    """
    for word in words:
        _check(heard, word)
    return tuple(
        each._replace(contexts=tuple(one for one in each.contexts if _is_meant(one, words, wanted)))
        for each in heard
    )


def _check(heard: Sequence[Heard], word: str) -> None:
    host, _, label = word.partition(answers.SEPARATOR)
    mine = [each for each in heard if _fits(each.host.name, host)]
    names = [each["label"] for one in mine for each in one.contexts]
    if any(each.age is None for each in mine) or any(_names(word, each) for each in names):
        return
    if GLOB & set(word) or label.casefold() == ALL:
        raise NotFoundError(f"no context matches '{visible(word)}'", hint="par ls")
    near = nearest(label, map(answers.plain, names))
    meant = (word, f"{mine[0].host.name}{answers.SEPARATOR}{near}" if near else "")
    message = f"there is no context '{visible(word)}'"
    raise NotFoundError(message, hint=f"par ls --host {visible(host)}", meant=meant)


def _is_meant(context: dict[str, Any], words: Sequence[str], wanted: Wanted) -> bool:
    return (not words or any(_names(each, context["label"]) for each in words)) and (
        (wanted.kind is None or wanted.kind.value == context["kind"])
        and (wanted.repository is None or wanted.repository in _homes(context))
        and (wanted.state is None or wanted.state in {context["state"], context["agent"]})
        and (wanted.init is None or (context["session"]["id"] and wanted.init == context["init"]))
    )


def _names(word: str, name: str) -> bool:
    host, _, label = word.partition(":")
    whose, _, what = name.partition(":")
    return _fits(whose, host) and (label.casefold() == ALL or _fits(what, label))


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(key(name), key(pattern))


def _homes(context: dict[str, Any]) -> set[str]:
    paths: Iterable[str] = (each["repository"] for each in context["worktrees"])
    return {context["repository"]["name"], *(PurePosixPath(each).name.removesuffix(".git") for each in paths)}

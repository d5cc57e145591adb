"""Merging in memory, by `git merge-tree`: the files in which two commits would conflict."""

import os
from collections.abc import Iterator, Sequence
from concurrent import futures
from typing import NamedTuple

from par.errors import CommandError
from par.git import process
from par.model import Repository

UNKNOWN_OPTION = 129
OLDEST = "2.38"
MERGE = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z")
MOST_PROCESSES = 4

Pair = tuple[str, str]


class Merged(NamedTuple):
    """The tree of a merge, and the files in conflict; with some of these the tree is of no use."""

    tree: str
    files: tuple[str, ...]


class TooOldError(CommandError):
    """git cannot merge without a worktree: it is older than OLDEST."""


def conflicts(home: Repository, pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    """For each pair of commits the files in which merging the two would conflict, by their paths.

    Two without a common ancestor conflict in no file. Raises CommandError, also where git is too old.
    """
    workers = min(os.cpu_count() or 1, MOST_PROCESSES, len(pairs) or 1)
    parts = [pairs[first::workers] for first in range(workers)]
    with futures.ThreadPoolExecutor(workers) as pool:
        found = [*pool.map(lambda part: _merged(home, part), parts)]
    return [found[place % workers][place // workers] for place in range(len(pairs))]


def tree(home: Repository, ours: str, theirs: str) -> str:
    """The tree that merging two commits makes; '' where they conflict, or git is too old to say."""
    outcome = process.attempt(home, *MERGE, ours, theirs)
    return outcome.stdout.split("\0")[0] if outcome.status == 0 else ""


def merged(home: Repository, ours: str, theirs: str) -> Merged:
    """What merging two commits makes; nothing at all of two without a common ancestor.

    Raises CommandError, and TooOldError where git is too old.
    """
    outcome = process.attempt(home, *MERGE, ours, theirs)
    if outcome.status == UNKNOWN_OPTION:
        message = f"git is older than {OLDEST}: it cannot merge without a worktree"
        raise TooOldError(message, hint=f"install git {OLDEST} or newer")
    if outcome.status > 1 and "unrelated histories" not in outcome.stderr:
        raise CommandError(f"git merge-tree: {outcome.reason}", hint=outcome.hint)
    found, *files = outcome.stdout.split("\0") if outcome.status < 2 else [""]
    return Merged(found, tuple(name for name in files if name))


def _merged(home: Repository, pairs: Sequence[Pair]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    while left := pairs[len(found) :]:
        text = "".join(f"{ours} {theirs}\n" for ours, theirs in left)
        outcome = process.attempt(home, *MERGE, "--stdin", text=text)
        if outcome.status == UNKNOWN_OPTION:  # before git 2.39
            return [merged(home, *pair).files for pair in pairs]
        told = [*_results(outcome.stdout)]
        # It ends at the first two that have nothing in common
        found += told if len(told) == len(left) else [*told, merged(home, *left[len(told)]).files]
    return found


def _results(said: str) -> Iterator[tuple[str, ...]]:
    """What `merge-tree --stdin -z` says: for each merge its status, a tree, and the files in conflict."""
    fields = iter(said.split("\0"))
    for status in fields:
        if status not in {"0", "1"}:
            return
        next(fields, "")
        yield tuple(iter(fields.__next__, ""))

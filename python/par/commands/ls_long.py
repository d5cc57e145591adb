"""`par ls --long`: how far the work in each worktree is, asked of git for all at once, and not for long."""

from collections.abc import Iterable
from concurrent import futures
from typing import NamedTuple

from par.contexts.selection import Target
from par.errors import ParError
from par.git import base, standing
from par.git.standing import Standing
from par.model import Context, Kind, Repository, Worktree

MOST_AT_ONCE = 4


class Row(NamedTuple):
    """A worktree of a context, the branch it is compared with, and how far it is, where git said so."""

    target: Target
    base: str = ""
    standing: Standing | None = None


def run(contexts: Iterable[Context], seconds: float) -> tuple[Row, ...]:
    """A row for each worktree; what git has not said after so many seconds is left out of it."""
    places = [(each, worktree) for each in contexts for worktree in each.worktrees]
    pool = futures.ThreadPoolExecutor(MOST_AT_ONCE)
    bases = {home: pool.submit(base.load, home) for home in {worktree.repository for _, worktree in places}}
    asked = [pool.submit(_row, context, worktree, bases) for context, worktree in places]
    done, _ = futures.wait(asked, timeout=seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    pairs = zip(places, asked, strict=True)
    return tuple(one.result() if one in done else Row(_target(*place)) for place, one in pairs)


def _row(context: Context, worktree: Worktree, bases: dict[Repository, "futures.Future[base.Bases]"]) -> Row:
    target = _target(context, worktree)
    try:
        against = bases[worktree.repository].result().of(worktree)
        return Row(target, against.name if against else "", standing.of(worktree, against))
    except (ParError, OSError):  # what git cannot look at is shown as unknown
        return Row(target)


def _target(context: Context, worktree: Worktree) -> Target:
    return Target(context, worktree if context.kind is Kind.WORKSPACE else None)

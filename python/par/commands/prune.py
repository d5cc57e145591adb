"""`par prune`: remove the contexts whose work has come home, or whose branch is gone where it came from."""

from pathlib import Path
from typing import NamedTuple

from par.contexts import selection, survey
from par.contexts.selection import Wanted
from par.errors import CommandError
from par.git import base, merged, uncommitted
from par.git.base import Bases
from par.model import Context, ContextStatus, Repository, Worktree
from par.names import visible
from par.system import narration


class Request(NamedTuple):
    """Which contexts to look at."""

    wanted: Wanted
    socket: Path


class Candidate(NamedTuple):
    """A context that may go, and why."""

    context: Context
    reason: str


def candidates(request: Request) -> tuple[Candidate, ...]:
    """The contexts that may go. Raises NotFoundError where none is called as was asked for.

    One with work that is not committed, with nothing done yet, or with an agent at work stays.
    """
    seen = survey.survey(request.socket)
    known: dict[Repository, Bases] = {}
    found = []
    for status in selection.statuses(seen, request.wanted) if seen.statuses else ():
        worktrees = status.context.worktrees if _is_idle(status) else ()
        for home in {each.repository for each in worktrees} - known.keys():
            known[home] = _bases(home)
        reasons = [_reason(each, known[each.repository]) for each in worktrees]
        if reasons and all(reasons):
            found.append(Candidate(status.context, ", ".join(dict.fromkeys(reasons))))
    return tuple(found)


def _bases(home: Repository) -> Bases:
    try:
        return base.load(home)
    except CommandError as error:
        narration.report(f"{visible(str(home.path))} is left out: {error.message}")
        return Bases({}, "", frozenset())


def _is_idle(status: ContextStatus) -> bool:
    """Whether par made the context, all of it is there, and no agent works in it."""
    context, session = status.context, status.session
    is_whole = not status.gone and all(each.repository.common_dir.is_dir() for each in context.worktrees)
    is_at_work = session is not None and session.agent == "working"
    return context.is_ready and not context.is_adopted and is_whole and not is_at_work


def _reason(worktree: Worktree, bases: Bases) -> str:
    """Why a worktree may go; '' where it may not."""
    try:
        if uncommitted.is_dirty(worktree):
            return ""
        tip = bases.oids.get(f"refs/heads/{worktree.branch}", "")
        for target in bases.homes_of(worktree) if tip else ():
            if merged.is_in(worktree.repository, target, tip, base.fork(worktree, target)):
                return f"its work is in {target.name}"
            if _is_older(worktree) and merged.is_older_in(worktree.repository, target, worktree.branch, tip):
                return f"its branch is merged into {target.name}"
    except CommandError:  # what git cannot answer for stays
        return ""
    return "its upstream is gone" if worktree.branch in bases.abandoned else ""


def _is_older(worktree: Worktree) -> bool:
    """Whether its branch was there before par, and is not one that others are merged into."""
    is_known = worktree.base_oid or base.began(worktree.repository, worktree.branch)
    return not is_known and worktree.branch not in base.USUAL

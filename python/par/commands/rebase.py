"""`par rebase`: the work of a context on top of where its base is now; on a conflict nothing has changed."""

from datetime import datetime, timezone
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from par.commands import merge_checks
from par.contexts import survey
from par.errors import ConflictError, NotFoundError, UnsafeError
from par.git import base, commits, heads, process, replaying, repository
from par.git.base import Base
from par.git.branch_moves import Move
from par.git.commits import Step
from par.git.merging import TooOldError
from par.model import Context, Repository, Worktree
from par.names import quoted, visible
from par.state import locks
from par.trash import moves
from par.trash.move_records import Moves, Rebased


class Request(NamedTuple):
    """The context, and what to put its work on, where that is not its base."""

    label: str
    socket: Path
    onto: str | None = None


class Part(NamedTuple):
    """What is rebased in one repository: `steps` come on top of `onto`, which has `dropped` more already."""

    worktree: Worktree
    onto: Base
    move: Move
    steps: tuple[Step, ...]
    dropped: int


class Plan(NamedTuple):
    """What is rebased, in each repository whose base has moved."""

    context: Context
    parts: tuple[Part, ...]


def plan(request: Request) -> Plan:
    """Find out what rebasing makes. Raises every refusal; nothing has changed by then."""
    status = survey.survey(request.socket).find_ready(request.label)
    context = status.context
    place = quoted(context.worktrees[0].path)
    if context.is_adopted:
        message = f"'{context.label}' is adopted: par changes nothing in it"
        raise ConflictError(message, hint=f"git -C {place} rebase")
    survey.check_worktrees(status)
    merge_checks.check_idle(status)
    found = (_part(each, context.label, request.onto) for each in context.worktrees)
    return Plan(context, tuple(each for each in found if each))


def _part(worktree: Worktree, label: str, wanted: str | None) -> Part | None:
    """What is rebased of one worktree; None where it has all of that already."""
    merge_checks.check_committed(worktree, label)
    home, standing = worktree.repository, heads.standing(worktree)
    if not standing.oid or standing.head != f"refs/heads/{worktree.branch}":
        message = f"'{label}' has something else than its branch '{visible(worktree.branch)}' checked out"
        raise UnsafeError(message, hint=f"git -C {quoted(worktree.path)} switch {quote(worktree.branch)}")
    was_on = base.load(home).of(worktree)
    onto, tip = _onto(home, was_on, label, wanted), standing.oid
    since = base.fork(worktree, was_on)
    if replaying.is_in(home, onto.oid, tip) and replaying.is_in(home, since, onto.oid):
        return None
    steps = _steps(worktree, label, onto, tip, since)
    if steps:
        commits.check_identity(worktree.path)
    move = Move(home, worktree.branch, tip, steps[-1].tree if steps else onto.oid, worktree.path)
    merge_checks.check_way(move)
    whole = process.run(home, "rev-list", "--count", "--no-merges", tip, f"^{since}", f"^{onto.oid}")
    return Part(worktree, onto, move, steps, int(whole) - len(steps))


def _onto(home: Repository, was_on: Base | None, label: str, wanted: str | None) -> Base:
    """What to put the work on; its ref is empty for what is no branch. Raises NotFoundError."""
    if wanted is not None:
        oid = repository.find_oid(home, wanted)
        named = [f"refs/heads/{wanted}", f"refs/remotes/{wanted}"]
        known = repository.refs(home, named)
        return Base(next((each for each in named if known.get(each) == oid), ""), oid)
    if was_on is None:
        message = f"par does not know what '{label}' was begun from"
        raise NotFoundError(message, hint=f"par rebase {label} --onto REV")
    return was_on


def _steps(worktree: Worktree, label: str, onto: Base, tip: str, since: str) -> tuple[Step, ...]:
    home, name = worktree.repository, visible(onto.name or onto.oid[:10])
    by_hand = f"git -C {quoted(worktree.path)} rebase --onto {onto.oid[:10]} {since[:10]}"
    if process.attempt(home, "merge-base", onto.oid, tip).status == 1:
        message = f"'{label}' and '{name}' have no commit in common"
        raise ConflictError(message, hint=by_hand)
    try:
        found = replaying.rebased(home, onto.oid, tip, since)
    except TooOldError as error:
        raise TooOldError(error.message, hint=by_hand) from error
    what = f"rebasing '{label}' onto '{name}'"
    merge_checks.check_conflicts(what, found.files, by_hand, found.stopped_at)
    return found.steps


def run(planned: Plan) -> tuple[Part, ...]:
    """Rebase as planned, all of it or nothing. Raises ParError, and then all is as it was before."""
    if not planned.parts:
        return ()
    label = planned.context.label
    with locks.operation() as operation:
        parts = tuple(map(_committed, planned.parts))
        rows, now = tuple(each.move for each in parts), datetime.now(timezone.utc)
        bases = tuple(map(_rebased, parts))
        moved = Moves(operation.id, label, "rebase", now, rows, is_kept=True, bases=bases)
        with moves.begun(moved, operation):
            for each in parts:
                merge_checks.check_unchanged(each.worktree, each.move.was)
            moves.make(moved, operation)
            moves.finish(moved)
    return parts


def _committed(part: Part) -> Part:
    now = commits.make(part.worktree.path, part.onto.oid, part.steps)
    return part._replace(move=part.move._replace(now=now))


def _rebased(part: Part) -> Rebased:
    was = part.worktree
    return Rebased(was.path, (was.base, was.base_oid), (part.onto.ref or was.base, part.onto.oid))

"""`par merge`: bring the work of a context home, and put it into the trash; one undo takes both back."""

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from par.commands import merge_checks, merge_part, rm
from par.commands.merge_part import Part
from par.commands.merge_steps import Wish
from par.contexts import survey
from par.contexts.selection import Wanted
from par.errors import NotFoundError
from par.model import ContextStatus
from par.setup import before_remove
from par.state import locks
from par.state.locks import Operation
from par.system import narration, signals
from par.trash import moves
from par.trash.entries import Entry
from par.trash.move_records import Moves
from par.trash.removal import Removed


class Request(NamedTuple):
    """The context to merge; one that `is_kept` stays as it is."""

    wish: Wish
    socket: Path
    is_kept: bool = False


class Plan(NamedTuple):
    """What is merged in each repository that has something new, and how the context goes, if it does."""

    status: ContextStatus
    parts: tuple[Part, ...]
    removal: rm.Plan | None


class Merged(NamedTuple):
    """What was merged, and what became of the context, where it did not stay."""

    label: str
    parts: tuple[Part, ...]
    removed: Removed | None
    expired: tuple[Entry, ...] = ()


def plan(request: Request) -> Plan:
    """Find out what merging makes. Raises every refusal; nothing has changed by then.

    An adopted context stays in any case.
    """
    seen = survey.survey(request.socket)
    status = seen.find_ready(request.wish.label)
    context, wish = status.context, request.wish._replace(label=seen.find(request.wish.label).context.label)
    survey.check_worktrees(status)
    merge_checks.check_idle(status)
    found = [merge_part.plan(each, wish, seen.statuses) for each in context.worktrees]
    if not any(found):
        message = f"'{context.label}' has nothing to merge: all its commits are there already"
        raise NotFoundError(message, hint=f"par diff {context.label}")
    removal = None
    if not (request.is_kept or context.is_adopted):
        removal = rm.plan(rm.Request(Wanted((context.label,)), request.socket))
    return Plan(status, tuple(each for each in found if each), removal)


def run(planned: Plan) -> Merged:
    """Merge as planned, all of it or nothing. Raises ParError, and then all is as it was before."""
    label = planned.status.context.label
    if planned.removal:
        for note in planned.removal.hooks.notes:
            narration.report(note)
        for each in planned.removal.hooks.by_label[label]:
            before_remove.run(each, is_forced=False)
    with locks.operation() as operation:
        parts = tuple(merge_part.commit(each) for each in planned.parts)
        rows = tuple(each.move for each in parts)
        now = datetime.now(timezone.utc)
        moved = Moves(operation.id, label, "merge", now, rows, is_kept=planned.removal is None)
        removed = _merge(planned, parts, moved, operation)
    expired = rm.expire(planned.removal) if planned.removal else ()
    return Merged(label, parts, removed, expired)


def _merge(planned: Plan, parts: Sequence[Part], moved: Moves, operation: Operation) -> Removed | None:
    removed = None
    with moves.begun(moved, operation):
        for each in parts:
            merge_checks.check_unchanged(each.worktree, each.tip)
        moves.make(moved, operation)
        with signals.ignored():
            if planned.removal:
                removed = rm.take_away(planned.status, planned.removal, operation)
            moves.finish(moved)
    return removed

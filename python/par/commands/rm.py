"""`par rm`: put contexts away where they can be brought back; with `--purge` delete them at once."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from par.commands import rm_check, rm_reserve
from par.config import settings
from par.contexts import selection, survey
from par.contexts.selection import Wanted
from par.errors import StateError
from par.git.trashing import Kept
from par.model import Context, ContextStatus
from par.setup import before_remove
from par.setup.before_remove import Hooks
from par.state import locks, paths
from par.state.locks import Operation
from par.system import narration, processes, signals
from par.tmux import panes
from par.tmux.panes import Shown
from par.trash import entries, removal, storing, workspace_folder
from par.trash.entries import Entry
from par.trash.removal import Removed
from par.trash.storing import Seen


class Request(NamedTuple):
    """Which contexts to remove.

    `is_purge` deletes at once. One that `is_forced` then gives up work that is nowhere else, and in any
    case goes on where what a repository wants done before fails.
    """

    wanted: Wanted
    socket: Path
    is_purge: bool = False
    is_forced: bool = False


class Plan(NamedTuple):
    """The contexts that can be removed, that of the caller's own session last.

    `hooks` are done before; those among its faults stay. What is in the trash for longer than `age` is
    emptied then; None keeps it for ever.
    """

    statuses: tuple[ContextStatus, ...]
    hooks: Hooks
    is_purge: bool
    is_forced: bool
    age: timedelta | None


def plan(request: Request) -> Plan:
    """Find the contexts and judge each. Raises UnsafeError for what is not par's, or would be lost."""
    age = settings.trash_age()
    seen = survey.survey(request.socket)
    found = rm_check.whole(selection.targets(seen.known, request.wanted, seen))
    wanted = [seen.find_ready(each.context.label) for each in found]
    # An adopted one is only forgotten: neither its lock nor its work is in the way of that
    judged = [each for each in wanted if not each.context.is_adopted]
    rm_check.check(judged, seen.known.contexts, request.is_purge, request.is_forced)
    own_last = sorted(wanted, key=lambda each: bool(each.session and each.session.is_current))
    hooks = before_remove.plan((each.context for each in own_last), request.is_forced)
    if len(hooks.faults) == len(own_last):
        raise rm_check.kept(hooks.faults)
    going = tuple(each for each in own_last if each.context.label not in hooks.faults)
    return Plan(going, hooks, request.is_purge, request.is_forced, age)


def run(planned: Plan) -> Iterator[Removed]:
    """Remove one context after the other as planned; what was done for each, truly.

    Raises ConfigError at the end for those that stay.

    Only what is done before, once for each, can be interrupted, or fail before anything was touched.
    """
    for note in planned.hooks.notes:
        narration.report(note)
    command = ""
    for status in planned.statuses:
        for each in planned.hooks.by_label[status.context.label]:
            before_remove.run(each, planned.is_forced)
        with signals.ignored():
            done = _remove(status, planned, command)
            command = command or done.trash_id or ""
            yield done
    if planned.hooks.faults:
        raise rm_check.kept(planned.hooks.faults)


def expire(planned: Plan) -> tuple[Entry, ...]:
    """Empty the trash of what is in it for too long; the entries that were deleted."""
    # A file that is younger says enough: all of them would be read at each removal
    if not (planned.age and (old := entries.written_before(time.time() - planned.age.total_seconds()))):
        return ()
    from par.trash import expiry  # noqa: PLC0415 - once in a while

    return expiry.expire(planned.age, old)


def _remove(status: ContextStatus, planned: Plan, command: str) -> Removed:
    with locks.operation() as operation:
        done = take_away(status, planned, operation, command)
    # Until now a program that worked in it could write there
    entry = entries.load(done.trash_id) if planned.is_purge and done.trash_id else None
    done = _purged(entry, done) if entry else done
    # With an empty trash an undo finds nothing older to bring back
    if planned.is_purge and not (done.trash_id or done.is_adopted) and entries.entries():
        _note(done)
    return done


def _note(done: Removed) -> None:
    from par.trash import forgotten  # noqa: PLC0415 - nearly all goes into the trash

    forgotten.note(done)


def _purged(entry: Entry, done: Removed) -> Removed:
    """Delete for good what was put away, unless something came in up to the end of its session."""
    from par.trash import emptying, holding  # noqa: PLC0415 - as above

    if any(holding.losses(entry)) or not emptying.empty(entry):
        return done
    left = paths.removed(entry.id)
    return done._replace(trash_id=None, left=left if left.exists() else None)


def take_away(status: ContextStatus, planned: Plan, operation: Operation, command: str = "") -> Removed:
    """Remove one context as a part of `operation`, after what is done before; signals are ignored by now."""
    session_id = status.session.id if status.session else None
    with panes.shown_asked(status.context.socket, session_id, storing.KEPT_LINES) as shown:
        removing, kept = rm_reserve.reserve(status.context, operation, planned.is_purge and planned.is_forced)
        if removing.is_adopted:
            done = removal.forget_adopted(removing, status.session)
            _note(done)
            return done
        seen = shown()
    try:
        return _take_away(removing, kept, operation, session_id, planned, command, seen)
    except OSError as error:
        message = f"context '{removing.label}' cannot be moved away: {error.strerror or error}"
        raise StateError(message, hint="par ls") from error


def _take_away(
    removing: Context,
    kept: tuple[Kept, ...],
    operation: Operation,
    session_id: str | None,
    planned: Plan,
    command: str,
    shown: Shown,
) -> Removed:
    if planned.is_purge and planned.is_forced:
        return removal.purge(removing, operation, session_id)
    seen = Seen(kept, tuple(each.pane_id for each in shown.programs), shown.text)
    if planned.is_purge:
        return storing.put_in(removing, operation, session_id, rm_check.check_put_away, seen=seen)
    # What runs the first commands ends what it has started, on terminals of its own
    ending = processes.children(each.pid for each in shown.programs if each.is_runner)
    root = workspace_folder.own_folder(removing)
    folders = [root] if root else [each.path for each in removing.worktrees]
    running = processes.inside(folders, [*(each.pid for each in shown.programs), *ending])
    removed = storing.put_in(removing, operation, session_id, command=command, seen=seen)
    return removed._replace(processes=running)

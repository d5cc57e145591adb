"""`par restore`: bring back what was removed, as it was."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from par.commands import restore_choice, restore_entry
from par.commands.restore_entry import Plan
from par.contexts import holders, survey
from par.errors import ConflictError, ParError, StateError, UsageError
from par.git import trashing
from par.model import Context, Worktree
from par.names import visible
from par.setup import layouts, running
from par.setup.preparation import with_free_ports
from par.state import index, locks, paths
from par.state.index import Index
from par.state.locks import Operation
from par.system import signals
from par.tmux import sessions
from par.trash import entries, restoring, storing
from par.trash.entries import Entry

if TYPE_CHECKING:
    from par.git.branch_moves import Move


class Request(NamedTuple):
    """The labels or ids of what to bring back, or just `all`; none is all that the last command removed.

    `new_label` renames it, and goes with one.
    """

    names: tuple[str, ...]
    socket: Path
    new_label: str | None = None


class Restored(NamedTuple):
    """A context that is back, how its commands had gone, as in `@par_init`, and what is not as it was.

    The branches in `moved` were moved with its removal, and are back too. Where `part` is a worktree, that
    alone came back, into a workspace that was there.
    """

    context: Context
    init: str
    notes: tuple[str, ...]
    moved: "tuple[Move, ...]" = ()
    part: Worktree | None = None


def plan(request: Request) -> tuple[Plan, ...]:
    """Find the entries and see that their labels, places and branches are free. Raises every refusal."""
    found = survey.recovered_index(request.socket)
    chosen = restore_choice.chosen(request.names, request.socket, found)
    if request.new_label and len(chosen) > 1:
        labels = ", ".join(each.context.label for each in chosen)
        hint = f"par restore {chosen[0].id} --as {request.new_label}"
        raise UsageError(f"--as renames one context, and this is {len(chosen)}: {labels}", hint=hint)
    if len(chosen) == 1:
        planned = restore_entry.plan(chosen[0], request.new_label, found)
        return (_with_moves(planned, takes_back=not request.names),)
    return _plan_together(chosen, found)


def _with_moves(planned: Plan, takes_back: bool) -> Plan:
    if not paths.moves().exists():
        return planned
    from par.commands import undo  # noqa: PLC0415 - many never merge with par

    return undo.with_moves(planned, takes_back=takes_back)


def _plan_together(chosen: Iterable[Entry], found: Index) -> tuple[Plan, ...]:
    planned, failed = [], []
    for entry in chosen:
        try:
            planned.append(restore_entry.plan(entry, None, found))
        except ParError as error:
            failed.append((entry, error))
    if failed:
        first = failed[0][1]
        message = f"nothing was restored: {len(failed)} of {len(failed) + len(planned)} cannot come back"
        details = tuple(f"{entry.context.label}: {error.message}" for entry, error in failed)
        raise type(first)(message, hint=first.hint, details=details)
    return tuple(planned)


def run(planned: Sequence[Plan]) -> Iterator[Restored]:
    """Put one context after the other back; each comes back whole, or stays so in the trash."""
    for place, each in enumerate(planned):
        # What came back before may have taken the name of its session
        yield _restore(_planned_again(each) if place else each)


def _planned_again(planned: Plan) -> Plan:
    entry = entries.load(planned.entry.id) or planned.entry
    again = restore_entry.plan(entry, None, index.load(planned.context.socket))
    return again._replace(moved=planned.moved)


def _restore(planned: Plan) -> Restored:
    entry, context = planned.entry, planned.context
    with locks.adopted(entry.id) as operation:
        if operation is None or entries.load(entry.id) is None:
            raise ConflictError("another par is already working on it", hint="par trash")
        if planned.workspace:
            return _returned(planned, planned.workspace, operation)
        if planned.moved:
            from par.trash import moves  # noqa: PLC0415 - as above
        context = _reserve(context)
        try:
            _put_back(planned._replace(context=context), operation)
            session_id = sessions.create(context)
            if planned.moved:
                moves.take_back(planned.moved, operation)
        except BaseException as error:
            _return(planned, context, operation)
            if isinstance(error, OSError):
                message = f"'{context.label}' cannot be put back: {error.strerror or error}"
                raise StateError(message, hint=f"par restore {entry.id}") from error
            raise
        with signals.ignored():
            done = restoring.finish(context, operation)
            if planned.moved:
                moves.forget(planned.moved)
            init = running.mark_again(done, session_id)
    layouts.build_approved(done, session_id)
    return Restored(done, init, planned.notes, planned.moved.rows if planned.moved else ())


def _returned(planned: Plan, workspace: Context, operation: Operation) -> Restored:
    from par.contexts import returning  # noqa: PLC0415 - few are repositories of a workspace

    entry, (head,) = planned.entry, planned.heads
    try:
        grown = returning.return_repository(workspace, planned.context, entry, head, operation)
    except OSError as error:
        message = f"'{visible(entry.label)}' cannot be put back: {error.strerror or error}"
        raise StateError(message, hint=f"par restore {entry.id}") from error
    return Restored(grown, "", planned.notes, part=grown.worktrees[-1])


def _return(planned: Plan, context: Context, operation: Operation) -> None:
    """Let all be in the trash again. Where this fails too the next par does it; what failed first counts."""
    with signals.ignored(), suppress(ParError, OSError):
        restoring.return_to_trash(planned.entry, context, operation)
        if planned.moved:
            from par.trash import moves  # noqa: PLC0415 - as above

            moves.go_on(planned.moved, operation)


def _put_back(planned: Plan, operation: Operation) -> None:
    if planned.moved:
        from par.trash import moves  # noqa: PLC0415 - as above

        moves.begin(planned.moved)
    if planned.entry.has_root:
        storing.put_root_back(planned.entry, planned.context.root)
    rows = zip(planned.entry.kept, planned.context.worktrees, planned.heads, strict=True)
    for place, (kept, target, head) in enumerate(rows):
        with locks.repository(target.repository.common_dir):
            trashing.move_back(kept, planned.entry.trashed_path(place), target, head, operation)


def _reserve(context: Context) -> Context:
    with locks.index():
        found = index.load(context.socket)
        holders.check_label(found, context.label)
        reserved = with_free_ports(context, found)
        index.save(found.with_(reserved))
    return reserved

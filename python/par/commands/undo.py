"""`par undo` of what moved branches: they go back, as long as nobody has moved them since."""

from pathlib import Path
from typing import NamedTuple

from par import names
from par.commands import merge_checks
from par.commands.restore_entry import Plan
from par.contexts import survey
from par.contexts.survey import Survey
from par.errors import ConflictError, StateError
from par.git import process
from par.git.branch_moves import Move
from par.names import quoted, visible
from par.state import locks
from par.system import signals
from par.trash import forgotten, moves
from par.trash.move_records import Moves


class Undone(NamedTuple):
    """What a command had done to the context `label`, which stayed, and the branches that are back."""

    label: str
    verb: str
    rows: tuple[Move, ...]
    notes: tuple[str, ...] = ()


def with_moves(planned: Plan, *, takes_back: bool) -> Plan:
    """The plan, with the branches that moved with the removal, where it `takes_back` these too.

    A branch that moved since stays. Raises ConflictError or UnsafeError where a checkout cannot follow.
    """
    moved = moves.load(planned.entry.id)
    if moved is None:
        return planned
    rows, notes = [], []
    for row in moved.rows:
        if takes_back and row.tip == row.now:
            rows.append(_checked(row, survey.survey(planned.context.socket)))
            notes += _published(row)
        else:
            why = f"'{visible(row.branch)}' has moved since: " if takes_back else ""
            notes.append(f"{why}what was merged into '{visible(row.branch)}' stays there")
    kept = moved._replace(rows=tuple(rows)) if rows else None
    return planned._replace(moved=kept, notes=(*planned.notes, *notes))


def _checked(row: Move, seen: Survey) -> Move:
    now = row._replace(holder=merge_checks.holder_of(row.home, row.branch, seen.statuses))
    merge_checks.check_way(now.back)
    return now


def _published(row: Move) -> list[str]:
    """A note for each remote branch that has what goes back: it would come again with a pull."""
    asked = ("for-each-ref", "--contains", row.now, "--format=%(refname)", "refs/remotes")
    refs = [each for each in names.lines(process.run(row.home, *asked)) if not each.endswith("/HEAD")]
    shown = (visible(each.removeprefix("refs/remotes/")) for each in refs)
    return [f"'{each}' has it already: a pull would bring it back" for each in shown]


def plan(socket: Path) -> Moves | None:
    """What the last command moved, where it left its context in place; None where it did something else.

    Raises ConflictError where a branch has moved since, or UnsafeError where a checkout cannot follow.
    """
    survey.recovered_index(socket)
    moved = next(iter(moves.kept()), None)
    if moved is None or any(each > moved.at for each in forgotten.removed_at()):
        return None
    for row in moved.rows:
        if row.tip != row.now:
            message = f"'{visible(row.branch)}' has moved since the {moved.verb} of '{moved.label}'"
            raise ConflictError(message, hint=f"git -C {quoted(row.home.path)} reflog {quoted(row.branch)}")
    seen = survey.survey(socket)
    return moved._replace(rows=tuple(_checked(each, seen) for each in moved.rows))


def run(moved: Moves) -> Undone:
    """Take the branches back, all of them or none. Raises ParError."""
    with locks.adopted(moved.id) as operation:
        if operation is None or moves.load(moved.id) is None:
            raise ConflictError("another par is already working on it", hint="par ls")
        try:
            moves.begin(moved)
            moves.take_back(moved, operation)
        except BaseException as error:
            with signals.ignored():
                moves.go_on(moved, operation)
            if isinstance(error, OSError):
                raise StateError(
                    f"the {moved.verb} cannot be taken back: {error.strerror or error}"
                ) from error
            raise
        moves.forget(moved)
    notes = tuple(note for row in moved.rows for note in _published(row))
    return Undone(moved.label, moved.verb, moved.rows, notes)

"""`par undo` of a start that took uncommitted work along: that goes back, and the context to the trash."""

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from par.commands import rm
from par.contexts import carried, survey
from par.contexts.selection import Wanted
from par.errors import ConflictError, StateError
from par.git import changes, edits
from par.git.changes import Changes
from par.names import quoted, visible
from par.system import file_copies, files, signals
from par.trash import forgotten, moves


class Plan(NamedTuple):
    """The context `label`, the work in it that goes back to the folder `source`, and its removal."""

    label: str
    work: Changes
    source: Path
    removal: rm.Plan


def plan(socket: Path) -> Plan | None:
    """What the last command took along; None where that did something else, or its context is no more.

    Raises ConflictError where the work cannot go back: it says why, and the work stays where it is.
    """
    known = survey.survey(socket).known
    last = carried.last()
    if last is None or any(at > last.at for at in _later()):
        return None
    places = {each.worktrees[0].path: each for each in known.contexts}
    if (context := places.get(last.target)) is None:
        return None
    label, source = context.label, last.source
    removal = rm.plan(rm.Request(Wanted((label,)), socket))
    if not source.is_dir():
        message = f"'{visible(str(source))}' is gone: the work stays in '{label}'"
        raise ConflictError(message, hint=f"par open {label}")
    work = changes.read(last.target)
    if work.oid != last.oid:
        message = f"'{label}' has other commits by now: its work stays there"
        raise ConflictError(message, hint=f"par diff {label}, or to remove it all the same: par rm {label}")
    _check_room(label, work, source)
    return Plan(label, work, source, removal)


def _later() -> list[datetime]:
    """When something was done that an undo would take back otherwise."""
    return [*forgotten.removed_at(), *(each.at for each in moves.kept()[:1])]


def _check_room(label: str, work: Changes, source: Path) -> None:
    """Raise ConflictError where something is in the way in `source`, but for what came back before a kill."""
    there = changes.read(source)
    wanted = {*work.paths}
    busy = {*(each.path for each in there.found), *edits.hidden(source)} & wanted
    known = {each.path for each in work.found if each.mode != changes.ABSENT}
    busy |= {path for path in wanted - known if _is_taken(source / path, {source / each for each in known})}
    busy = {path for path in busy if not file_copies.is_same(source, work.folder, path)}
    if there.oid != work.oid:
        busy |= {*changes.differing(source, work.oid, there.oid, wanted)}
    if busy:
        names = ", ".join(visible(each) for each in sorted(busy)[:3])
        more = f" and {len(busy) - 3} more" if len(busy) > 3 else ""
        message = f"'{visible(str(source))}' has other work in {names}{more}: the work stays in '{label}'"
        raise ConflictError(message, hint=f"git -C {quoted(source)} stash -u, then par undo")


def _is_taken(place: Path, known: set[Path]) -> bool:
    """Whether something is at `place`, as an ignored file, besides what is `known` and so goes or changes."""
    if place.is_symlink() or not place.is_dir():
        return os.path.lexists(place)
    return any(each not in known for each in files.below(place))


def run(planned: Plan) -> Plan:
    """Bring the work back, then remove the context, which keeps it too. Raises ParError."""
    with signals.ignored():
        try:
            changes.bring(planned.work, planned.source)
        except OSError as error:
            place = visible(str(error.filename or planned.source))
            message = f"'{place}' cannot be brought back: {error.strerror or error}"
            raise StateError(message, hint="par undo") from error
        for _ in rm.run(planned.removal):
            pass
        carried.forget()
    return planned

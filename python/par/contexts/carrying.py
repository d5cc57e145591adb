"""Uncommitted work goes along into a new context: it is there, on disk, before it leaves the old folder.

A file in the data folder, named after the operation, leads the way: while that is not `has_arrived` the old
folder has all of it, and what a par that died made is undone; from then on the new one has all of it, and the
next par goes on taking it out of the old one.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from par.contexts import carried
from par.contexts.carried import Carried
from par.errors import ConflictError, ParError, StateError
from par.git import changes
from par.git.changes import Change, Changes
from par.model import Context
from par.names import visible
from par.state import index, locks, paths
from par.system import file_copies, narration
from par.system.file_copies import Look

DAMAGE = (OSError, ValueError, KeyError, TypeError)


class Journey(NamedTuple):
    """What goes along into the worktree at `target`, and how each file looked then in the old folder."""

    work: Changes
    looks: Mapping[str, Look | None]
    target: Path
    has_arrived: bool = False


def check(work: Changes, label: str, oid: str) -> Changes:
    """See that a context `label` which begins at `oid` can have all of `work`. Raises every refusal."""
    shown = visible(str(work.folder))
    if oid != work.oid:
        message = f"'{label}' begins at another commit than '{shown}' has checked out"
        raise ConflictError(message, hint=f"commit the changes, or par start {label} without --with-changes")
    if not work.found:
        message = f"nothing is uncommitted in '{shown}'"
        raise ConflictError(message, hint=f"par start {label}")
    return work


def bring(work: Changes, target: Path, operation: str) -> None:
    """Let the new worktree at `target` have all of `work`; the old folder has it still. Raises ParError."""
    looks = {path: file_copies.look(work.folder, path) for path in work.paths}
    journey = Journey(work, looks, target)
    _save(operation, journey)
    try:
        changes.bring(work, target)
    except OSError as error:
        place = visible(str(error.filename or target))
        raise ConflictError(f"'{place}' cannot be taken along: {error.strerror or error}") from error
    arrived = changes.read(target)
    now = {path: file_copies.look(work.folder, path) for path in work.paths}
    if {*changes.read(work.folder).found} != {*work.found} or now != looks:
        message = f"the files in '{visible(str(work.folder))}' change while they are taken along"
        raise ConflictError(message, hint="try again in a moment")
    if {*arrived.found} != {*work.found}:
        odd = sorted({each.path for each in {*arrived.found} ^ {*work.found}})
        message = f"git does not see the same work in the new worktree: {visible(odd[0])}"
        raise ConflictError(message, hint=f"git -C '{visible(str(work.folder))}' status")


def arrive(operation: str) -> None:
    """Write down that all of it is in the new worktree: from now on it leaves the old folder."""
    if journey := _load(operation):
        _save(operation, journey._replace(has_arrived=True))


def leave(context: Context, operation: str) -> None:
    """Take what `context` was given out of the old folder; what somebody wrote there since stays.

    May be called again after a crash. Raises ParError.
    """
    journey = _load(operation)
    if journey is None or not journey.has_arrived:
        return
    folder = journey.work.folder
    try:
        stays = changes.take_out(folder, journey.work.found, journey.looks) if folder.is_dir() else []
        carried.remember(Carried(folder, journey.target, journey.work.oid, datetime.now(timezone.utc)))
    except OSError as error:
        message = f"'{context.label}' has the work of '{visible(str(folder))}', which still has it too"
        raise StateError(f"{message}: {error.strerror or error}", hint="par ls tries again") from error
    forget(operation)
    count = len(journey.work.paths)
    files = f"{count} file{'' if count == 1 else 's'}"
    narration.report(f"'{context.label}' has the uncommitted work of {visible(str(folder))}: {files}")
    for each in (*stays, *journey.work.nested):
        narration.report(
            f"  {visible(each)} stays there too" if each in stays else f"  {visible(each)} stays there"
        )


def is_on_the_way(operation: str) -> bool:
    """Whether an operation had begun to take work along, which has not arrived."""
    return (journey := _load(operation)) is not None and not journey.has_arrived


def finish(socket: Path) -> None:
    """Take out of old folders what a par that died had brought along."""
    contexts = {each.worktrees[0].path: each for each in index.load(socket).contexts if each.is_ready}
    for file in sorted(_folder().glob("*.json")):
        with suppress(ParError, OSError), locks.adopted(file.stem) as operation:
            journey = _load(file.stem) if operation else None
            if journey and journey.has_arrived and (context := contexts.get(journey.target)):
                leave(context, file.stem)
    _drop_empty_folder()


def forget(operation: str) -> None:
    """Delete what was written down of a journey that is at its end, or was taken back."""
    if not _folder().exists():
        return
    for each in (_file(operation), index.beside(_file(operation))):
        each.unlink(missing_ok=True)
    _drop_empty_folder()


def _drop_empty_folder() -> None:
    # Under the lock: another par may be about to write something there
    with locks.index(), suppress(OSError):
        _folder().rmdir()


def _folder() -> Path:
    return paths.data() / paths.CARRIED


def _file(operation: str) -> Path:
    return _folder() / f"{operation}.json"


def _save(operation: str, journey: Journey) -> None:
    work = journey.work
    record = {
        "folder": str(work.folder),
        "oid": work.oid,
        "nested": work.nested,
        "found": work.found,
        "looks": list(journey.looks.items()),
        "target": str(journey.target),
        "has_arrived": journey.has_arrived,
    }
    with locks.index():
        _folder().mkdir(mode=0o700, exist_ok=True)
        index.write(_file(operation), json.dumps(record).encode())


def _load(operation: str) -> Journey | None:
    with suppress(*DAMAGE):
        record = json.loads(_file(operation).read_bytes())
        found = tuple(Change(*each) for each in record["found"])
        work = Changes(Path(record["folder"]), record["oid"], found, tuple(record["nested"]))
        looks = {path: Look(*said) if said else None for path, said in record["looks"]}
        return Journey(work, looks, Path(record["target"]), record["has_arrived"] is True)
    return None

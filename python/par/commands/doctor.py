"""`par doctor`: compare all that par knows with all that is there, and repair what does not agree."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par.doctor import (
    contexts,
    data_folder,
    disk,
    git_remains,
    index_rebuild,
    sessions,
    stray_records,
    strays,
    trash_entries,
)
from par.doctor.findings import FOUNDATIONS, Finding
from par.errors import ParError
from par.state import paths
from par.state.index import Index
from par.system import signals
from par.trash import entries

ROUNDS = 6


class Request(NamedTuple):
    """Where to look: the server of contexts that name none, and the folder that a person stands in."""

    socket: Path
    folder: Path


class Report(NamedTuple):
    """What was found: what is repaired now, and what is left."""

    fixed: tuple[Finding, ...]
    left: tuple[Finding, ...]


def plan(request: Request) -> tuple[Finding, ...]:
    """Look at everything and change nothing. Raises StateError for an index that is newer than this par."""
    # What par makes it first writes in the index: read last, that knows all that is not forgotten
    modes = tuple(disk.modes())
    if not disk.is_open():
        return modes
    folders = strays.folders()
    trashed = trash_entries.folders()
    live = sessions.everywhere(request.socket)
    found, broken = index_rebuild.load_readable(request.socket)
    if found.is_copy:  # then its worktrees and their sessions are those of another
        folders = [each for each in folders if not data_folder.is_copied(each, found)]
        found = _without_anothers(found)
    live |= sessions.on({context.socket for context in found.contexts} - live.keys())
    marked = [each for on_one in live.values() for each in on_one]
    unknown = strays.unknown([*folders, *strays.named(marked)], found)
    return (
        *modes,
        *broken,
        *data_folder.examine(found, trashed, request.socket),
        *contexts.examine(found, request.folder),
        *stray_records.examine(unknown, live, request.socket),
        *sessions.examine(found, unknown, live),
        *trash_entries.examine(trashed, found, request.folder),
        *disk.copies(strays.copies(folders)),
        *disk.remains(found),
        *git_remains.examine(found, entries.entries()),
    )


def _without_anothers(found: Index) -> Index:
    kept = (each for each in found.contexts if paths.another(each.root) is None)
    return found._replace(contexts=tuple(kept))


def run(request: Request, planned: Iterable[Finding]) -> Report:
    """Repair what can be; a repair may bring to light, or do away with, what another would have been."""
    fixed: list[Finding] = []
    failed: dict[Finding, str] = {}
    left = tuple(planned)
    for _ in range(ROUNDS):
        todo = [each for each in left if each.fix and each.said not in failed]
        if not todo:
            break
        for finding in [each for each in todo if each.fault in FOUNDATIONS] or todo:
            if reason := _mend(finding):
                failed[finding.said] = reason
            else:
                fixed.append(finding)
        left = plan(request)
    remaining = {each.said for each in left}
    done = {each.said: each for each in fixed if each.said not in remaining}
    return Report(tuple(done.values()), tuple(_with_reason(each, failed) for each in left))


def _mend(finding: Finding) -> str:
    try:
        if finding.fix:
            with signals.ignored():
                finding.fix()
    except (ParError, OSError) as error:
        return str(error)
    return ""


def _with_reason(finding: Finding, failed: dict[Finding, str]) -> Finding:
    reason = failed.get(finding.said)
    return finding._replace(message=f"{finding.message} (not repaired: {reason})") if reason else finding

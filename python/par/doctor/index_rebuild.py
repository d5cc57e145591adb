"""The index itself: what of a damaged one can be read, and a new one in its place."""

import json
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from shlex import quote

from par.doctor.findings import Fault, Finding
from par.errors import StateError
from par.names import visible
from par.state import index, locks, paths
from par.state.index import Index
from par.state.records import Damaged, followed, read
from par.system import files

DAMAGE = (OSError, AttributeError, KeyError, TypeError, ValueError, RecursionError)


def load_readable(socket: Path) -> tuple[Index, tuple[Finding, ...]]:
    """The index, or as much of it as can be read and what is wrong with it.

    Raises StateError for an index that is newer than this par.
    """
    try:
        found = index.load(socket)
    except StateError as error:
        if error.hint != index.DOCTOR:
            raise
        base = _readable()
        return base, (_finding(error, base, socket),)
    return found._replace(damaged=()), tuple(_record(each, socket) for each in found.damaged)


def _record(damaged: Damaged, socket: Path) -> Finding:
    message = f"its record is damaged: {damaged.message}"
    how = "keep a copy of the index, and make a record from the worktree and session there are"
    fix = partial(_renew, socket)
    return Finding(Fault.INDEX, visible(damaged.label) or "''", message, how, fix=fix)


def _finding(error: StateError, base: Index, socket: Path) -> Finding:
    if isinstance(error.__cause__, PermissionError):
        return Finding(Fault.INDEX, "index", error.message, hint=f"chmod 600 {quote(str(paths.index()))}")
    count = len(base.contexts)
    kept = f"{count} record{'' if count == 1 else 's'} of it and from " if count else "from "
    how = f"keep it as a copy, and make a new one from {kept}the worktrees and sessions there are"
    return Finding(
        Fault.INDEX, "index", error.message, how.replace("from from", "from"), fix=partial(_renew, socket)
    )


def _readable() -> Index:
    """The records that are whole in an index of which another part is damaged."""
    try:
        document = json.loads(files.content(paths.index()).decode())
        if document["version"] != index.VERSION:
            return Index()
        records, was_at = followed(document["contexts"], document.get("data"))
        contexts, _ = read(records)
        known = {context.label for context in contexts}
        opened = document.get("opened") or []
        return Index(contexts, tuple(each for each in opened if each in known), was_at=was_at)
    except DAMAGE:
        return Index()


def _renew(socket: Path) -> None:
    """Put what can be read in the place of the damaged index, which stays beside it as it was."""
    with locks.index():
        try:
            found = index.load(socket)
        except StateError:
            base = _readable()._replace(backup=None)
        else:
            if not found.damaged:
                return
            base = found._replace(damaged=())
        _keep(paths.index())
        index.save(base)


def _keep(damaged: Path) -> None:
    now = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    names = (f"global_state.damaged-{now}{again}.json" for again in ("", *map("-{}".format, range(2, 100))))
    copy = next(each for name in names if not (each := damaged.with_name(name)).exists())
    try:
        content = files.content(damaged)
    except OSError:  # a folder, a FIFO, a link to nothing
        damaged.rename(copy)
    else:
        index.write(copy, content)

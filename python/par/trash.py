"""What was removed and can be brought back: an entry per removal, with its worktrees beside it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from par import index, paths
from par.errors import NotFoundError, StateError
from par.git import burial, deletion
from par.git.burial import Kept
from par.git.repository import Upstream
from par.model import Context
from par.names import key, nearest, visible
from par.records import from_record, to_record, when

VERSION = 1
ENTRY = "entry.json"
DAMAGE = (AttributeError, KeyError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Entry:
    """One removal: `id` names its folder and refs, `context` is the record as it was."""

    id: str
    context: Context
    removed_at: datetime
    kept: tuple[Kept, ...]

    @property
    def folder(self) -> Path:
        return paths.trash() / self.id

    def grave(self, place: int) -> Path:
        """Where the worktree number `place` lies."""
        return self.folder / str(place)

    def ref(self, place: int) -> str:
        """The name under which the commits of the worktree number `place` are kept."""
        return f"refs/par/trash/{self.id}/{place}"

    @property
    def is_whole(self) -> bool:
        """Whether all that was put away is still there, and not back in its place."""
        return all(self.grave(place).is_dir() for place, kept in enumerate(self.kept) if kept.had_folder)


def save(entry: Entry) -> None:
    """Write the entry, before anything is moved. Raises StateError."""
    record = {
        "version": VERSION,
        "label": entry.context.label,
        "removed_at": entry.removed_at.isoformat(),
        "context": to_record(entry.context),
        "kept": [_kept_record(kept) for kept in entry.kept],
    }
    try:
        entry.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        index.write(entry.folder / ENTRY, json.dumps(record, indent=1).encode())
    except OSError as error:
        raise StateError(f"the trash {paths.trash()} cannot be written: {error}") from error


def _kept_record(kept: Kept) -> dict[str, Any]:
    upstream = [kept.upstream.remote, kept.upstream.ref] if kept.upstream else None
    return {
        "head": kept.head,
        "oid": kept.oid,
        "tip": kept.tip,
        "upstream": upstream,
        "had_folder": kept.had_folder,
    }


def load(name: str) -> Entry | None:
    """The entry with the id `name`; None where there is none that can be read."""
    try:
        record = json.loads((paths.trash() / name / ENTRY).read_bytes())
        return _entry(name, record)
    except (OSError, *DAMAGE):
        return None


def _entry(name: str, record: dict[str, Any]) -> Entry:
    context = from_record(record["label"], record["context"])
    pairs = zip(context.worktrees, record["kept"], strict=True)
    kept = tuple(
        Kept(
            worktree=worktree,
            head=str(each["head"]),
            oid=str(each["oid"]),
            tip=str(each["tip"]),
            upstream=Upstream(*each["upstream"]) if each["upstream"] else None,
            had_folder=each["had_folder"] is True,
        )
        for worktree, each in pairs
    )
    return Entry(name, context, when(record["removed_at"]), kept)


def entries() -> list[Entry]:
    """All that can be brought back, the latest removal first."""
    folder = paths.trash()
    found = [load(each.name) for each in folder.iterdir()] if folder.is_dir() else []
    whole = [entry for entry in found if entry and entry.is_whole]
    return sorted(whole, key=lambda entry: (entry.removed_at, entry.id), reverse=True)


def find(name: str | None) -> Entry:
    """The entry with this label or id, the latest of its label; with None the latest of all.

    Raises NotFoundError.
    """
    known = entries()
    wanted = [each for each in known if name in {None, each.id} or key(each.context.label) == key(name or "")]
    if wanted:
        return wanted[0]
    if name is None:
        raise NotFoundError("the trash is empty", hint="par ls")
    near = nearest(name, (each.context.label for each in known))
    hint = "did you mean " + " or ".join(f"'{each}'" for each in near) + "?" if near else "par trash"
    raise NotFoundError(f"'{visible(name)}' is not in the trash", hint=hint)


def forget(entry: Entry) -> None:
    """Delete the refs and the folder of an entry, and whatever still lies in it."""
    for place, kept in enumerate(entry.kept):
        burial.drop_refs(kept, entry.ref(place))
    if entry.folder.is_dir():
        deletion.delete_tree(entry.folder)

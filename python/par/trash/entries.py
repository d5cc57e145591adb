"""What was removed and can be brought back: an entry per removal, with its worktrees beside it."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from par.errors import StateError
from par.git import deletion, kept_commits
from par.git.trashing import Kept
from par.model import Context, Kind, Repository
from par.state import index, paths
from par.state.records import followed, from_record, to_record, when
from par.system import files
from par.trash import kept_records

VERSION = 1
ENTRY = "entry.json"
DAMAGE = (AttributeError, KeyError, TypeError, ValueError, RecursionError)


class Entry(NamedTuple):
    """One removal: `id` names its folder and refs, `context` is the record as it was.

    `command` is shared by all that one command removed: the id of the first of them. One that `has_root`
    has the workspace's own folder too, with all that is not a worktree. `was_at` is where the data folder
    was when it was written, if not here.
    """

    id: str
    context: Context
    removed_at: datetime
    kept: tuple[Kept, ...]
    command: str
    has_root: bool = False
    was_at: Path | None = None

    @property
    def is_copy(self) -> bool:
        """Whether a data folder in use has the same removal: what repositories keep is for that one."""
        return self.was_at is not None and paths.is_anothers(self.was_at)

    @property
    def label(self) -> str:
        """LABEL, or LABEL/REPO for one repository of a workspace that was dropped from it."""
        (first, *more), label = self.context.worktrees, self.context.label
        is_part = self.context.kind is Kind.WORKSPACE and not (more or self.has_root)
        return f"{label}/{first.name}" if is_part else label

    @property
    def folder(self) -> Path:
        return paths.trash() / self.id

    @property
    def trashed_root(self) -> Path:
        """Where the workspace's own folder lies."""
        return self.folder / "root"

    def trashed_path(self, place: int) -> Path:
        """Where the worktree number `place` lies."""
        return trashed_path(self.id, place)

    def ref(self, place: int) -> str:
        """The name under which the commits of the worktree number `place` are kept."""
        return f"{refs(self.id)}/{place}"

    @property
    def is_whole(self) -> bool:
        """Whether all that was put away is still there, and not back in its place."""
        is_root_there = not self.has_root or self.trashed_root.is_dir()
        folders = [self.trashed_path(place) for place, kept in enumerate(self.kept) if kept.had_folder]
        return is_root_there and all(folder.is_dir() for folder in folders)


def trashed_path(name: str, place: int) -> Path:
    """Where the entry `name` has, or had, its worktree number `place`."""
    return paths.trash() / name / str(place)


def save(entry: Entry, texts: Sequence[str]) -> None:
    """Write the entry and the texts of its panes, before anything is moved. Raises StateError."""
    record = {
        "version": VERSION,
        "data": str(entry.was_at if entry.is_copy else paths.data()),
        "label": entry.context.label,
        "removed_at": entry.removed_at.isoformat(timespec="microseconds"),
        "command": entry.command,
        "context": to_record(entry.context),
        "kept": [kept_records.written(kept) for kept in entry.kept],
        "has_root": entry.has_root,
    }
    try:
        paths.trash().mkdir(mode=0o700, exist_ok=True)
        entry.folder.mkdir(mode=0o700, exist_ok=True)
        for number, text in enumerate(texts):
            index.write(entry.folder / f"pane-{number}.txt", text.encode("utf-8", "surrogateescape"), False)
        index.write(entry.folder / ENTRY, json.dumps(record, indent=1).encode())
    except OSError as error:
        raise StateError(f"the trash {paths.trash()} cannot be written: {error}") from error


def load(name: str, folder: Path | None = None) -> Entry | None:
    """The entry with the id `name`, also from another `folder`; None where there is none to be read."""
    try:
        return read(name, folder or paths.trash())
    except (OSError, *DAMAGE):
        return None


def read(name: str, folder: Path) -> Entry:
    """As `load`. Raises OSError or one of DAMAGE."""
    record = json.loads(files.content(folder / name / ENTRY))
    if record["version"] > VERSION:
        raise ValueError("it is of a par that is newer than this one")
    now, was_at = followed(record["context"], record.get("data"))
    context = from_record(record["label"], now)
    pairs = zip(context.worktrees, record["kept"], strict=True)
    kept = tuple(kept_records.read(worktree, each) for worktree, each in pairs)
    command, has_root = str(record.get("command", name)), record.get("has_root") is True
    return Entry(name, context, when(record["removed_at"]), kept, command, has_root, was_at)


def written_before(moment: float) -> list[str]:
    """The names of the entries whose records' files are no younger than that, or cannot be looked at.

    Nothing is read for it: `par rm` asks this of all that is in the trash.
    """
    folder = paths.trash()
    try:
        return [each for each in os.listdir(folder) if not _is_younger(f"{folder}/{each}/{ENTRY}", moment)]  # noqa: PTH208 - a Path for each of thousands
    except OSError:
        return []


def _is_younger(path: str, moment: float) -> bool:
    try:
        return os.stat(path).st_mtime > moment  # noqa: PTH116 - as above
    except OSError:
        return False


def entries(wanted: Iterable[str] | None = None) -> list[Entry]:
    """All that can be brought back, or the `wanted` of it, the latest removal first."""
    found = [load(name) for name in (names() if wanted is None else wanted) if name.isalnum()]
    whole = [entry for entry in found if entry and entry.is_whole]
    return sorted(whole, key=lambda entry: (entry.removed_at, entry.id), reverse=True)


def names() -> list[str]:
    """The names of all that is in the trash, be it an entry or not."""
    return [each.name for each in paths.trash().glob("*")]


def clear(name: str, homes: Iterable[Repository]) -> None:
    """Delete what is left of an entry that is back, with its refs in `homes`; of one that is not, nothing."""
    folder = paths.trash() / name
    if any(each.is_dir() for each in (folder / "root", *folder.glob("[0-9]*"))):
        return
    # First: then nothing takes the rest for an entry to bring back
    (folder / ENTRY).unlink(missing_ok=True)
    for home in homes:
        kept_commits.drop(home, refs(name))
    if folder.is_dir():
        deletion.delete_tree(folder)


def refs(name: str) -> str:
    """Where the entry `name` keeps its commits, in each of its repositories."""
    return f"refs/par/trash/{name}"

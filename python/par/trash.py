"""What was removed and can be brought back: an entry per removal, with its worktrees beside it."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from par import index, interrupts, locks, paths
from par.errors import NotFoundError, ParError, StateError
from par.git import deletion, salvage
from par.git.burial import Kept
from par.model import Context, Repository
from par.names import key, nearest_hint, visible
from par.records import from_record, to_record, when

VERSION = 1
ENTRY = "entry.json"
DAMAGE = (AttributeError, KeyError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Entry:
    """One removal: `id` names its folder and refs, `context` is the record as it was.

    One that `has_root` has the workspace's own folder too, with all that is not a worktree.
    """

    id: str
    context: Context
    removed_at: datetime
    kept: tuple[Kept, ...]
    has_root: bool = False

    @property
    def folder(self) -> Path:
        return paths.trash() / self.id

    @property
    def root_grave(self) -> Path:
        """Where the workspace's own folder lies."""
        return self.folder / "root"

    def grave(self, place: int) -> Path:
        """Where the worktree number `place` lies."""
        return self.folder / str(place)

    def ref(self, place: int) -> str:
        """The name under which the commits of the worktree number `place` are kept."""
        return f"{_refs(self.id)}/{place}"

    @property
    def is_whole(self) -> bool:
        """Whether all that was put away is still there, and not back in its place."""
        is_root_there = not self.has_root or self.root_grave.is_dir()
        graves = [self.grave(place) for place, kept in enumerate(self.kept) if kept.had_folder]
        return is_root_there and all(grave.is_dir() for grave in graves)


def save(entry: Entry, texts: Sequence[str]) -> None:
    """Write the entry and the texts of its panes, before anything is moved. Raises StateError."""
    record = {
        "version": VERSION,
        "label": entry.context.label,
        "removed_at": entry.removed_at.isoformat(),
        "context": to_record(entry.context),
        "kept": [_kept_record(kept) for kept in entry.kept],
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


def _kept_record(kept: Kept) -> dict[str, Any]:
    return {
        "head": kept.head,
        "oid": kept.oid,
        "tip": kept.tip,
        "settings": [*kept.settings],
        "had_folder": kept.had_folder,
    }


def load(name: str, folder: Path | None = None) -> Entry | None:
    """The entry with the id `name`, also from another `folder`; None where there is none to be read."""
    try:
        record = json.loads(((folder or paths.trash()) / name / ENTRY).read_bytes())
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
            settings=tuple((str(name), str(value)) for name, value in each["settings"]),
            had_folder=each["had_folder"] is True,
        )
        for worktree, each in pairs
    )
    return Entry(name, context, when(record["removed_at"]), kept, record.get("has_root") is True)


def entries() -> list[Entry]:
    """All that can be brought back, the latest removal first."""
    names = [each.name for each in paths.trash().glob("*")]
    found = [load(name) for name in names if name.isalnum()]
    whole = [entry for entry in found if entry and entry.is_whole]
    return sorted(whole, key=lambda entry: (entry.removed_at, entry.id), reverse=True)


def older_than(age: timedelta) -> list[Entry]:
    """What was removed at least so long ago, the latest removal first."""
    now = datetime.now(timezone.utc)
    return [entry for entry in entries() if now - entry.removed_at >= age]


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
    hint = nearest_hint(name, (each.context.label for each in known), otherwise="par trash")
    raise NotFoundError(f"'{visible(name)}' is not in the trash", hint=hint)


def clear(name: str, homes: Iterable[Repository]) -> None:
    """Delete what is left of the entry `name` that is back: its folder, its refs in `homes`."""
    folder = paths.trash() / name
    # First: then nothing takes the rest for an entry to bring back
    (folder / ENTRY).unlink(missing_ok=True)
    for home in homes:
        salvage.drop(home, _refs(name))
    if folder.is_dir():
        deletion.delete_tree(folder)


def _refs(name: str) -> str:
    return f"refs/par/trash/{name}"


def empty(entry: Entry) -> bool:
    """Delete an entry and all that is in it for good; False while another par works on it."""
    with locks.adopted(entry.id) as operation, interrupts.ignored():
        if operation is None or not entry.folder.is_dir():
            return False
        with locks.index():
            paths.emptied().mkdir(mode=0o700, exist_ok=True)
            entry.folder.rename(paths.emptied() / entry.id)
        _delete(entry.id)
    _leave()
    return True


def sweep() -> None:
    """Finish deleting what a par that died had taken out of the trash."""
    if not paths.emptied().is_dir():
        return
    for each in list(paths.emptied().iterdir()):
        with locks.adopted(each.name) as operation:
            if operation:
                with suppress(OSError, ParError):
                    _delete(each.name)
    _leave()


def _leave() -> None:
    # Under the lock: another par may be about to move something there
    with locks.index():
        if paths.emptied().is_dir() and not any(paths.emptied().iterdir()):
            paths.emptied().rmdir()


def _delete(name: str) -> None:
    folder = paths.emptied() / name
    if not folder.is_dir():  # another par did it
        return
    entry = load(name, paths.emptied())
    for place, kept in enumerate(entry.kept) if entry else ():
        home = kept.worktree.repository
        if entry and home.common_dir.is_dir():
            with locks.repository(home.common_dir):
                deletion.forget(replace(kept.worktree, path=entry.grave(place)))
                # What a par left that died in there is known by the name that git gave it
                deletion.forget(replace(kept.worktree, path=folder / kept.worktree.path.name))
                salvage.drop(home, _refs(name))
    try:
        deletion.delete_tree(folder)
    except OSError:  # files of another user, as containers make them: nobody need try again
        paths.removed(name).parent.mkdir(mode=0o700, exist_ok=True)
        folder.rename(paths.removed(name))

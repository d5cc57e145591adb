"""`par restore --files`: bring the files of a removal back as a plain folder, where git cannot take them."""

from pathlib import Path
from typing import NamedTuple

from par.errors import ConflictError, NotFoundError, StateError, UsageError
from par.git import worktree_repair
from par.names import visible
from par.state import locks
from par.trash import damaged, entries, lookup
from par.trash.damaged import Damaged
from par.trash.entries import Entry


class Plan(NamedTuple):
    """An entry of the trash, or one that is damaged, and the new folder that its files become."""

    entry: Entry | Damaged
    folder: Path


def plan(name: str | None, folder: Path, socket: Path) -> Plan:
    """Find the entry; see that it cannot come back whole, and `folder` is free. Raises every refusal."""
    entry, shown = _found(name, socket), visible(str(folder))
    if isinstance(entry, Entry) and all(_is_whole(entry, place) for place in range(len(entry.kept))):
        message = f"'{entry.context.label}' can come back whole"
        raise ConflictError(message, hint=f"par restore {entry.id}")
    if not damaged.parts(entry.folder):
        raise NotFoundError("no file of it is in the trash", hint=f"par trash empty {entry.id}")
    if folder.exists() or folder.is_symlink():
        raise ConflictError(f"'{shown}' is there already", hint=f"par restore {entry.id} --files NEWFOLDER")
    if not folder.parent.is_dir() or folder.parent.stat().st_dev != entry.folder.stat().st_dev:
        message = f"'{shown}' is not in a folder on the disk of the trash"
        raise StateError(message, hint=f"par restore {entry.id} --files {entry.folder.parents[1]}-files")
    return Plan(entry, folder)


def _found(name: str | None, socket: Path) -> Entry | Damaged:
    try:
        return lookup.find(name) if name else _last()
    except NotFoundError:
        if found := damaged.find(name, socket):
            return found.entry or found
        raise


def _last() -> Entry:
    first, *others = lookup.last_removed()
    if others:
        labels = ", ".join(each.context.label for each in (first, *others))
        raise UsageError(
            f"the last command removed several: {labels}", hint=f"par restore {first.id} --files FOLDER"
        )
    return first


def _is_whole(entry: Entry, place: int) -> bool:
    kept = entry.kept[place]
    home = kept.worktree.repository
    if not home.common_dir.is_dir():
        return False
    is_known = not kept.had_folder or worktree_repair.is_known(kept.worktree, entry.trashed_path(place))
    return is_known and all(worktree_repair.has_commit(home, oid) for oid in (kept.oid, kept.tip) if oid)


def run(planned: Plan) -> Path:
    """Rename what is there into the folder; what is in repositories that are still there stays kept."""
    entry, folder = planned
    if isinstance(entry, Damaged):
        damaged.bring_out(entry, folder)
        return folder
    with locks.adopted(entry.id) as operation:
        if operation is None or entries.load(entry.id) != entry:
            raise ConflictError("another par is already working on it", hint="par trash")
        if entry.trashed_root.is_dir():
            entry.trashed_root.rename(folder)
        elif len(entry.kept) > 1:
            folder.mkdir()
        for place, kept in enumerate(entry.kept):
            if kept.had_folder and entry.trashed_path(place).is_dir():
                name = kept.worktree.path.name if entry.has_root or len(entry.kept) > 1 else ""
                damaged.drop_link(entry.trashed_path(place))
                entry.trashed_path(place).rename(folder / name)
        left = tuple(kept._replace(had_folder=False) for kept in entry.kept)
        if any(kept.worktree.repository.common_dir.is_dir() and kept.oid for kept in left):
            entries.save(entry._replace(kept=left, has_root=False), ())
        else:
            entries.clear(entry.id, ())
    return folder

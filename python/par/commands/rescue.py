"""`par restore --files`: bring the files of a removal back as a plain folder, where git cannot take them."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from par import locks, trash
from par.errors import ConflictError, StateError
from par.git import relink
from par.names import visible
from par.trash import Entry


class Plan(NamedTuple):
    """An entry of the trash, and the new folder that its files become."""

    entry: Entry
    folder: Path


def plan(name: str | None, folder: Path) -> Plan:
    """Find the entry; see that it cannot come back whole, and `folder` is free. Raises every refusal."""
    entry, shown = trash.find(name), visible(str(folder))
    if all(_is_whole(entry, place) for place in range(len(entry.kept))):
        told = f"'{entry.context.label}' can come back whole"
        raise ConflictError(told, hint=f"par restore {entry.id}")
    if folder.exists() or folder.is_symlink():
        raise ConflictError(f"'{shown}' is there already", hint=f"par restore {entry.id} --files NEWFOLDER")
    if not folder.parent.is_dir() or folder.parent.stat().st_dev != entry.folder.stat().st_dev:
        told = f"'{shown}' is not in a folder on the disk of the trash"
        raise StateError(told, hint=f"par restore {entry.id} --files {entry.folder.parents[1]}-files")
    return Plan(entry, folder)


def _is_whole(entry: Entry, place: int) -> bool:
    kept = entry.kept[place]
    home = kept.worktree.repository
    if not home.common_dir.is_dir():
        return False
    is_known = not kept.had_folder or relink.is_known(kept.worktree, entry.grave(place))
    return is_known and all(relink.has_commit(home, oid) for oid in (kept.oid, kept.tip) if oid)


def run(planned: Plan) -> Path:
    """Rename what is there into the folder; what is in repositories that are still there stays kept."""
    entry, folder = planned
    with locks.adopted(entry.id) as operation:
        if operation is None or trash.load(entry.id) != entry:
            raise ConflictError("another par is at it", hint="par trash")
        if entry.has_root:
            entry.root_grave.rename(folder)
        elif len(entry.kept) > 1:
            folder.mkdir()
        for place, kept in enumerate(entry.kept):
            if kept.had_folder:
                name = kept.worktree.path.name if entry.has_root or len(entry.kept) > 1 else ""
                _take_out(entry.grave(place), folder / name)
        left = tuple(replace(kept, had_folder=False) for kept in entry.kept)
        if any(kept.worktree.repository.common_dir.is_dir() and kept.oid for kept in left):
            trash.save(replace(entry, kept=left, has_root=False), ())
        else:
            trash.clear(entry.id, ())
    return folder


def _take_out(grave: Path, target: Path) -> None:
    link = grave / ".git"
    if link.is_file() and not link.is_symlink():
        link.unlink()  # it leads nowhere, and git would refuse to work in the folder
    grave.rename(target)

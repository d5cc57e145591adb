"""Removals whose record or files are damaged: what is wrong with each, and what can still be had of it."""

from collections.abc import Container
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from par.errors import ConflictError, StateError
from par.git import deletion, kept_commits, links, moving, nested
from par.model import Repository, Worktree
from par.names import key, visible
from par.state import index, locks, paths
from par.trash import entries
from par.trash.entries import Entry


class Damaged(NamedTuple):
    """A removal in `folder`, and why it cannot come back as it was; with an `entry` it has a record."""

    id: str
    folder: Path
    message: str
    entry: Entry | None

    @property
    def label(self) -> str:
        """What the context was called, as far as that is known."""
        return self.entry.context.label if self.entry else "?"

    @property
    def remedy(self) -> str:
        """The command that brings back what there is."""
        return "par doctor --fix" if self.entry else f"par restore {self.id} --files FOLDER"


def damaged(socket: Path) -> list[Damaged]:
    """What is damaged in the trash, in the order of the names; nothing that an operation is at."""
    names = sorted(each.name for each in paths.trash().glob("*") if each.is_dir())
    found = [each for each in map(_damaged, filter(str.isalnum, names)) if each]
    busy = _busy(socket) if found else ()
    return [each for each in found if each.id not in busy and not locks.is_running(each.id)]


def fault(name: str) -> str:
    """Why there is no entry `name` to be read."""
    try:
        entries.read(name, paths.trash())
    except FileNotFoundError:
        return "the record of what it put away is missing"
    except (OSError, *entries.DAMAGE) as error:
        return f"the record of what it put away cannot be read: {error or type(error).__name__}"
    return ""


def _damaged(name: str) -> Damaged | None:
    entry, folder = entries.load(name), paths.trash() / name
    if entry is None:
        return Damaged(name, folder, fault(name), None)
    return None if entry.is_whole else Damaged(name, folder, "files of it are gone", entry)


def _busy(socket: Path) -> Container[str]:
    try:
        return {each.operation for each in index.load(socket).contexts if not each.is_ready}
    except StateError:  # that is told by others
        return ()


def find(name: str | None, socket: Path) -> Damaged | None:
    """The damaged removal with this id or label, with None the first; None where there is none."""
    wanted = key(name or "")
    found = (each for each in damaged(socket) if name in {None, each.id} or key(each.label) == wanted)
    return next(found, None)


def check(name: str | None, socket: Path) -> None:
    """Raise StateError where what is called so is in the trash, but damaged."""
    if found := find(name, socket):
        raise StateError(f"'{shown(found)}' cannot come back whole: {found.message}", hint=found.remedy)


def shown(found: Damaged) -> str:
    """Its label, or its id where that is not known."""
    return visible(found.label) if found.entry else found.id


def parts(folder: Path) -> list[Path]:
    """The folders with files of the user's in that of a removal: its worktrees, the root of a workspace."""
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        each
        for each in inside
        if (each.name.isdecimal() or each.name == "root") and each.is_dir() and not each.is_symlink()
    ]


def bring_out(found: Damaged, folder: Path) -> None:
    """Make the folder `folder` of what there is of a removal without a record, and forget that.

    Worktrees that their repository still knows go on as such, on the commit where they were; `refs/par` keeps
    their commits. Raises ParError or OSError.
    """
    with locks.adopted(found.id) as operation:
        if operation is None or entries.load(found.id) is not None:
            raise ConflictError("another par is already working on it", hint="par trash")
        inside = parts(found.folder)
        if len(inside) > 1:
            folder.mkdir()
        for each in inside:
            admin = links.admin_dir(each)
            name = "root" if each.name == "root" else admin.name if admin else each.name
            _take_out(each, folder if len(inside) == 1 else _free(folder / name))
        deletion.delete_tree(found.folder)


def _free(place: Path) -> Path:
    others = (place.with_name(f"{place.name}-{number}") for number in range(2, 1000))
    return next(each for each in (place, *others) if not each.exists())


def _take_out(trashed: Path, target: Path) -> None:
    admin = links.admin_dir(trashed)
    with ExitStack() as held:
        if not admin or links.worktree_of(admin) != trashed:
            drop_link(trashed)
            trashed.rename(target)
            return
        held.enter_context(locks.repository(admin.parent.parent))
        moving.move(trashed, target)
        moving.relink(target)
        nested.follow([trashed], target)
        moving.unlock(target)


def drop_link(folder: Path) -> None:
    """Delete what names a worktree's repository: it leads nowhere, and git would refuse to work there."""
    link = folder / ".git"
    if link.is_file() and not link.is_symlink():
        link.unlink()


def forget(name: str, folder: Path) -> None:
    """Delete what repositories keep for a removal that has no record, which is in `folder` now."""
    for each in parts(folder):
        admin, was = links.admin_dir(each), entries.trashed_path(name, 0).with_name(each.name)
        is_git = admin is not None and admin.parent.name == "worktrees" and not paths.is_strange(admin)
        if admin and is_git and links.said_place(admin) == was:
            common = admin.parent.parent
            home = Repository(common.parent if common.name == ".git" else common, common)
            with locks.repository(common):
                nested.forget(each, was)
                deletion.forget(Worktree(home, str(was), ""))
                kept_commits.drop(home, entries.refs(name))

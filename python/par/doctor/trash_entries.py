"""The trash, against what it lists: entries, files and the refs that keep the commits."""

from collections.abc import Callable, Container, Iterable, Iterator
from functools import partial
from pathlib import Path
from shlex import quote

from par.doctor import repositories
from par.doctor.findings import Fault, Finding
from par.errors import ConflictError, ParError
from par.git import discovery, repository, worktree_repair
from par.model import Repository
from par.names import visible
from par.state import locks, paths
from par.state.index import Index
from par.trash import damaged, entries
from par.trash.entries import Entry


def folders() -> list[Path]:
    """What lies in the trash."""
    return sorted(paths.trash().iterdir()) if paths.trash().is_dir() else []


def examine(found_folders: Iterable[Path], known: Index, folder: Path) -> Iterator[Finding]:
    """What is wrong in the trash; an operation that is under way, or is to be recovered, is left alone.

    A repository that was moved is looked for around `folder` and the other contexts' too.
    """
    around = [each.repository.path for context in known.contexts for each in context.worktrees]
    busy = {context.operation for context in known.contexts if not context.is_ready}
    kept = repositories.once(lambda home: repository.refs(home, ["refs/par/trash"]))
    for found in found_folders:
        if found.name in busy or locks.is_running(found.name) or not found.exists():
            continue
        entry = entries.load(found.name)
        if entry is None:
            yield _unreadable(found)
        elif entry.is_copy:
            continue
        elif not entry.is_whole:
            yield _without_files(entry)
        else:
            yield from _without_repository(entry, [*around, folder, *folder.parents])
            yield from _without_commits(entry, kept)


def _without_repository(entry: Entry, folders: Iterable[Path]) -> Iterator[Finding]:
    for place, kept in enumerate(entry.kept):
        home = kept.worktree.repository
        if home.common_dir.is_dir():
            continue
        message = f"the repository {_shown(home.path)} of its removal {entry.id}"
        lying = kept.worktree.at(entry.trashed_path(place))
        admin = worktree_repair.found_at(lying, [*folders, *worktree_repair.beside(home)], kept.worktree.path)
        if admin is None:
            hint = f"move it back, or par restore {entry.id} --files FOLDER"
            yield Finding(Fault.REPOSITORY_GONE, entry.context.label, f"{message} is gone", hint=hint)
        else:
            fix = partial(_follow, entry, place, admin)
            how = "restore it from there"
            yield Finding(Fault.REPOSITORY_MOVED, entry.context.label, f"{message} was moved", how, fix=fix)


def _follow(entry: Entry, place: int, admin: Path) -> None:
    with locks.adopted(entry.id) as operation:
        if operation is None or entries.load(entry.id) != entry:
            raise ConflictError("another par is already working on it", hint="par trash")
        with locks.repository(admin.parent.parent):
            worktree_repair.tie(admin, entry.trashed_path(place))
        home = discovery.containing(entry.trashed_path(place))
        found = [kept.worktree._replace(repository=home) for kept in entry.kept[place : place + 1]]
        kept = tuple(
            each._replace(worktree=found[0]) if number == place else each
            for number, each in enumerate(entry.kept)
        )
        context = entry.context._replace(worktrees=tuple(each.worktree for each in kept))
        entries.save(entry._replace(kept=kept, context=context), ())


def _unreadable(folder: Path) -> Finding:
    message = damaged.fault(folder.name) if folder.is_dir() else "it is no removal of par's"
    if folder.is_dir() and not any(folder.iterdir()):
        return Finding(Fault.TRASH_ENTRY, _shown(folder), message, "delete it: it is empty", fix=folder.rmdir)
    hint = f"par restore {folder.name} --files FOLDER, or par trash empty {folder.name}"
    if not folder.name.isalnum() or not folder.is_dir():
        hint = f"look into it, then move it away: {quote(str(folder))}"
    return Finding(Fault.TRASH_ENTRY, _shown(folder), message, hint=hint)


def _without_files(entry: Entry) -> Finding:
    message = f"files of its removal {entry.id} are not in the trash any more"
    how = "keep the rest, to be restored without them"
    fix = partial(_give_up_files, entry)
    return Finding(Fault.TRASH_FILES, entry.context.label, message, how, fix=fix)


def _give_up_files(entry: Entry) -> None:
    with locks.adopted(entry.id) as operation:
        if operation is None or entries.load(entry.id) != entry:
            raise ConflictError("another par is already working on it", hint="par trash")
        there = tuple(
            kept._replace(had_folder=kept.had_folder and entry.trashed_path(place).is_dir())
            for place, kept in enumerate(entry.kept)
        )
        entries.save(entry._replace(kept=there, has_root=entry.trashed_root.is_dir()), ())


def _without_commits(entry: Entry, refs: Callable[[Repository], Container[str]]) -> Iterator[Finding]:
    for place, kept in enumerate(entry.kept):
        home = kept.worktree.repository
        if not home.common_dir.is_dir():
            continue
        wanted = {f"{entry.ref(place)}/head": kept.oid, f"{entry.ref(place)}/tip": kept.tip}
        try:
            there = refs(home)
        except ParError as error:
            message = f"the repository of its removal {entry.id} cannot be read: {error}"
            hint = f"git -C {quote(str(home.path))} status"
            yield Finding(Fault.GIT_REMAINS, entry.context.label, message, hint=hint)
            continue
        missing = {ref: oid for ref, oid in wanted.items() if oid and ref not in there}
        if missing:
            yield _refs(entry, place, missing)


def _refs(entry: Entry, place: int, missing: dict[str, str]) -> Finding:
    home = entry.kept[place].worktree.repository
    message = f"what keeps the commits of its removal {entry.id} is gone from {visible(home.name)}"
    if not all(worktree_repair.has_commit(home, oid) for oid in missing.values()):
        hint = f"par restore {entry.id} --files FOLDER"
        return Finding(Fault.TRASH_COMMITS, entry.context.label, f"{message}, and commits too", hint=hint)
    fix = partial(worktree_repair.keep_commits, home, missing)
    return Finding(Fault.TRASH_COMMITS, entry.context.label, message, "keep them again", fix=fix)


def _shown(path: Path) -> str:
    return visible(str(path))

"""The trash, against what it lists: entries, files and the refs that keep the commits."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from shlex import quote

from par import locks, paths, trash
from par.errors import ConflictError
from par.git import discovery, relink, repository
from par.health.findings import Fault, Finding
from par.index import Index
from par.names import visible
from par.trash import Entry


def folders() -> list[Path]:
    """What lies in the trash."""
    return sorted(paths.trash().iterdir()) if paths.trash().is_dir() else []


def examine(found_folders: Iterable[Path], known: Index, folder: Path) -> Iterator[Finding]:
    """What is wrong in the trash; an operation that is under way, or is to be healed, is left alone.

    A repository that was moved is looked for around `folder` and the other contexts' too.
    """
    around = [each.repository.path for context in known.contexts for each in context.worktrees]
    busy = {context.operation for context in known.contexts if not context.is_ready}
    for found in found_folders:
        if found.name in busy or locks.is_running(found.name) or not found.exists():
            continue
        entry = trash.load(found.name)
        if entry is None:
            yield _unreadable(found)
        elif not entry.is_whole:
            yield _without_files(entry)
        else:
            yield from _without_repository(entry, [*around, folder, *folder.parents])
            yield from _without_commits(entry)


def _without_repository(entry: Entry, folders: Iterable[Path]) -> Iterator[Finding]:
    for place, kept in enumerate(entry.kept):
        home = kept.worktree.repository
        if home.common_dir.is_dir():
            continue
        told = f"the repository {_shown(home.path)} of its removal {entry.id}"
        lying = replace(kept.worktree, path=entry.grave(place))
        admin = relink.found_at(lying, [*folders, *relink.beside(home)])
        if admin is None:
            hint = f"move it back, or par restore {entry.id} --files FOLDER"
            yield Finding(Fault.REPOSITORY_GONE, entry.context.label, f"{told} is gone", hint=hint)
        else:
            mend = partial(_follow, entry, place, admin)
            how = "restore it from there"
            yield Finding(Fault.REPOSITORY_MOVED, entry.context.label, f"{told} was moved", how, mend=mend)


def _follow(entry: Entry, place: int, admin: Path) -> None:
    with locks.adopted(entry.id) as operation:
        if operation is None or trash.load(entry.id) != entry:
            raise ConflictError("another par is at it", hint="par trash")
        with locks.repository(admin.parent.parent):
            relink.tie(admin, entry.grave(place))
        home = discovery.containing(entry.grave(place))
        found = [replace(kept.worktree, repository=home) for kept in entry.kept[place : place + 1]]
        kept = tuple(
            replace(each, worktree=found[0]) if number == place else each
            for number, each in enumerate(entry.kept)
        )
        context = replace(entry.context, worktrees=tuple(each.worktree for each in kept))
        trash.save(replace(entry, kept=kept, context=context), ())


def _unreadable(folder: Path) -> Finding:
    told = "there is no record of what this removal put away"
    if folder.is_dir() and not any(folder.iterdir()):
        return Finding(
            Fault.TRASH_ENTRY, _shown(folder), told, "delete it: it is empty", mend=partial(_rmdir, folder)
        )
    hint = f"look into it, then move it away: {quote(str(folder))}"
    return Finding(Fault.TRASH_ENTRY, _shown(folder), told, hint=hint)


def _rmdir(folder: Path) -> None:
    folder.rmdir()


def _without_files(entry: Entry) -> Finding:
    told = f"files of its removal {entry.id} are not in the trash any more"
    how = "keep the rest, to be restored without them"
    mend = partial(_give_up_files, entry)
    return Finding(Fault.TRASH_FILES, entry.context.label, told, how, mend=mend)


def _give_up_files(entry: Entry) -> None:
    with locks.adopted(entry.id) as operation:
        if operation is None or trash.load(entry.id) != entry:
            raise ConflictError("another par is at it", hint="par trash")
        there = tuple(
            replace(kept, had_folder=kept.had_folder and entry.grave(place).is_dir())
            for place, kept in enumerate(entry.kept)
        )
        trash.save(replace(entry, kept=there), ())


def _without_commits(entry: Entry) -> Iterator[Finding]:
    for place, kept in enumerate(entry.kept):
        home = kept.worktree.repository
        if not home.common_dir.is_dir():
            continue
        wanted = {f"{entry.ref(place)}/head": kept.oid, f"{entry.ref(place)}/tip": kept.tip}
        there = repository.refs(home, [entry.ref(place)])
        missing = {ref: oid for ref, oid in wanted.items() if oid and ref not in there}
        if missing:
            yield _refs(entry, place, missing)


def _refs(entry: Entry, place: int, missing: dict[str, str]) -> Finding:
    home = entry.kept[place].worktree.repository
    told = f"what keeps the commits of its removal {entry.id} is gone from {visible(home.name)}"
    if not all(relink.has_commit(home, oid) for oid in missing.values()):
        hint = f"par restore {entry.id} --files FOLDER"
        return Finding(Fault.TRASH_COMMITS, entry.context.label, f"{told}, and commits too", hint=hint)
    mend = partial(relink.keep_commits, home, missing)
    return Finding(Fault.TRASH_COMMITS, entry.context.label, told, "keep them again", mend=mend)


def _shown(path: Path) -> str:
    return visible(str(path))

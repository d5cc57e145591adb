"""The data folder itself: it was moved, and git knows its worktrees elsewhere; or it is a copy of another."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from par.doctor.findings import Fault, Finding
from par.errors import ConflictError
from par.git import links, nested
from par.names import visible
from par.state import index, locks, paths
from par.state.index import Index
from par.trash import entries
from par.trash.entries import Entry


class Unfollowed(NamedTuple):
    """A worktree at `path` which git knows elsewhere; where it is in the trash, by its entry's `id`."""

    common_dir: Path
    path: Path
    id: str = ""


def examine(found: Index, trashed: Iterable[Path], socket: Path) -> Iterator[Finding]:
    """What names the data folder where it was before."""
    shown = visible(str(paths.data()))
    kept = [entry for each in trashed if each.name.isalnum() and (entry := entries.load(each.name))]
    copied = {found.was_at} if found.is_copy else set()
    for was in sorted(filter(None, copied | {each.was_at for each in kept if each.is_copy})):
        message = f"it is a copy of {visible(str(was))}, which is in use: what is in both belongs to that"
        hint = f"use that one; or par doctor --fix after mv {quote(str(was))} {quote(f'{was}.before')}"
        yield Finding(Fault.DATA_COPY, shown, message, hint=hint)
    moved = [each for each in kept if each.was_at and not each.is_copy]
    unfollowed = [*_of_contexts(found), *_of_trash(kept)]
    is_index_moved = found.was_at is not None and not found.is_copy
    if moved or unfollowed or is_index_moved:
        what = [
            "the index" if is_index_moved else "",
            _counted(len(moved), "removal"),
            _counted(len(unfollowed), "worktree that git knows", "worktrees that git knows"),
        ]
        message = f"it was elsewhere before, as is still written of {' and '.join(filter(None, what))}"
        fix = partial(_follow, unfollowed, moved, socket)
        yield Finding(Fault.DATA_MOVED, shown, message, "write down where they are now", fix=fix)


def is_copied(folder: Path, found: Index) -> bool:
    """Whether what is in the data folder at `folder` is also in the one that `found` was copied from."""
    return found.was_at is not None and (found.was_at / folder.relative_to(paths.data())).exists()


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}" if count else ""


def _of_contexts(found: Index) -> Iterator[Unfollowed]:
    for context in found.contexts:
        for each in context.worktrees if context.is_ready else ():
            if _is_unfollowed(each.path):
                yield Unfollowed(each.repository.common_dir, each.path)


def _of_trash(trashed: Iterable[Entry]) -> Iterator[Unfollowed]:
    for entry in trashed:
        for place, kept in enumerate(entry.kept):
            if _is_unfollowed(path := entry.trashed_path(place)):
                yield Unfollowed(kept.worktree.repository.common_dir, path, entry.id)


def _is_unfollowed(path: Path) -> bool:
    """Whether git knows the worktree at `path` where it was before the data folder was moved.

    Where a link leads from there git finds it.
    """
    admin = links.admin_dir(path) if paths.data() in path.parents else None
    said = links.said_place(admin) if admin else None
    return said is not None and said != path and not said.exists() and links.now_at(said) == path


def _follow(unfollowed: Iterable[Unfollowed], moved: Iterable[Entry], socket: Path) -> None:
    for each in unfollowed:
        with ExitStack() as held:
            if each.id:
                _adopt(each.id, held)
            held.enter_context(locks.repository(each.common_dir))
            nested.settle(each.path)
    for entry in moved:
        with ExitStack() as held:
            _adopt(entry.id, held)
            if entries.load(entry.id) == entry:
                entries.save(entry, ())
    with locks.index():
        index.save(index.load(socket))


def _adopt(name: str, held: ExitStack) -> None:
    if held.enter_context(locks.adopted(name)) is None:
        raise ConflictError("another par is already working on it", hint="par trash")

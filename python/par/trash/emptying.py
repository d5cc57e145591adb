"""Deleting what is in the trash for good: taken out of it in one rename, so that a kill halves nothing."""

from contextlib import suppress

from par.errors import ParError, UnsafeError
from par.git import deletion, kept_commits, nested, stale_locks
from par.names import quoted, visible
from par.state import locks, paths
from par.system import durable, mounts, narration, signals
from par.trash import damaged, entries, holding
from par.trash.entries import Entry


def check(entry: Entry) -> None:
    """Raise UnsafeError where a worktree that lies elsewhere would lose its repository with the entry."""
    if needing := holding.dependents(entry):
        place = visible(str(needing[0]))
        message = f"'{visible(entry.context.label)}' ({entry.id}) holds the repository of '{place}'"
        raise UnsafeError(f"cannot be deleted: {message}", hint=f"par restore {entry.id}")


def empty(entry: Entry) -> bool:
    """Delete an entry and all that is in it for good; False where it stays.

    So it does while another par works on it, and while something is mounted in it: that is reported. Raises
    UnsafeError as `check`.
    """
    check(entry)
    return empty_folder(entry.id, visible(entry.context.label))


def empty_folder(name: str, shown: str) -> bool:
    """As `empty`, of what is `shown` so and may have no record."""
    folder = paths.trash() / name
    if mounted := mounts.below(folder):
        message = f"'{shown}' ({name}) stays in the trash"
        narration.report(f"{message}: something is mounted in it: umount {quoted(mounted[-1])}")
        return False
    with locks.adopted(name) as operation, signals.ignored():
        if operation is None or not folder.is_dir():
            return False
        for each in damaged.parts(folder):
            nested.settle(each)
        with locks.index():
            paths.emptied().mkdir(mode=0o700, exist_ok=True)
            durable.rename(folder, paths.emptied() / name)
        _delete(name)
    _remove_empty_folder()
    return True


def finish_emptying() -> None:
    """Finish deleting what a par that died had taken out of the trash."""
    if not paths.emptied().is_dir():
        return
    for each in list(paths.emptied().iterdir()):
        with suppress(OSError, ParError), locks.adopted(each.name) as operation:
            if operation:
                _delete(each.name, operation.begun)
    _remove_empty_folder()


def _remove_empty_folder() -> None:
    # Under the lock: another par may be about to move something there
    with locks.index():
        if paths.emptied().is_dir() and not any(paths.emptied().iterdir()):
            paths.emptied().rmdir()


def _delete(name: str, begun: float | None = None) -> None:
    folder = paths.emptied() / name
    if not folder.is_dir():  # another par did it
        return
    entry = entries.load(name, paths.emptied())
    if entry is None:
        damaged.forget(name, folder)
    for place, kept in enumerate(entry.kept) if entry else ():
        home = kept.worktree.repository
        if entry and home.common_dir.is_dir() and not entry.is_copy:
            with locks.repository(home.common_dir):
                nested.forget(folder / str(place), entry.trashed_path(place))
                if begun:
                    stale_locks.clear(kept.worktree, (), begun)
                deletion.forget(kept.worktree.at(entry.trashed_path(place)))
                # What a par left that died in there is known by the name that git gave it
                deletion.forget(kept.worktree.at(folder / kept.worktree.path.name))
                kept_commits.drop(home, entries.refs(name))
    try:
        deletion.delete_tree(folder)
    except OSError:  # files of another user, as containers make them: nobody need try again
        paths.removed(name).parent.mkdir(mode=0o700, exist_ok=True)
        folder.rename(paths.removed(name))

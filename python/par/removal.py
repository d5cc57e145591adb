"""How a context is taken away: worktrees, branches, session and record, in that order."""

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from par import index, locks, paths, trash
from par.git import burial, deletion, links, repository
from par.locks import Operation
from par.model import Context, Phase, Worktree
from par.tmux import panes, sessions
from par.trash import Entry

KEPT_LINES = 2000


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal did: the folders, branches and session that are gone, and folders it kept.

    `left` has the files of a folder which is gone from its place but could not be deleted. With a
    `trash_id` all of it can be brought back. `processes` still run in its folders.
    """

    label: str
    folders: tuple[Path, ...]
    branches: tuple[str, ...]
    session: str | None
    kept: tuple[Path, ...] = ()
    left: Path | None = None
    trash_id: str | None = None
    processes: tuple[str, ...] = ()


def put_away(context: Context, operation: Operation, session_id: str | None) -> Removed:
    """Move `context` into the trash, beginning wherever an earlier attempt ended; nothing of it is lost.

    A branch goes only where its worktree names the commit at which it may be deleted (`doomed_oid`)
    and it is still there. The session dies last: the caller may be running in it.
    """
    entry = trash.load(operation.id) or _enter(context, operation, session_id)
    stays = [each for each in entry.kept if not each.worktree.repository.common_dir.is_dir()]
    for place, kept in enumerate(entry.kept):
        if kept not in stays:
            with locks.repository(kept.worktree.repository.common_dir):
                burial.bury(kept, entry.grave(place), entry.ref(place), _reason(entry))
                paths.prune_parents(kept.worktree.path)
    if session_id:
        sessions.kill(context, session_id)
    _drop(context)
    gone = [kept for kept in entry.kept if kept not in stays]
    return Removed(
        label=context.label,
        folders=tuple(kept.worktree.path for kept in gone if kept.had_folder),
        branches=tuple(kept.worktree.branch for kept in gone if kept.tip),
        session=context.session if session_id else None,
        kept=tuple(kept.worktree.path for kept in stays if kept.worktree.path.exists()),
        trash_id=entry.id if gone else None,
    )


def _enter(context: Context, operation: Operation, session_id: str | None) -> Entry:
    before = replace(
        context,
        phase=Phase.READY,
        worktrees=tuple(replace(worktree, doomed_oid="") for worktree in context.worktrees),
    )
    now = datetime.now(timezone.utc).replace(microsecond=0)
    found = tuple(burial.look(worktree) for worktree in context.worktrees)
    kept = tuple(replace(each, worktree=was) for each, was in zip(found, before.worktrees, strict=True))
    entry = Entry(operation.id, before, now, kept)
    trash.save(entry)
    if session_id:
        texts = panes.texts(context.socket, session_id, KEPT_LINES)
        for number, text in enumerate(texts):
            index.write(entry.folder / f"pane-{number}.txt", text.encode("utf-8", "surrogateescape"), False)
    return entry


def take_back(entry: Entry, context: Context) -> None:
    """Return the worktrees of `context`, restored in part, to the trash, and drop the record."""
    for place, (kept, target) in enumerate(zip(entry.kept, context.worktrees, strict=True)):
        with locks.repository(target.repository.common_dir):
            burial.bury(replace(kept, worktree=target), entry.grave(place), entry.ref(place), _reason(entry))
            paths.prune_parents(target.path)
    _drop(context)


def _reason(entry: Entry) -> str:
    return f"removed by par: par restore {entry.id}"


def _drop(context: Context) -> None:
    with locks.index():
        index.save(index.load(context.socket).without(context.label))


def finish(context: Context, operation: Operation, session_id: str | None, keeps: bool = False) -> Removed:
    """Take `context` away, beginning wherever an earlier attempt ended.

    A branch goes only where its worktree names the commit at which it may be deleted (`doomed_oid`)
    and it is still there. `keeps` leaves the folders of worktrees whose repository is gone; one that
    is no worktree of it stays in any case. The session dies last: the caller may be running in it.
    """
    folders, branches, kept = [], [], []
    for worktree in context.worktrees:
        if not worktree.repository.common_dir.is_dir() and (keeps or not links.names_repository(worktree)):
            kept += [worktree.path] if worktree.path.exists() else []
            continue
        with locks.repository(worktree.repository.common_dir):
            folders += [worktree.path] if discard(worktree, operation) else []
            branches += [worktree.branch] if _delete_branch(worktree) else []
    left = _left_after_deletion(operation)
    if session_id:
        sessions.kill(context, session_id)
    _drop(context)
    gone = context.session if session_id else None
    return Removed(context.label, tuple(folders), tuple(branches), gone, tuple(kept), left)


def discard(worktree: Worktree, operation: Operation) -> bool:
    """Take a worktree out of its place in one rename, and out of git's list; whether it was there.

    The caller holds the repository's lock. Only what par put in its data folder is touched.
    """
    was_there = paths.is_ours(worktree.path) and worktree.path.is_dir() and not worktree.path.is_symlink()
    if was_there:
        grave = paths.removed(operation.id)
        grave.mkdir(mode=0o700, parents=True, exist_ok=True)
        deletion.allow_writing(worktree.path)
        worktree.path.rename(grave / str(sum(1 for _ in grave.iterdir())))
    if not worktree.path.exists():
        deletion.forget(worktree)
        paths.prune_parents(worktree.path)
    return was_there


def delete_discarded(operation: Operation) -> None:
    """Delete for good what `discard` took away for this operation."""
    grave = paths.removed(operation.id)
    if grave.is_dir():
        deletion.delete_tree(grave)
    if grave.parent.is_dir() and not any(grave.parent.iterdir()):
        grave.parent.rmdir()


def _left_after_deletion(operation: Operation) -> Path | None:
    try:
        delete_discarded(operation)
    except OSError:  # files of another user, as containers make them: all else still has to go
        return paths.removed(operation.id)
    return None


def _delete_branch(worktree: Worktree) -> bool:
    known = worktree.repository.common_dir.is_dir() and worktree.doomed_oid
    if not known or repository.branch_oid(worktree.repository, worktree.branch) != worktree.doomed_oid:
        return False
    repository.delete_branch(worktree.repository, worktree.branch, worktree.doomed_oid)
    return True

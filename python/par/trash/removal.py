"""How a context is taken away: worktrees, branches, session and record, in that order."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from par.git import deletion, links, nested, repository, unfinished
from par.model import Context, Session, Worktree
from par.state import index, locks, paths
from par.state.locks import Operation
from par.system import durable
from par.tmux import sessions
from par.trash import workspace_folder

# In an entry of the trash
INIT = "init"
# A command that was ended may be writing its last words
DELETIONS = 3


class Removed(NamedTuple):
    """What a removal did: the folders, branches and session that are gone, and folders it kept.

    `left` has the files of a folder which is gone from its place but could not be deleted. With a
    `trash_id` all of it can be brought back. `processes` still run in its folders. Of a context that
    `is_adopted` par only forgets what it knew; `released` is its session where that goes on. One that
    `is_part` was one repository of a workspace, which stays.
    """

    label: str
    folders: tuple[Path, ...]
    branches: tuple[str, ...]
    session: str | None
    kept: tuple[Path, ...] = ()
    left: Path | None = None
    trash_id: str | None = None
    processes: tuple[str, ...] = ()
    is_adopted: bool = False
    released: str | None = None
    is_part: bool = False


def forget_adopted(context: Context, session: Session | None) -> Removed:
    """Let go of an adopted context: its folder and branch stay as they are, and a session that par did
    not make goes on."""
    if session:
        sessions.release(context, session)
    drop_record(context)
    dies = session is not None and session.is_ours
    return Removed(
        label=context.label,
        folders=(),
        branches=(),
        session=session.name if session and dies else None,
        kept=tuple(worktree.path for worktree in context.worktrees),
        is_adopted=True,
        released=session.name if session and not dies else None,
    )


def kill_session(context: Context) -> None:
    """Kill the session that was made for `context`, if it still lives."""
    # It is made and marked in one call: an unmarked one of this name is somebody else's
    for session in sessions.sessions(context.socket):
        if session.label == context.label:
            sessions.kill(context, session.id)


def drop_record(context: Context) -> None:
    """Take the record of `context` out of the index; what its commands said goes with the rest of it."""
    put_jobs_away(context)
    with locks.index():
        index.save(index.load(context.socket).without(context.label))


def put_jobs_away(context: Context) -> None:
    """Put away what is kept of the commands of `context`; where it has no trash entry, it is deleted."""
    folder, entry = paths.init(context.root), paths.trash() / context.operation
    if folder.is_dir():
        if entry.is_dir() and not (entry / INIT).exists():
            folder.rename(entry / INIT)
        for _ in range(DELETIONS):
            if folder.is_dir():
                with suppress(OSError):
                    deletion.delete_tree(folder)


def bring_jobs_back(context: Context) -> None:
    """Put what `put_jobs_away` put into the trash back in its place."""
    folder, kept = paths.init(context.root), paths.trash() / context.operation / INIT
    if kept.is_dir() and not folder.exists():
        from par.setup import programs  # noqa: PLC0415 - a removal does not need it

        folder.parent.mkdir(mode=0o700, exist_ok=True)
        kept.rename(folder)
        programs.end(folder)


def purge(context: Context, operation: Operation, session_id: str | None, keeps: bool = False) -> Removed:
    """Take `context` away, beginning wherever an earlier attempt ended.

    A branch goes only where its worktree names the commit at which it may be deleted (`deletable_oid`)
    and it is still there. `keeps` leaves the folders of worktrees whose repository is gone; one that
    is no worktree of it stays in any case. The session dies last: the caller may be running in it.
    """
    folders, branches, kept = [], [], []
    stays = [each for each in context.worktrees if _stays(each, keeps)]
    was_there = {worktree.path for worktree in context.worktrees if worktree.path.is_dir()}
    for path in was_there:
        nested.settle(path)
    if (root := workspace_folder.own_folder(context)) and not any(each.path.exists() for each in stays):
        _discard_root(root, operation)
    for worktree in context.worktrees:
        if worktree in stays:
            kept += [worktree.path] if worktree.path.exists() else []
            continue
        with locks.repository(worktree.repository.common_dir):
            is_gone = discard_worktree(worktree, operation) or worktree.path in was_there
            folders += [worktree.path] if is_gone else []
            branches += [worktree.branch] if _delete_branch(worktree) else []
    left = _left_after_deletion(operation)
    if session_id:
        sessions.kill(context, session_id)
    drop_record(context)
    gone = context.session if session_id else None
    return Removed(context.label, tuple(folders), tuple(branches), gone, tuple(kept), left)


def _stays(worktree: Worktree, keeps: bool) -> bool:
    lost_repository = not worktree.repository.common_dir.is_dir()
    return lost_repository and (keeps or not links.names_repository(worktree))


def _discard_root(root: Path, operation: Operation) -> None:
    """Take the folder of a workspace out of its place with all that is in it, in one rename."""
    if root.is_dir():
        discarded = paths.removed(operation.id)
        discarded.mkdir(mode=0o700, parents=True, exist_ok=True)
        deletion.allow_writing(root)
        durable.rename(root, discarded / "root")
    paths.prune_parents(root)


def discard_worktree(worktree: Worktree, operation: Operation) -> bool:
    """Take a worktree out of its place in one rename, and out of git's list; whether it was there.

    The caller holds the repository's lock. Only what par put in its data folder is touched.
    """
    was_there = paths.is_ours(worktree.path) and worktree.path.is_dir() and not worktree.path.is_symlink()
    if was_there:
        discarded = paths.removed(operation.id)
        discarded.mkdir(mode=0o700, parents=True, exist_ok=True)
        deletion.allow_writing(worktree.path)
        durable.rename(worktree.path, discarded / str(sum(1 for _ in discarded.iterdir())))
    if not worktree.path.exists():
        deletion.forget(worktree)
        paths.prune_parents(worktree.path)
    return was_there


def delete_discarded(operation: Operation) -> None:
    """Delete for good what `discard_worktree` took away for this operation."""
    discarded = paths.removed(operation.id)
    if discarded.is_dir():
        deletion.delete_tree(discarded)
    if discarded.parent.is_dir() and not any(discarded.parent.iterdir()):
        discarded.parent.rmdir()


def _left_after_deletion(operation: Operation) -> Path | None:
    try:
        delete_discarded(operation)
    except OSError:  # files of another user, as containers make them: all else still has to go
        return paths.removed(operation.id)
    return None


def _delete_branch(worktree: Worktree) -> bool:
    if not worktree.repository.common_dir.is_dir() or not worktree.deletable_oid:
        return False
    at = repository.branch_oid(worktree.repository, worktree.branch)
    if at and unfinished.is_used(worktree.repository.common_dir, worktree.branch):
        return False
    if at == worktree.deletable_oid:
        repository.delete_branch(worktree.repository, worktree.branch, at)
    elif at is None:  # killed in between
        repository.drop_settings(worktree.repository, worktree.branch)
    return at == worktree.deletable_oid

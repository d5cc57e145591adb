"""Moving a worktree out of its place in one rename, and back: nothing of it is lost."""

from pathlib import Path
from typing import NamedTuple

from par.errors import CommandError
from par.git import (
    deletion,
    flushing,
    heads,
    kept_commits,
    links,
    moving,
    nested,
    process,
    repository,
    unfinished,
    usable,
    worktree_repair,
)
from par.model import Worktree
from par.state.locks import Operation

Settings = tuple[tuple[str, str], ...]
ATTEMPTS = 5


class Kept(NamedTuple):
    """What is needed to put one worktree back as it was.

    `head` is the ref that HEAD was attached to, or empty; `oid` the commit there, or empty for none yet.
    `tip` is where the branch was, if it is deleted, and `settings` what was configured for it, by the
    last part of their names. `had_folder` is false where the worktree was gone already.
    """

    worktree: Worktree
    head: str
    oid: str
    tip: str
    settings: Settings
    had_folder: bool


def inspect(worktree: Worktree, is_going: bool) -> Kept:
    """What there is to keep of a worktree, whose branch goes too where it `is_going`."""
    had_folder = (is_linked := links.is_linked(worktree)) or links.is_forgotten(worktree)
    if is_linked:
        head, oid, tip = heads.standing(worktree)
    else:
        is_asked = (had_folder or is_going) and worktree.repository.common_dir.is_dir()
        tip = (repository.branch_oid(worktree.repository, worktree.branch) if is_asked else None) or ""
        # Only its branch tells what it was on
        head, oid = (f"refs/heads/{worktree.branch}", tip) if had_folder and tip else ("", "")
    tip = tip if is_going else ""
    settings = repository.settings_of(worktree.repository, worktree.branch) if tip else ()
    return Kept(worktree, head, oid, tip, settings, had_folder)


def move_to_trash(kept: Kept, trashed: Path, name: str, reason: str, maker: str = "") -> Kept:
    """Move the worktree into `trashed`, its commits under the ref `name`; may be called again after a crash.

    The caller holds the repository's lock. `reason` is what `git worktree list` says of it then. With
    a `maker` the branch goes only where the operation of that id made it and nothing was done since.
    Returns what was kept in truth: with commits that came in between, and no `tip` where the branch stays.
    """
    worktree, home = kept.worktree, kept.worktree.repository
    if not trashed.exists():
        kept = _detached(kept, name, reason)
        if kept.had_folder:
            moving.move(worktree.path, trashed)
    is_known = kept.had_folder and worktree_repair.is_known(worktree, trashed)
    if kept.had_folder:
        nested.follow([worktree.path], trashed, reason)
        if is_known:
            moving.relink(trashed)
            unfinished.lend_branches(trashed)
    elif not worktree.path.exists():
        deletion.forget(worktree)
    if not kept.tip:
        return kept
    is_ours = not maker or repository.is_untouched(home, worktree.branch, maker)
    own = links.admin_dir(trashed) if is_known else None
    may_go = is_ours and not unfinished.is_used(home.common_dir, worktree.branch, own)
    if may_go and _deletes_branch(kept, _saved_log(trashed)):
        return kept
    if repository.branch_oid(home, worktree.branch) is None:  # killed in between
        repository.drop_settings(home, worktree.branch)
        return kept
    return kept._replace(tip="", settings=())


def _detached(kept: Kept, name: str, reason: str) -> Kept:
    """Keep the commits, and take HEAD off its branch where it stands then: somebody may be committing."""
    worktree = kept.worktree
    if not links.is_linked(worktree):  # its folder is gone, or its repository has forgotten it
        kept_commits.keep(worktree, kept.oid, kept.tip, name)
        if kept.had_folder:
            nested.lock(worktree.path, reason)
        return kept
    moving.lock(worktree.path, reason)
    nested.lock(worktree.path, reason)
    for attempt in range(ATTEMPTS):
        is_attached = bool(kept.head and kept.oid)
        # What was just seen is true if HEAD can be taken off it
        oid = kept.oid if is_attached and attempt == 0 else heads.commit(worktree.path)
        is_on_tip = kept.head == f"refs/heads/{worktree.branch}" and kept.tip == kept.oid
        kept = kept._replace(oid=oid, tip=oid if kept.tip and oid and is_on_tip else kept.tip)
        fault = kept_commits.keep(worktree, oid, kept.tip, name, detaches=bool(kept.head and oid))
        if not fault:
            return kept
        if heads.commit(worktree.path) == oid:
            raise CommandError(f"git update-ref: {fault}")
    raise CommandError(f"'{worktree.folder}' keeps changing: something commits to it all the time")


def _deletes_branch(kept: Kept, saved_log: Path) -> bool:
    """Delete the branch, unless it is not where it was any more; its reflog is kept. Raises CommandError."""
    worktree, log = kept.worktree, _log(kept.worktree)
    is_saved = log.is_file() and not saved_log.exists()
    if is_saved:
        moving.write(saved_log.parent, saved_log.name, log.read_text("utf-8", "surrogateescape"))
    is_gone = repository.delete_branch(worktree.repository, worktree.branch, kept.tip, bool(kept.settings))
    if is_saved and not is_gone:
        saved_log.unlink()
    return is_gone


def _log(worktree: Worktree) -> Path:
    # Where git keeps refs in tables there is no such file: then the reflog of the branch is not kept
    return worktree.repository.common_dir / "logs/refs/heads" / worktree.branch


def _saved_log(trashed: Path) -> Path:
    return trashed.with_name(f"{trashed.name}.reflog")


def move_back(kept: Kept, trashed: Path, target: Worktree, head: str, operation: Operation) -> None:
    """Put the worktree where `target` says, with HEAD at the ref `head`. Raises CommandError, OSError.

    The caller holds the repository's lock and has seen that place and branch are free. It is at its end
    when one that had a folder is no longer locked.
    """
    nested.settle(trashed)
    if kept.tip:
        _restore_branch(kept, trashed, target, operation)
    target.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not kept.had_folder:
        repository.add_worktree(target.repository, target.path, target.branch, operation, with_hooks=False)
        usable.check(target)
        return
    worktree_repair.tie_again(kept.worktree.at(trashed))
    was_known = worktree_repair.is_known(kept.worktree, trashed)
    moving.move(trashed, target.path)
    nested.follow([trashed, kept.worktree.path], target.path)
    if not was_known:  # what it was on is written down, what was staged is not
        worktree_repair.register(target, f"ref: {head}" if head else kept.oid)
        return
    moving.relink(target.path)
    usable.allow(target.repository, target.path)
    unfinished.claim_branches(target.path, kept.worktree.branch, target.branch)
    _attach(target.path, head)


def _restore_branch(kept: Kept, trashed: Path, target: Worktree, operation: Operation) -> None:
    home, ref = target.repository, f"refs/heads/{target.branch}"
    message = f"par: restored by operation {operation.id}"
    made = (*flushing.FLUSHED, "update-ref", "--create-reflog", "-m", message)
    process.run(home, *made, ref, kept.tip, repository.NO_OID)
    flushing.refs(home.common_dir, [ref])
    log, saved = _log(target), _saved_log(trashed)
    if log.is_file() and saved.is_file():
        texts = [each.read_text("utf-8", "surrogateescape") for each in (saved, log)]
        moving.write(target.repository.common_dir, f"logs/refs/heads/{target.branch}", "".join(texts))
    for key, value in kept.settings:
        process.run(home, "config", "--add", f"branch.{target.branch}.{key}", value)


def _attach(path: Path, head: str) -> None:
    if head and f"refs/heads/{links.checked_out(path)}" != head:
        process.run(path, "symbolic-ref", "-m", "par: restored", "HEAD", head)
    if admin := links.admin_dir(path):
        flushing.head(admin)
    moving.unlock(path)


def is_back(target: Worktree) -> bool:
    """Whether `move_back` came to its end."""
    return links.is_checked_out(target) and links.lock_reason(target) is None


def undo_move(kept: Kept, trashed: Path, operation: Operation) -> None:
    """Take back as much of `move_to_trash` as was done. The caller holds the repository's lock."""
    was = kept.worktree
    if trashed.exists():
        is_there = repository.branch_oid(was.repository, was.branch) is not None
        move_back(kept._replace(tip="") if is_there else kept, trashed, was, kept.head, operation)
    elif kept.had_folder:
        nested.follow([was.path], was.path)
        if links.is_linked(was):
            _attach(was.path, kept.head)

"""Moving a worktree out of its place with all that is in it, and back: nothing of it is lost.

git's own `worktree move` refuses submodules and is no rename where it copies; a rename and git's link
to it, which gitrepository-layout(5) describes, take no longer for 50,000 files than for ten.
"""

from dataclasses import dataclass
from pathlib import Path

from par.git import deletion, links, process, repository
from par.git.repository import Upstream
from par.model import Worktree

# By default git waits for no ref and no loose object to reach the disk (git-config(1), core.fsync)
DURABLE = ("-c", "core.fsync=objects,reference")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is needed to put one worktree back as it was.

    `head` is the ref that HEAD was attached to, or empty; `oid` the commit there, or empty for none yet.
    `tip` is where the branch was, if it was deleted, and `upstream` what that tracked. `had_folder` is
    false where the worktree was gone already.
    """

    worktree: Worktree
    head: str
    oid: str
    tip: str
    upstream: Upstream | None
    had_folder: bool


def look(worktree: Worktree) -> Kept:
    """What there is to keep of a worktree whose branch goes too if it names a `doomed_oid`."""
    had_folder = links.is_linked(worktree)
    head = (
        process.attempt(worktree.path, "symbolic-ref", "--quiet", "HEAD").stdout.strip() if had_folder else ""
    )
    asked = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    oid = process.attempt(worktree.path, *asked).stdout.strip() if had_folder else ""
    upstream = repository.upstream_of(worktree.repository, worktree.branch) if worktree.doomed_oid else None
    return Kept(worktree, head, oid, worktree.doomed_oid, upstream, had_folder)


def bury(kept: Kept, grave: Path, name: str, reason: str) -> None:
    """Move the worktree into `grave`, its commits under the ref `name`; may be called again after a crash.

    The caller holds the repository's lock. `reason` is what `git worktree list` says of it then.
    """
    worktree, home = kept.worktree, kept.worktree.repository
    for end, oid in (("head", kept.oid), ("tip", kept.tip)):
        if oid:
            process.run(home.path, *DURABLE, "update-ref", f"{name}/{end}", oid)
    if kept.had_folder and not grave.exists():
        if kept.head and kept.oid:
            process.run(worktree.path, "update-ref", "--no-deref", "HEAD", kept.oid)
        _move(worktree.path, grave)
    if kept.had_folder:
        _relink(grave, reason)
    elif not worktree.path.exists():
        deletion.forget(worktree)
    if kept.tip and repository.branch_oid(home, worktree.branch) == kept.tip:
        repository.delete_branch(home, worktree.branch, kept.tip)


def unbury(kept: Kept, grave: Path, target: Worktree) -> None:
    """Put the worktree where `target` says, on the branch of that name. Raises CommandError.

    The caller holds the repository's lock and has seen that place and branch are free.
    """
    home = target.repository
    if kept.tip:
        process.run(
            home.path,
            "update-ref",
            "--create-reflog",
            f"refs/heads/{target.branch}",
            kept.tip,
            repository.NO_OID,
        )
        if kept.upstream:
            repository.track(home, target.branch, kept.upstream)
    target.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not kept.had_folder:
        process.run(home.path, "worktree", "add", "--", str(target.path), target.branch)
        return
    _move(grave, target.path)
    _relink(target.path, None)
    head = f"refs/heads/{target.branch}" if kept.head == f"refs/heads/{kept.worktree.branch}" else kept.head
    if head:
        process.run(target.path, "symbolic-ref", "HEAD", head)


def drop_refs(kept: Kept, name: str) -> None:
    """Delete what `bury` kept the commits under."""
    if kept.worktree.repository.common_dir.is_dir():
        for end in ("head", "tip"):
            process.attempt(kept.worktree.repository.path, "update-ref", "-d", f"{name}/{end}")


def _move(source: Path, target: Path) -> None:
    deletion.allow_writing(source)
    source.rename(target)


def _relink(path: Path, reason: str | None) -> None:
    admin = links.admin_dir(path)
    if admin is None:
        return
    (admin / "gitdir").write_text(f"{path}/.git\n", "utf-8", "surrogateescape")
    if reason is None:
        (admin / "locked").unlink(missing_ok=True)
    else:
        (admin / "locked").write_text(f"{reason}\n")

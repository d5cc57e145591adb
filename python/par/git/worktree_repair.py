"""Putting right what ties a worktree and its repository together, and making a lost worktree again.

The links are written by hand, as gitrepository-layout(5) describes them: `git worktree repair` came with
git 2.30, and it does not make again what was deleted.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from par.git import deletion, flushing, links, moving, process, repository, usable
from par.model import NAMELESS, Repository, Worktree
from par.state import paths


def tie(admin: Path, path: Path) -> None:
    """Let the worktree at `path` and what its repository keeps for it, in `admin`, name each other."""
    moving.write(path, ".git", f"gitdir: {admin}\n")
    moving.write(admin, "gitdir", f"{path}/.git\n")


def tie_again(worktree: Worktree) -> None:
    """Write the link of a worktree again where it was deleted and its repository still names the place."""
    if not os.path.lexists(worktree.path / ".git") and (admin := whole_admin(worktree)):
        tie(admin, worktree.path)


def whole_admin(worktree: Worktree) -> Path | None:
    """What the repository keeps for the worktree, if git could go on with it."""
    return next((each for each in links.admin_dirs(worktree) if is_whole(each)), None)


def is_whole(admin: Path) -> bool:
    """Whether nothing is missing that git writes first of all for a worktree."""
    return all((admin / name).is_file() and (admin / name).stat().st_size for name in ("HEAD", "commondir"))


def is_known(worktree: Worktree, place: Path) -> bool:
    """Whether the repository keeps HEAD and index for the folder in `place`, which was the worktree."""
    admin = links.admin_dir(place)
    if admin is None or not links.names_repository(worktree.at(place)):
        return False
    return links.worktree_of(admin) in {worktree.path, place} and is_whole(admin)


def half_made(repository: Repository) -> list[Path]:
    """What a git that was killed left for worktrees: until it is gone, git lists none of the repository."""
    folder = repository.common_dir / "worktrees"
    found = folder.iterdir() if folder.is_dir() else ()
    return [each for each in found if each.is_dir() and not is_whole(each)]


def drop_half_made(admin: Path) -> None:
    """Delete what a killed git left; what has become whole meanwhile stays."""
    if not is_whole(admin):
        deletion.delete_tree(admin)


def complete(admin: Path, head: str) -> None:
    """Write what git always writes for a worktree and is missing: where it belongs, and what it is on."""
    for name, text in (("commondir", "../.."), ("HEAD", head)):
        if not (admin / name).is_file() or not (admin / name).stat().st_size:
            moving.write(admin, name, f"{text}\n")


def found_at(worktree: Worktree, folders: Iterable[Path], was: Path | None = None) -> Path | None:
    """What keeps the worktree, or did where it `was`, in a repository that was moved to one of `folders`."""
    named = links.admin_dir(worktree.path)
    if named is None:
        return None
    for folder in folders:
        for common in (folder, *(folder / each for each in sorted(NAMELESS))):
            admin = common.resolve() / "worktrees" / named.name
            said = links.said_place(admin)
            if said and paths.moved(said) in {worktree.path, was} and is_whole(admin):
                return admin
    return None


def beside(home: Repository) -> list[Path]:
    """The folders where a repository may be that was renamed."""
    project = home.path.parent if home.path.name in NAMELESS else home.path
    around = project.parent
    return [each for each in around.iterdir() if each.is_dir()] if around.is_dir() else []


def moved_to(worktree: Worktree, holder: Path | None) -> Path | None:
    """Where `git worktree move` took the worktree, if it did: the `holder` of its branch may be that."""
    admin = links.admin_dir(holder) if holder else None
    if holder is None or admin is None or holder == worktree.path:
        return None
    # git names it after the folder it was made in, and keeps that name
    is_same = admin.name.rstrip("0123456789") == worktree.path.name.rstrip("0123456789")
    return holder if is_same else None


def check_out_again(worktree: Worktree, admin: Path, beside: Path) -> None:
    """Make the files of a deleted worktree again, as its index has them, staged or not committed.

    HEAD, an unfinished rebase and the reflog are in the repository, and go on. They are made in the new
    folder `beside` and come into place in one step, all or none. The caller holds the repository's lock.
    """
    beside.mkdir(mode=0o700, parents=True)
    try:
        moving.write(beside, ".git", f"gitdir: {admin}\n")
        usable.allow(worktree.repository, beside)
        if not (admin / "index").exists():
            process.run(beside, "read-tree", "HEAD")
        process.run(beside, "checkout-index", "--all", "--quiet")
        beside.rename(worktree.path)
    except BaseException:
        deletion.delete_tree(beside)
        raise
    process.attempt(worktree.path, "update-index", "--refresh", "-q")


def register(worktree: Worktree, head: str) -> None:
    """Make a folder that its repository forgot a worktree again, with `head` in its HEAD; its files stay.

    `git worktree add` would want an empty folder. What is written first names the owner of the rest, should
    that be missing. The caller holds the repository's lock. Raises CommandError.
    """
    home = worktree.repository.common_dir / "worktrees"
    home.mkdir(exist_ok=True)
    numbers = ("", *map(str, range(1, 1000)))
    admin = next(each for each in (home / f"{worktree.path.name}{n}" for n in numbers) if not each.exists())
    admin.mkdir()
    moving.write(admin, "gitdir", f"{worktree.folder}/.git\n")
    complete(admin, head)
    tie(admin, worktree.path)
    usable.allow(worktree.repository, worktree.path)
    read_index(worktree)


def read_index(worktree: Worktree) -> None:
    """Write the index of the worktree anew, from what is committed there; its files stay as they are."""
    process.run(worktree.path, "read-tree", "HEAD")
    process.attempt(worktree.path, "update-index", "--refresh", "-q")


def add_again(worktree: Worktree) -> None:
    """Make a worktree of which nothing is left again, on its branch. The caller holds the lock."""
    worktree.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    process.run(worktree.repository, "worktree", "add", "--", worktree.folder, worktree.branch)
    usable.check(worktree)


def last_commit(worktree: Worktree) -> str:
    """The commit that the worktree was at last, by what its HEAD remembers; empty where it is gone."""
    admin = links.admin_dir(worktree.path)
    log = admin / "logs/HEAD" if admin else worktree.path
    lines = log.read_text("utf-8", "replace").split("\n") if log.is_file() else []
    moves = [each.split(" ", 2)[1] for each in lines if each.count(" ") > 1]
    # A branch that is deleted in its own worktree leaves a move to nothing
    oid = next((each for each in reversed(moves) if each.strip("0")), "")
    return oid if oid and has_commit(worktree.repository, oid) else ""


def add_branch(worktree: Worktree, oid: str) -> None:
    """Make the branch of the worktree again, at a commit. Raises CommandError where it is there."""
    ref = worktree.repository.common_dir / "refs/heads" / worktree.branch
    if ref.is_file() and not ref.is_symlink() and not ref.stat().st_size:
        ref.unlink()  # as a power cut leaves it: git would not write over it
    made = ("update-ref", "--create-reflog", "-m", "par: made again", f"refs/heads/{worktree.branch}")
    process.run(worktree.repository, *made, oid, repository.NO_OID)


def renamed_from(repository_: Repository, old: str, new: str) -> bool:
    """Whether the branch `new` is the one that was called `old`: git keeps its reflog with its name."""
    suffix = f"renamed refs/heads/{old} to refs/heads/{new}"
    return any(message.endswith(suffix) for _, message in repository.reflog(repository_, new))


def made_by_par(repository_: Repository, branch: str) -> str:
    """The words of the reflog with which par made the branch; empty for one that it did not make."""
    first = [message for _, message in repository.reflog(repository_, branch)][-1:]
    return first[0] if first and first[0].startswith(repository.MADE) else ""


def keep_commits(repository_: Repository, oids: Mapping[str, str]) -> None:
    """Keep each of these commits under its ref."""
    for ref, oid in oids.items():
        process.run(repository_, *flushing.FLUSHED, "update-ref", ref, oid)
    flushing.refs(repository_.common_dir, oids)


def has_commit(repository_: Repository, oid: str) -> bool:
    """Whether the repository still has a commit."""
    return process.attempt(repository_, "cat-file", "-e", f"{oid}^{{commit}}").status == 0

"""Worktrees that lie inside of one that moves, of whatever repository: they move with it, and stay known.

Agents make them in `.claude/worktrees`. Their repository knows them by their place: moved without a word
they are gone for git, and `git worktree prune` deletes what it keeps for them.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from par.git import deletion, links, moving

# How the reasons begin for which par locks
MARKS = (moving.REMOVED.encode(), moving.RENAMED.encode())


class Nested(NamedTuple):
    """A worktree at `path`, for which its repository keeps the folder `admin`."""

    path: Path
    admin: Path


def lock(folder: Path, reason: str) -> None:
    """Keep what is nested in `folder` from being pruned while it moves; what is locked stays as it is."""
    settle(folder)
    for each in _inside(folder, folder, folder):
        if links.worktree_of(each.admin) == each.path:
            if not (each.admin / "locked").exists():
                moving.write(each.admin, "locked", f"{reason}\n")
            if folder not in each.admin.parents:  # named by a path that may lead out of what moves
                moving.name_repository(each.path)


def follow(was: Sequence[Path], now: Path, reason: str = "") -> None:
    """Tie worktrees nested in `now`, which was moved there from one of `was`, to their repositories again.

    Those that par locked are unlocked where there is no `reason`. May be called again after a crash.
    """
    for place in was:
        for each in _inside(now, place, now):
            known, former = links.worktree_of(each.admin), place / each.path.relative_to(now)
            if known in {former, each.path}:
                _tie(each, is_known=links.said_place(each.admin) == each.path)
                _set_lock(each.admin, reason)


def settle(path: Path) -> None:
    """Let git know the worktree at `path`, and what is in it, where it is since the data folder moved."""
    admin = links.admin_dir(path)
    was = links.said_place(admin) if admin else None
    if admin and was and was != path and links.now_at(was) == path:
        moving.relink(path)
        is_removed = _is_locked_by_par(admin)
        follow([was], path, (admin / "locked").read_text().strip() if is_removed else "")


def forget(folder: Path, was: Path) -> None:
    """Delete what repositories keep for the worktrees nested in `folder`, which was `was` and is deleted."""
    for each in _inside(folder, was, folder):
        is_named = links.worktree_of(each.admin) == was / each.path.relative_to(folder)
        if is_named and folder not in each.admin.parents and _is_locked_by_par(each.admin):
            deletion.delete_tree(each.admin)


def _tie(each: Nested, *, is_known: bool) -> None:
    if links.admin_dir(each.path) != each.admin:
        moving.write(each.path, ".git", f"gitdir: {each.admin}\n")
    if not is_known:
        moving.write(each.admin, "gitdir", f"{each.path}/.git\n")


def _set_lock(admin: Path, reason: str) -> None:
    lock_file = admin / "locked"
    if reason and not lock_file.exists():
        moving.write(admin, "locked", f"{reason}\n")
    elif not reason and _is_locked_by_par(admin):
        lock_file.unlink()


def _is_locked_by_par(admin: Path) -> bool:
    lock_file = admin / "locked"
    return lock_file.is_file() and lock_file.read_bytes().startswith(MARKS)


def _inside(folder: Path, was: Path, now: Path) -> Iterator[Nested]:
    for path in _worktrees(folder):
        admin = links.admin_dir(path)
        # What a clone in there keeps for a worktree of its own has moved with it
        if admin and not admin.is_dir() and was in admin.parents:
            admin = now / admin.relative_to(was)
        if admin and (admin / "gitdir").is_file() and (admin / "commondir").is_file():
            yield Nested(path, admin)


def _worktrees(folder: Path) -> Iterator[Path]:
    """The folders below `folder`, itself aside, that hold a file `.git`; no link is followed."""
    below = [str(folder)]
    while below:
        place = below.pop()
        try:
            with os.scandir(place) as found:
                for each in found:
                    if each.name == ".git":
                        if place != str(folder) and each.is_file(follow_symlinks=False):
                            yield Path(place)
                    elif each.is_dir(follow_symlinks=False):
                        below.append(each.path)
        except OSError:  # closed, or gone by now
            continue

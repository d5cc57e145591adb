"""What is in the way of moving a worktree, or a workspace's folder, out of its place."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par.git import inside, links, moving, repository, worktree_repair
from par.model import Context, Worktree
from par.names import quoted, visible
from par.state import paths
from par.system import mounts
from par.trash import workspace_folder


class Obstacle(NamedTuple):
    """Why something may not be moved, as the rest of a sentence after its name, and a hint."""

    message: str
    hint: str


def to_removing(context: Context, known: Iterable[Context], is_purge: bool = False) -> Obstacle | None:
    """The first thing in the way of moving the context, one of the `known`; None where nothing is.

    Where it `is_purge`, or of deleting it.
    """
    if holder := paths.another(context.root):
        message = f"belongs to the data folder '{visible(str(holder))}', of which this one is a copy"
        return Obstacle(message, f"XDG_DATA_HOME='{visible(str(holder.parent))}' par rm {context.label}")
    found = next(filter(None, map(to_moving, context.worktrees)), None) or _needed(context, known, is_purge)
    found = found or (_to_deleting(context) if is_purge else None)
    root = workspace_folder.own_folder(context)
    if found or root is None:
        return found
    if mounted := mounts.below(root):
        return _mount(mounted)
    if other := workspace_folder.context_inside(context, known):
        message = f"has worktrees of '{other.label}' in its folder"
        return Obstacle(message, f"par rm {other.label}")
    return None if paths.is_beside(root) else _on_another_disk(str(root))


def _to_deleting(context: Context) -> Obstacle | None:
    """The folder of whose repository nothing tells: only the trash takes it, where it can be looked into."""
    found = (each.path for each in context.worktrees if each.path.is_dir() and links.names_nothing(each.path))
    if place := next(found, None):
        message = f"names no repository at '{visible(str(place))}', so nobody can say what it holds"
        return Obstacle(message, f"par rm {context.label}")
    return None


def _needed(context: Context, known: Iterable[Context], is_purge: bool) -> Obstacle | None:
    """The obstacle that a worktree has its repository inside of the context: a move would separate the two.

    What lies in a submodule's git folder stays behind in a move, and goes only with a purge.
    """
    # A thousand contexts have few repositories
    homes: dict[Path, Context] = {}
    for each in known:
        for worktree in each.worktrees:
            homes.setdefault(worktree.repository.common_dir, each)
    for here in (each.path for each in context.worktrees):
        if needing := next((each for home, each in homes.items() if here in home.parents), None):
            return Obstacle(f"has the repository of '{needing.label}' in it", f"par rm {needing.label}")
        for place in inside.dependents(here, links.admin_dir(here)) if is_purge else ():
            shown = visible(str(place))
            if needing := next(
                (each for each in known if place in {one.path for one in each.worktrees}), None
            ):
                return Obstacle(
                    f"has the repository of '{needing.label}' in it", f"par rm --purge {needing.label}"
                )
            return Obstacle(
                f"has the repository of '{shown}' in it", f"git -C {quoted(place)} worktree remove ."
            )
    return None


def to_moving(worktree: Worktree) -> Obstacle | None:
    """What is in the way of moving a worktree; None where nothing is, or its repository is gone."""
    path, shown = worktree.path, visible(worktree.folder)
    if not worktree.repository.common_dir.is_dir():
        mounted = mounts.below(path)
        return _mount(mounted) if mounted else None if paths.is_beside(path) else _on_another_disk(shown)
    # Also where its folder is gone: that is what a lock is for, a disk that is not always there
    if (reason := links.lock_reason(worktree)) is not None:
        if reason.startswith((moving.REMOVED, moving.RENAMED)):  # of one that died it would be gone by now
            return Obstacle("is being moved by another par", "try again in a moment")
        message = f"is locked by git worktree lock: {visible(reason)}"
        return Obstacle(message, f"git -C {quoted(worktree.repository.path)} worktree unlock {quoted(path)}")
    if not paths.is_beside(path):
        return _on_another_disk(shown)
    # An index edited by hand may name anything, also what is only away for now
    if path.is_symlink() or not paths.is_ours(path) or not _is_pars(worktree):
        message = f"is no longer a worktree of par's at '{path}'"
        can_tie = path.is_dir() and links.names_nothing(path) and any(links.admin_dirs(worktree))
        away = f"move away what is not par's: mv {quoted(path)} ELSEWHERE"
        return Obstacle(message, "par doctor --fix" if can_tie and not path.is_symlink() else away)
    return _inside(worktree)


def _inside(worktree: Worktree) -> Obstacle | None:
    home, path = quoted(worktree.repository.path), worktree.path
    if mounted := mounts.below(path):
        return _mount(mounted)
    for nested, reason in links.locked_below(worktree):
        inner = visible(str(nested))
        message = f"has a worktree in it that is locked by git worktree lock, '{inner}': {visible(reason)}"
        return Obstacle(message, f"git -C {home} worktree unlock {quoted(nested)}")
    holder = None if path.exists() else repository.holder_of(worktree.repository, worktree.branch)
    if moved := worktree_repair.moved_to(worktree, Path(holder) if holder else None):
        message = f"was moved by git worktree move to '{visible(str(moved))}'"
        return Obstacle(message, f"git -C {home} worktree move {quoted(moved)} {quoted(path)}")
    return None


def _mount(mounted: list[Path]) -> Obstacle:
    place = mounted[-1]  # the last one mounted is the first to unmount
    return Obstacle(f"has something mounted in it, at '{visible(str(place))}'", f"umount {quoted(place)}")


def _is_pars(worktree: Worktree) -> bool:
    return not worktree.path.exists() or links.is_linked(worktree) or links.is_forgotten(worktree)


def _on_another_disk(place: str) -> Obstacle:
    message = f"lies on another disk than par's data folder: '{place}'"
    return Obstacle(message, f"keep all of '{paths.data()}' on one disk: XDG_DATA_HOME says where it is")

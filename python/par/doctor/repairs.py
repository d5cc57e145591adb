"""Repairs of a context: its record follows what was moved, or what it names is made again."""

from collections.abc import Callable
from pathlib import Path

from par.contexts import workspace_view
from par.doctor import strays
from par.errors import ConflictError
from par.git import discovery, links, usable, worktree_repair
from par.model import Context, Worktree
from par.state import index, locks, paths
from par.tmux import marks
from par.trash import workspace_folder


def revise(context: Context, edit: Callable[[Context], Context]) -> Context:
    """Write the context as `edit` changes it. Raises ConflictError where another par changed it."""
    with locks.index():
        found = index.load(context.socket)
        current = found.like(context.label)
        if current is None or not current.is_ready or current.created_at != context.created_at:
            raise ConflictError(f"context '{context.label}' was changed by another par", hint="par doctor")
        changed = edit(current)
        index.save(found.with_(changed))
    return changed


def _place(context: Context, was: Worktree, now: Worktree) -> Context:
    folder = now.folder if context.folder == was.folder else context.folder
    worktrees = tuple(now if each.folder == was.folder else each for each in context.worktrees)
    return context._replace(folder=folder, worktrees=worktrees)


def follow_repository(context: Context, worktree: Worktree, admin: Path) -> None:
    """Tie the worktree to its repository in the new place, of which `admin` is a part."""
    with locks.repository(admin.parent.parent):
        worktree_repair.tie(admin, worktree.path)
    home = discovery.containing(worktree.path)
    revise(context, lambda current: _place(current, worktree, worktree._replace(repository=home)))


def follow_worktree(context: Context, worktree: Worktree, path: Path) -> None:
    """Record the place the worktree was moved to; outside of par's folder it is no longer par's.

    One that was moved out of a workspace is no longer in that.
    """
    moved = worktree.at(path)
    is_strange = not paths.is_ours(path)
    if (
        workspace_folder.own_folder(context)
        and context.root not in path.parents
        and len(context.worktrees) > 1
    ):
        rest = revise(context, lambda current: _without(current, worktree))
        workspace_view.update(rest, context)
        return
    revise(context, lambda current: _place(current, worktree, moved)._replace(is_adopted=is_strange))


def _without(context: Context, gone: Worktree) -> Context:
    return context._replace(worktrees=tuple(each for each in context.worktrees if each.path != gone.path))


def follow_branch(context: Context, worktree: Worktree, branch: str) -> None:
    """Record the branch that took the place of the old, in the index and on the session."""
    is_same = worktree_repair.renamed_from(worktree.repository, worktree.branch, branch)
    is_ours = worktree.is_branch_ours and is_same
    new = worktree._replace(branch=branch, is_branch_ours=is_ours)
    changed = revise(context, lambda current: _place(current, worktree, new))
    for session in marks.marked(context.socket):
        if session.label == context.label:
            marks.mark_worktrees(changed, session.id)


def remake_branch(worktree: Worktree, oid: str) -> None:
    """Make the branch again that was deleted under the worktree, at the commit `oid`."""
    with locks.repository(worktree.repository.common_dir):
        worktree_repair.add_branch(worktree, oid)


def remake(context: Context, worktree: Worktree) -> None:
    """Make a worktree again whose folder is gone."""
    with locks.operation() as operation, locks.repository(worktree.repository.common_dir):
        _check_gone(worktree)
        if admin := worktree_repair.whole_admin(worktree):
            worktree_repair.check_out_again(worktree, admin, strays.copy_beside(worktree.path, operation.id))
        else:
            worktree_repair.add_again(worktree)


def _check_gone(worktree: Worktree) -> None:
    if worktree.path.exists() or worktree.path.is_symlink():
        raise ConflictError(f"'{worktree.folder}' is there again", hint="par doctor")


def tie(context: Context, worktree: Worktree, admin: Path) -> None:
    """Make the worktree and its repository name each other again."""
    with locks.repository(worktree.repository.common_dir):
        worktree_repair.tie(admin, worktree.path)


def let_work(context: Context, worktree: Worktree) -> None:
    """Let the worktree say that it is not bare, though its repository is."""
    with locks.repository(worktree.repository.common_dir):
        usable.allow(worktree.repository, worktree.path)


def read_index(context: Context, worktree: Worktree) -> None:
    """Write git's index of the worktree anew where there is none."""
    with locks.repository(worktree.repository.common_dir):
        if not links.is_checked_out(worktree):
            worktree_repair.read_index(worktree)


def register(context: Context, worktree: Worktree) -> None:
    """Make the folder known to its repository again."""
    with locks.repository(worktree.repository.common_dir):
        if not links.is_linked(worktree):
            worktree_repair.register(worktree, f"ref: refs/heads/{worktree.branch}")


def forget(context: Context) -> None:
    """Drop the record of a context of which nothing else is left."""
    with locks.index():
        found = index.load(context.socket)
        if found.like(context.label) == context:
            index.save(found.without(context.label))

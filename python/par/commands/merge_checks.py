"""What is in the way of merging or rebasing: each is refused before anything has changed."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from par.errors import ConflictError, UnsafeError
from par.git import branch_moves, edits, heads, main_worktree, process, repository, unfinished
from par.git.branch_moves import Move
from par.model import ContextStatus, Repository, Worktree
from par.names import quoted, visible


def check_committed(worktree: Worktree, label: str) -> None:
    """Raise UnsafeError where something in the worktree is not committed, or git has not finished there."""
    path = worktree.path
    if doing := unfinished.operation(path):
        raise UnsafeError(f"'{label}' has {doing} in progress", hint=f"git -C {quoted(path)} status")
    if files := edits.uncommitted(path, worktree.repository):
        message = f"'{label}' has {counted(files)} not committed"
        raise UnsafeError(message, f"git -C {quoted(path)} status", tuple(map(visible, files)))


def counted(files: Iterable[str]) -> str:
    """How many files these are, in words."""
    count = len([*files])
    return "1 file" if count == 1 else f"{count} files"


def holder_of(home: Repository, branch: str, seen: Iterable[ContextStatus]) -> Path | None:
    """Where the branch is checked out, if it is. Raises ConflictError or UnsafeError where it cannot move."""
    if busy := unfinished.comes_back(home.common_dir, branch):
        message = f"'{visible(branch)}' is in use by a rebase or bisect at '{visible(str(busy))}'"
        raise ConflictError(message, hint=f"git -C {quoted(busy)} status")
    found = repository.holder_of(home, branch)
    holder = Path(found) if found else None
    if holder is None:
        return None
    place = visible(str(holder))
    if not holder.is_dir():
        message = f"'{visible(branch)}' is checked out at '{place}', which is gone"
        raise ConflictError(message, hint=f"git -C {quoted(home.path)} worktree list")
    if doing := unfinished.operation(holder):
        message = f"'{visible(branch)}' is checked out at '{place}', with {doing} in progress"
        raise UnsafeError(message, hint=f"git -C {quoted(holder)} status")
    for status in seen:
        if holder in {each.path for each in status.context.worktrees}:
            check_idle(status)
    return holder


def check_idle(status: ContextStatus) -> None:
    """Raise UnsafeError while an agent works in the context: its files would change under it."""
    if status.session and status.session.agent == "working":
        label = status.context.label
        raise UnsafeError(f"the agent in '{label}' is working", hint=f"par wait {label}")


def check_way(move: Move) -> None:
    """Raise UnsafeError where the move would write over changes in the checkout of its branch.

    Raises ConflictError while a git is at work there.
    """
    admin = main_worktree.git_dir(move.holder) if move.holder else None
    if admin and (admin / "index.lock").exists():
        message = f"git is at work at '{visible(str(move.holder))}', or was killed there"
        raise ConflictError(message, hint="par doctor --fix")
    if move.holder and process.run(move.holder, "ls-files", "--unmerged", "-z"):
        message = f"'{visible(str(move.holder))}' has conflicts that are not resolved"
        raise UnsafeError(message, hint=f"git -C {quoted(move.holder)} status")
    if files := branch_moves.in_the_way(move):
        place = visible(str(move.holder))
        message = f"'{visible(move.branch)}' is checked out at '{place}', with {counted(files)} in the way"
        hint = f"commit them, or move them away: git -C {quoted(move.holder)} status --ignored"
        raise UnsafeError(message, hint, tuple(map(visible, files)))


def check_related(home: Repository, label: str, target: str, was: str, tip: str) -> None:
    """Raise ConflictError where two commits have nothing in common."""
    if process.attempt(home, "merge-base", was, tip).status == 1:
        message = f"'{label}' and '{visible(target)}' have no commit in common"
        raise ConflictError(message, hint=f"par merge {label} --into BRANCH")


def check_conflicts(what: str, files: Sequence[str], way_on: str, at: str = "") -> None:
    """Raise ConflictError where there are files in conflict, in the commit `at` if one is named."""
    if files:
        of = f" of {at[:10]}" if at else ""
        message = f"{what} would conflict in {counted(files)}{of}"
        raise ConflictError(message, way_on, tuple(map(visible, files)))


def check_unchanged(worktree: Worktree, tip: str) -> None:
    """Raise ConflictError where somebody has committed since."""
    if heads.commit(worktree.path) != tip:
        raise ConflictError("something was committed meanwhile", hint="try again")

"""What a worktree stands on: the ref that its HEAD names, the commit there, and the tip of its branch."""

from pathlib import Path
from typing import NamedTuple

from par.errors import CommandError
from par.git import process, repository
from par.model import Worktree


class Standing(NamedTuple):
    """HEAD of a worktree: `head` is the ref it names, or empty, `oid` the commit there, empty for none yet.

    `tip` is where the worktree's own branch is, empty where there is none.
    """

    head: str
    oid: str
    tip: str


def standing(worktree: Worktree) -> Standing:
    """What the worktree stands on, with one call of git where that is its own branch.

    Raises CommandError where git cannot tell.
    """
    own = f"refs/heads/{worktree.branch}"
    asked = ("for-each-ref", "--format=%(HEAD)%(objecttype) %(objectname) %(refname)", own)
    rows = [line.rsplit(" ", 2) for line in process.attempt(worktree.path, *asked).stdout.splitlines()]
    if on := next((oid for kind, oid, ref in rows if (kind, ref) == ("*commit", own)), ""):
        return Standing(own, on, on)
    tip = repository.branch_oid(worktree.repository, worktree.branch) or ""
    return Standing(_ref(worktree.path), commit(worktree.path), tip)


def _ref(folder: Path) -> str:
    """The ref that HEAD names, '' on a commit without a branch. Raises CommandError where git cannot tell."""
    outcome = process.attempt(folder, "symbolic-ref", "--quiet", "HEAD")
    if outcome.status not in {0, 1}:
        raise CommandError(f"git symbolic-ref: {outcome.reason}")
    return outcome.stdout.strip()


def commit(folder: Path) -> str:
    """The commit that is checked out in `folder`; empty where there is none yet."""
    return process.attempt(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").stdout.strip()

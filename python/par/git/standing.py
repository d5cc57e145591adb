"""How far the work in a worktree is: its commits beside those of its base, and what is not committed."""

from typing import NamedTuple

from par.git import process
from par.git.base import Base
from par.model import Worktree
from par.names import lines


class Standing(NamedTuple):
    """Commits that the base does not have, and those that only it has; files not committed.

    `committed_at` is the time of the last commit, in seconds since the epoch. Without a base the first two
    are None.
    """

    ahead: int | None
    behind: int | None
    changed: int
    committed_at: int


def of(worktree: Worktree, base: Base | None) -> Standing:
    """Where the worktree stands against `base`. Raises CommandError."""
    ahead = behind = None
    if base:
        asked = ("rev-list", "--left-right", "--count", f"HEAD...{base.oid}")
        ahead, behind = map(int, process.run(worktree.path, *asked).split())
    changed = lines(process.run(worktree.path, "status", "--porcelain", "--untracked-files=normal"))
    committed = process.run(worktree.path, "rev-list", "--max-count=1", "--format=%ct", "HEAD").split()[-1]
    return Standing(ahead, behind, len(changed), int(committed))

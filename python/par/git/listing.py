"""What git lists of a repository: its worktrees, and what its main worktree holds near its top."""

from par.errors import CommandError
from par.git import process
from par.model import Repository


def top(home: Repository) -> frozenset[str]:
    """The files in its folder and in the folders there that git tracks, or would: none that is ignored."""
    asked = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    said = process.run(home.path, *asked, "--", ":(top,glob)*", ":(top,glob)*/*")
    return frozenset(each for each in said.split("\0") if each)


def worktrees(home: Repository) -> list[str]:
    """The lines of `git worktree list --porcelain`; a folder may have a newline in its name."""
    asked = ("worktree", "list", "--porcelain")
    outcome = process.attempt(home.path, *asked, "-z")
    if outcome.status == 129:  # -z came with git 2.36
        return process.run(home.path, *asked).split("\n")
    if outcome.status:
        raise CommandError(f"git worktree: {outcome.reason}", hint=outcome.hint)
    return outcome.stdout.split("\0")

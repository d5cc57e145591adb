"""Bringing files that git does not track from a repository into a new worktree."""

from par.model import Worktree
from par.recipe import Recipe


def bring(worktree: Worktree, recipe: Recipe) -> None:
    """Copy what `recipe` includes from the repository's folder, and link what it symlinks.

    Nothing outside of the two folders is read or written, and nothing that is there is replaced. A
    pattern that matches nothing is told, and is no error. Raises StateError where a file cannot be written.
    """

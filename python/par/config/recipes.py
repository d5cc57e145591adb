"""What a repository's .par.yaml and the user's own defaults ask for."""

from dataclasses import dataclass

from par.model import Repository
from par.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Asked:
    """The recipe of a repository's own file, and that of the user, which stands in for what it lacks."""

    own: Recipe = Recipe()
    defaults: Recipe = Recipe()


def load(home: Repository) -> Asked:
    """What is asked for in `home`: read from its main worktree, whatever is checked out elsewhere.

    Raises ConfigError with file, line and key.
    """
    return Asked()

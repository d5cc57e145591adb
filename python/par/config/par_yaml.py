"""What a repository's .par.yaml and the user's own defaults ask for."""

from collections.abc import Iterable
from typing import NamedTuple

from par.config import reading, settings
from par.config.reading import Reading
from par.config.recipe import Recipe, most_port
from par.config.source import Mistake
from par.model import Repository

NAME = ".par.yaml"


class Asked(NamedTuple):
    """The recipe of a repository's own file, and that of the user, which stands in for what it lacks."""

    own: Recipe = Recipe()
    defaults: Recipe = Recipe()


def load(home: Repository) -> Asked:
    """What is asked for in `home`: read from its main worktree, whatever is checked out elsewhere.

    Raises ConfigError with file, line and key.
    """
    own, defaults = written(home)
    reading.check([own, defaults])
    return Asked(own.recipe, defaults.recipe)


def written(home: Repository) -> tuple[Reading, Reading]:
    """What the file of a repository and that of the user say, with all mistakes."""
    path, defaults = home.path / NAME, settings.written()
    is_bare = home.is_bare
    own = Reading(path) if is_bare else reading.read(path, is_users=False)
    return own._replace(mistakes=(*own.mistakes, *_disagreements(own, defaults))), defaults


def _disagreements(own: Reading, defaults: Reading) -> Iterable[Mistake]:
    """Where the user's variables need more ports than the repository has."""
    said, ports = dict(own.recipe.env), own.recipe.ports
    for name, value in defaults.recipe.env if ports else ():
        most = most_port(value)
        if name not in said and most >= ports:
            message = f"{ports} are too few for {{port+{most}}} in env.{name} of {defaults.path}"
            yield Mistake(own.path, 0, "ports", message, f"write ports: {most + 1}")

"""What a repository's .par.yaml and the user's own defaults ask for."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from par.config import reading, settings
from par.config.reading import Reading
from par.config.recipe import Recipe, most_port
from par.config.source import Mistake

NAME = ".par.yaml"


class Asked(NamedTuple):
    """The recipe of a repository's own file at `path`, and the user's, which stands in for what it lacks."""

    own: Recipe
    defaults: Recipe
    path: Path


def load(folders: Sequence[Path]) -> Asked:
    """What is asked for in the repository with these folders: see `written`. Raises ConfigError."""
    own, defaults = written(folders)
    reading.check([own, defaults])
    return Asked(own.recipe, defaults.recipe, own.path)


def written(folders: Sequence[Path]) -> tuple[Reading, Reading]:
    """What the file of a repository and that of the user say, with all mistakes.

    The file is the first that lies in one of `folders`: the main worktree, whatever is checked out
    elsewhere, or what stands for it. A repository with none of them has no file.
    """
    defaults = settings.written()
    place = next((each for each in folders if os.path.lexists(each / NAME)), next(iter(folders), None))
    own = reading.read(place / NAME, is_users=False) if place else Reading(Path(NAME))
    return own._replace(mistakes=(*own.mistakes, *_disagreements(own, defaults))), defaults


def _disagreements(own: Reading, defaults: Reading) -> Iterable[Mistake]:
    """Where the user's variables need more ports than the repository has."""
    said, ports = dict(own.recipe.env), own.recipe.ports
    for name, value in defaults.recipe.env if ports else ():
        most = most_port(value)
        if name not in said and most >= ports:
            message = f"{ports} are too few for {{port+{most}}} in env.{name} of {defaults.path}"
            yield Mistake(own.path, 0, "ports", message, f"write ports: {most + 1}")

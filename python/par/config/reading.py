"""Reading a whole file of YAML: a repository's .par.yaml, or the user's config.yaml."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from par.config import source
from par.config.recipe import Recipe
from par.config.source import Mistake, Source
from par.errors import ConfigError


class Reading(NamedTuple):
    """A file as far as it could be understood, and the mistakes in it, by line.

    `settings` has the values of the keys that belong to no recipe.
    """

    path: Path
    is_there: bool = False
    recipe: Recipe = Recipe()
    settings: Mapping[str, Any] = MappingProxyType({})
    mistakes: tuple[Mistake, ...] = ()


def read(path: Path, is_users: bool) -> Reading:
    """What the file at `path` says, if it is there.

    One that `is_users` own may have settings, and be a symbolic link.
    """
    begun = Source(path, [])
    said = source.text(begun, may_be_link=is_users)
    if said is None:
        return Reading(path, bool(begun.mistakes), mistakes=tuple(begun.mistakes))
    return _understood(begun, said, is_users)


def of_users(path: Path, said: str) -> Reading:
    """What the user's file at `path` would say if `said` was in it."""
    return _understood(Source(path, []), said, is_users=True)


def _understood(begun: Source, said: str, is_users: bool) -> Reading:
    from par.config import nodes, schema  # noqa: PLC0415 - most repositories and users have no file

    recipe, settings = schema.read(begun, nodes.tree(begun, said), is_users)
    found = sorted(begun.mistakes, key=lambda mistake: mistake.line)
    return Reading(begun.path, True, recipe, settings, tuple(found))


def check(readings: Iterable[Reading]) -> None:
    """Raise ConfigError with the first mistake, where there is one."""
    mistakes = [mistake for each in readings for mistake in each.mistakes]
    if mistakes:
        more = len(mistakes) - 1
        rest = f" (and {more} more: par config check)" if more else ""
        raise ConfigError(f"{mistakes[0]}{rest}", hint=mistakes[0].hint)

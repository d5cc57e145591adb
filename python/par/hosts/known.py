"""The hosts that the user's config.yaml names."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from par.config import settings
from par.errors import NotFoundError, UsageError
from par.names import nearest, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.config.hosts import Host


def hosts() -> tuple[Host, ...]:
    """All of them, as config.yaml has them. Raises ConfigError."""
    return settings.load().hosts


def named(name: str) -> Host:
    """The host called `name`; case does not count. Raises NotFoundError with the nearest, and ConfigError."""
    there = hosts()
    if found := next((each for each in there if each.name.lower() == name.lower()), None):
        return found
    hint, near = f"par host add {visible(name)}", nearest(name, (each.name for each in there))
    raise NotFoundError(f"there is no host '{visible(name)}'", hint=hint, meant=(name, near))


def matching(pattern: str) -> tuple[Host, ...]:
    """The hosts that a name or a glob means. Raises NotFoundError for none, and ConfigError."""
    if not is_glob(pattern):
        return (named(pattern),)
    if found := tuple(each for each in hosts() if fnmatchcase(each.name.lower(), pattern.lower())):
        return found
    raise NotFoundError(f"no host matches '{visible(pattern)}'", hint="par host ls")


def check_options(patterns: Sequence[str], *, is_all: bool) -> None:
    """Raise UsageError where options name hosts and all of them at once."""
    if patterns and is_all:
        raise UsageError("--all-hosts and --host cannot be together", hint="par host ls")


def is_glob(pattern: str) -> bool:
    """Whether `pattern` may mean several hosts."""
    return bool(set("*?[") & set(pattern))

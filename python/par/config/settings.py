"""The user's settings: a YAML file, read only where there is one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from par.config import reading
from par.config.reading import Reading
from par.state import paths

if TYPE_CHECKING:
    from par.config.hosts import Host


class Settings(NamedTuple):
    """What a user can set.

    `trash_days` is after how many days a removal is deleted for good; 0 keeps it for ever. `trust` says
    whether the commands of a repository are to be approved: `ask` or `always`. `editor` is the command line
    of the editor, or empty; `agent` that of the usual coding agent. `resume` has names of programs, and the
    line that goes on where each was when its session was lost. `hosts` are the other machines.
    """

    trash_days: int = 14
    trust: str = "ask"
    editor: str = ""
    hosts: tuple[Host, ...] = ()
    agent: str = ""
    resume: tuple[tuple[str, str], ...] = ()


def load() -> Settings:
    """The user's settings, by default those of `Settings`. Raises ConfigError with file, line and key."""
    found = written()
    reading.check([found])
    return Settings(**found.settings)


def trash_age() -> timedelta | None:
    """After how long a removal is deleted for good; None keeps it for ever. Raises ConfigError."""
    days = load().trash_days
    return timedelta(days=days) if days else None


def written() -> Reading:
    """What the user's file says, with its mistakes: settings, and what is done for every new worktree."""
    return reading.read(paths.config(), is_users=True)

"""`par start --clone`: on a host, a clone of the repository that the person is in at home."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from par.errors import NotFoundError, UsageError
from par.git import cloning, discovery
from par.names import visible
from par.system import narration


class Plan(NamedTuple):
    """What is cloned to where."""

    url: str
    folder: Path


def source(folder: Path) -> tuple[str, Path]:
    """What the repository around `folder` was cloned from, and where it lies below the user's home.

    Raises NotFoundError where it is in no repository, or that has no remote that another machine can reach.
    """
    home = discovery.containing(folder)
    place = Path.home().resolve()
    below = home.path.relative_to(place) if home.path.is_relative_to(place) else Path(home.name)
    return cloning.source(home), below


def plan(url: str, folder: Path) -> Plan | None:
    """What is to be cloned; None where `folder` is there. Raises UsageError where no host was asked."""
    if not url:
        raise UsageError("--clone is for another machine: --host HOST", hint="git clone URL")
    if folder.exists():
        return None
    if folder.is_symlink():
        raise NotFoundError(f"'{visible(str(folder))}' is a link to nothing", hint=f"ls -l {folder}")
    return Plan(url, folder.absolute())


def run(planned: Plan | None) -> None:
    """Clone it, if there is something to clone. Raises CommandError, UnsafeError."""
    if planned:
        narration.report(f"cloning {visible(planned.url)} to {visible(str(planned.folder))}")
        cloning.clone(planned.url, planned.folder)

"""`par untrust`: take back what was approved for a repository."""

from pathlib import Path

from par.errors import NotFoundError
from par.git import discovery
from par.names import visible
from par.setup import trust


def plan(folder: Path) -> Path:
    """The repository whose approval goes: one that is gone by its path, else what `folder` lies in.

    Raises NotFoundError where nothing is approved for it.
    """
    known = {each.path for each in trust.approved()}
    named = folder.resolve()
    path = named if named in known else discovery.containing(folder, hint="par trust --list").path
    if path not in known:
        raise NotFoundError(f"nothing is approved for '{visible(str(path))}'", hint="par trust --list")
    return path


def run(path: Path) -> None:
    """Forget what was approved for the repository at `path`."""
    trust.revoke(path)

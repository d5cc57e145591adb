"""Where par keeps what: the data folder and the files and folders in it."""

import os
from pathlib import Path

from par.names import digest


def home_of(variable: str, default: str) -> Path:
    """An XDG base folder; a relative value of `variable` is ignored, as the XDG rules say."""
    value = os.environ.get(variable, "")
    return Path(value) if Path(value).is_absolute() else Path.home() / default


def data() -> Path:
    """`$XDG_DATA_HOME/par`, by default `~/.local/share/par`; links resolved, as git names worktrees."""
    return (home_of("XDG_DATA_HOME", ".local/share") / "par").resolve()


def index() -> Path:
    return data() / "global_state.json"


def projection() -> Path:
    """One line of tab-separated fields per context, for shells: completion and pickers read it."""
    return data() / "contexts.tsv"


def locks() -> Path:
    return data() / "locks"


def log() -> Path:
    return data() / "par.log"


def worktrees(repository: Path) -> Path:
    """The folder that holds the worktrees of one repository, told apart by its resolved path."""
    return data() / "worktrees" / digest(repository)


def trash() -> Path:
    """What was removed and can be brought back, a folder per removal."""
    return data() / "trash"


def emptied() -> Path:
    """What was taken out of the trash, in one rename each, and is being deleted."""
    return data() / "emptied"


def config() -> Path:
    """The user's settings: `$XDG_CONFIG_HOME/par/config.yaml`, by default in `~/.config/par`."""
    return home_of("XDG_CONFIG_HOME", ".config") / "par/config.yaml"


def removed(operation: str) -> Path:
    """Where a worktree goes in one rename before it is deleted."""
    return data() / "removed" / operation


def is_ours(path: Path) -> bool:
    """Whether `path` lies, links resolved, where par puts worktrees: nothing else is ever deleted."""
    homes = (data() / "worktrees", data() / "workspaces")
    inside = path.parent.resolve() / path.name
    return any(home.resolve() in inside.parents and inside.parent != home.resolve() for home in homes)


def is_beside(path: Path) -> bool:
    """Whether `path`, if it is there, can be renamed into the data folder: they are on one disk."""
    return not path.exists() or path.stat().st_dev == data().stat().st_dev


def prune_parents(path: Path) -> None:
    """Delete the folders above `path` that are empty now, up to par's own."""
    for parent in path.parents:
        if not is_ours(parent) and parent.parent not in (data() / "worktrees", data() / "workspaces"):
            return
        try:
            parent.rmdir()
        except OSError:
            return

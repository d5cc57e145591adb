"""Where par keeps what: the data folder and the files and folders in it."""

import os
from functools import cache
from pathlib import Path

from par.names import digest
from par.system import spelling
from par.system.base_folders import home_of

INDEX = "global_state.json"
CARRIED = "carried"
# Below the data folder: where worktrees lie
WORKTREES = ("worktrees", "review", "workspaces", "trash")


def data() -> Path:
    """`$XDG_DATA_HOME/par`, by default `~/.local/share/par`; links resolved, as git names worktrees."""
    return _data(os.environ.get("XDG_DATA_HOME"), os.environ.get("HOME"))


@cache  # it is asked for thousands of times
def _data(*_told_by: str | None) -> Path:
    return _resolved(home_of("XDG_DATA_HOME", ".local/share") / "par")


@cache
def _resolved(folder: Path) -> Path:
    return spelling.resolved(folder)


def index() -> Path:
    return data() / INDEX


@cache
def is_anothers(said: Path | str) -> bool:
    """Whether this is the data folder of another par: not this one, also by no link, and in use."""
    folder = Path(said)
    is_other = folder.is_absolute() and folder != data()
    return is_other and (folder / INDEX).is_file() and folder.resolve() != data()


def another(path: Path) -> Path | None:
    """The data folder of another par that `path` lies in, if it does."""
    if data() in path.parents:
        return None
    return next((each for each in path.parents if is_anothers(each)), None)


def moved(path: Path) -> Path:
    """Where the worktree is now that was at `path` when the data folder was elsewhere, or had another name.

    It is `path` itself where there is still a worktree that is not the same one by a link.
    """
    if data() in path.parents:
        return path
    for root in (data() / name for name in WORKTREES):
        if _resolved(root) != root and _resolved(root) in path.parents:  # it is a link to another disk
            return root / path.relative_to(_resolved(root))
    for number, part in enumerate(path.parts):
        place = data().joinpath(*path.parts[number:])
        if part in WORKTREES and place.is_dir():
            is_free = not os.path.lexists(path / ".git") or path.resolve() == place
            return place if is_free else path
    return path


def contexts_tsv() -> Path:
    """One line of tab-separated fields per context, for shells: completion and pickers read it."""
    return data() / "contexts.tsv"


def locks() -> Path:
    return data() / "locks"


def log() -> Path:
    return data() / "par.log"


def worktrees(repository: Path, is_review: bool = False) -> Path:
    """The folder that holds the worktrees of one repository, named after its resolved path.

    Strangers' code has a root of its own: tools such as mise and VS Code pass trust on from a parent folder.
    """
    return data() / ("review" if is_review else "worktrees") / digest(repository)


def is_review(path: Path) -> bool:
    """Whether `path` lies where strangers' code does."""
    return data() / "review" in path.parents


def is_strange(path: Path) -> bool:
    """Whether strangers' code may be around `path`: where it is reviewed, and where it goes from there."""
    folders = (data() / name for name in ("review", "trash", "emptied", "removed"))
    return any(folder in path.parents for folder in folders)


def workspaces(folder: Path) -> Path:
    """The folder that holds the workspaces which were started in `folder`, a resolved path."""
    return data() / "workspaces" / digest(folder)


def is_workspace(root: Path) -> bool:
    """Whether `root` lies, links resolved, where the folders of workspaces do."""
    home = data() / "workspaces"
    return home in root.parents and home.resolve() in root.parent.resolve().parents and not root.is_symlink()


def workspaces_of(root: Path) -> Path:
    """The folder of all the workspaces that were started where that with the folder `root` was."""
    home = data() / "workspaces"
    return home / root.relative_to(home).parts[0] if home in root.parents else root.parent


def init(root: Path) -> Path:
    """What is kept of the initialization of the context with the folder `root`: jobs, states and logs.

    It is named after the place in the data folder, which may be moved.
    """
    return data() / "init" / digest(root.relative_to(data()) if data() in root.parents else root)


def runs() -> Path:
    """What `par run` keeps, a folder for each call: jobs, states and logs."""
    return data() / "runs"


def batches() -> Path:
    """How far `par batch` came with each file."""
    return data() / "batches"


def approvals() -> Path:
    """Which commands of repositories the user has approved."""
    return data() / "trust.json"


def trash() -> Path:
    """What was removed and can be brought back, a folder per removal."""
    return data() / "trash"


def moves() -> Path:
    """Which branches were moved, and can be moved back: a file for each command that did."""
    return data() / "moves"


def moving() -> Path:
    """As `moves`, of those that are being moved."""
    return data() / "moving"


def emptied() -> Path:
    """What was taken out of the trash, in one rename each, and is being deleted."""
    return data() / "emptied"


def hosts() -> Path:
    """What is kept to reach other machines: the sockets of shared connections."""
    return data() / "hosts"


def config() -> Path:
    """The user's settings: `$XDG_CONFIG_HOME/par/config.yaml`, by default in `~/.config/par`."""
    return home_of("XDG_CONFIG_HOME", ".config") / "par/config.yaml"


def removed(operation: str) -> Path:
    """Where a worktree goes in one rename before it is deleted."""
    return data() / "removed" / operation


def is_ours(path: Path) -> bool:
    """Whether `path` lies, links resolved, where par puts worktrees: nothing else is ever deleted."""
    homes = _homes()
    inside = path.parent.resolve() / path.name
    return any(home.resolve() in inside.parents and inside.parent != home.resolve() for home in homes)


def _homes() -> tuple[Path, ...]:
    return tuple(data() / name for name in ("worktrees", "review", "workspaces"))


def is_beside(path: Path) -> bool:
    """Whether `path`, if it is there, can be renamed into the data folder: they are on one disk."""
    return not path.exists() or path.stat().st_dev == data().stat().st_dev


def prune_parents(path: Path) -> None:
    """Delete the folders above `path` that are empty now, up to par's own."""
    for parent in path.parents:
        if not is_ours(parent) and parent.parent not in _homes():
            return
        try:
            parent.rmdir()
        except OSError:
            return

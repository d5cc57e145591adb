"""What lies in a repository's folder and is not git's: ignored files, and those nobody has added."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from par.git import main_worktree, process
from par.model import Repository


class Matching(NamedTuple):
    """The paths that match, and the folder that they lie in."""

    folder: Path
    paths: tuple[str, ...] = ()


def matching(home: Repository, pattern: str, by_folder: bool = False) -> Matching:
    """The files that the glob `pattern` names, or whose folder it names, where the first of them lie.

    That is the main worktree, or of a bare repository what stands for it. They are relative to it; a
    repository of its own inside of it is named alone, with a `/` at its end. `by_folder` does the same for
    each folder that holds nothing of git's. Tracked files, git's own and all that lies elsewhere match
    nothing.
    """
    plain = _plain(pattern)
    # A glob of git's that names a folder means no more than the folder's name
    specs = (f":(top,glob){plain}", f":(top,glob){plain.rstrip('/')}/**")
    options = ["--directory"] if by_folder else []
    for folder in main_worktree.folders(home):
        if found := main_worktree.untracked(home, folder, *options, "--", *specs):
            return Matching(folder, tuple(found))
    return Matching(home.path)


def ignored(folder: Path, patterns: Sequence[str]) -> list[str]:
    """The files in a worktree that git ignores and that one of the globs `patterns` names itself.

    What it only takes because it names a folder around them is not among them.
    """
    named = [each for each in (_plain(pattern).rstrip("/") for pattern in patterns) if not _is_open(each)]
    if not named:
        return []
    specs = (f":(top,glob){each}" for each in named)
    asked = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--")
    found = process.run(folder, *asked, *specs).split("\0")
    return [each for each in found if each and not any(each.startswith(f"{name}/") for name in named)]


def _is_open(pattern: str) -> bool:
    return pattern == "**" or pattern.endswith("/**")


def _plain(pattern: str) -> str:
    while pattern.startswith("./"):
        pattern = pattern[2:].lstrip("/")
    if pattern in {"", "."}:
        return "**"
    # To git a star may stand for nothing, and a folder's name for the folder with its `/`
    return f"{pattern[:-1]}?*" if pattern == "*" or pattern.endswith("/*") else pattern

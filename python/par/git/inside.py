"""Repositories and worktrees that lie inside of a worktree, or of what its repository keeps for it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from par.git import links


class Nested(NamedTuple):
    """A folder with files of another repository's, and the git folder that it names.

    Of a linked worktree that is what its repository keeps for it. `place` is None where there are no files.
    """

    place: Path | None
    git_dir: Path

    @property
    def is_linked(self) -> bool:
        return (self.git_dir / "commondir").is_file()


def found(path: Path, onerror: Callable[[OSError], None] | None = None) -> Iterator[Nested]:
    """All that lies in the folders below the worktree at `path`, ignored or not.

    `onerror` is called with a folder that cannot be read.
    """
    for folder, below, names in os.walk(path, onerror=onerror):
        here = Path(folder)
        if ".git" in below:
            below.remove(".git")
            yield Nested(here, here / ".git")
        elif here != path and ".git" in names and (git_dir := links.admin_dir(here)):
            yield Nested(here, git_dir)
        elif "HEAD" in names and {"objects", "refs"} <= {*below}:
            below.clear()
            yield Nested(None, here)


def modules(admin: Path) -> Iterator[Path]:
    """The git folders of the submodules of a worktree that a repository keeps the folder `admin` for."""
    below = [admin / "modules"]
    while below:
        for inner in below.pop().glob("*/"):
            if (inner / "HEAD").is_file() and (inner / "config").is_file():
                yield inner
                below.append(inner / "modules")
            else:
                below.append(inner)  # a submodule's name may have slashes


def going(path: Path, admin: Path | None) -> list[Path]:
    """The git folders that are deleted with the worktree at `path`: those of clones and submodules."""
    clones = [each.git_dir for each in found(path) if not each.is_linked and path in each.git_dir.parents]
    submodules = [each for folder in [*clones, *([admin] if admin else [])] for each in modules(folder)]
    return [*dict.fromkeys([*clones, *submodules])]


def dependents(path: Path, admin: Path | None) -> list[Path]:
    """The worktrees, lying elsewhere, whose repository would be deleted with the worktree at `path`."""
    kept = [each for git_dir in going(path, admin) for each in (git_dir / "worktrees").glob("*")]
    places = (links.worktree_of(each) for each in kept)
    return sorted({each for each in places if each and each.exists() and path not in each.parents})

"""What a repository holds near its top."""

from pathlib import Path

from par.git import process
from par.model import Repository


def top(home: Repository, folder: Path) -> frozenset[str]:
    """The files at the top of the worktree in `folder` and in the folders there: none that git ignores.

    Of a bare repository those of its default branch.
    """
    if home.is_bare:
        said = process.run(home, "ls-tree", "-r", "-z", "--name-only", "HEAD")
        return frozenset(each for each in said.split("\0") if each and each.count("/") <= 1)
    asked = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    said = process.run(folder, *asked, "--", ":(top,glob)*", ":(top,glob)*/*")
    return frozenset(each for each in said.split("\0") if each)

"""What a repository's main worktree holds near its top."""

from par.git import process
from par.model import Repository


def top(home: Repository) -> frozenset[str]:
    """The files in its folder and in the folders there that git tracks, or would: none that is ignored."""
    asked = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    said = process.run(home, *asked, "--", ":(top,glob)*", ":(top,glob)*/*")
    return frozenset(each for each in said.split("\0") if each)

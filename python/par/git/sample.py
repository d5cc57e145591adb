"""A small repository to show something with."""

from collections.abc import Iterable
from pathlib import Path

AUTHOR = ("par demo", "demo@example.com")


def create(folder: Path, text: str, message: str, branches: Iterable[str] = ()) -> None:
    """Make a repository in the new folder `folder` with these branches at its first commit.

    That has a README which says `text`.
    """
    import git  # GitPython: 66 ms, and only a demonstration waits for it

    folder.mkdir(parents=True)
    (folder / "README").write_text(text)
    author = git.Actor(*AUTHOR)
    with git.Repo.init(folder) as repository:
        repository.index.add(["README"])
        repository.index.commit(message, author=author, committer=author, skip_hooks=True)
        for branch in branches:
            repository.create_head(branch)

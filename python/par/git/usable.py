"""Seeing that git can work in a worktree, also where its repository is bare.

With extensions.worktreeConfig what the common configuration says of `core.bare` counts for each worktree
(git-worktree(1)): then git refuses to work in any that does not say otherwise for itself.
"""

from pathlib import Path

from par.errors import CommandError
from par.git import config_file, links, process
from par.model import Repository, Worktree

# The index is read and the files are compared, but of one only: a large worktree costs no more
ASKED = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all", "--", ".gitignore")


def is_passed_on(home: Repository) -> bool:
    """Whether every worktree of the repository that does not say otherwise counts as bare."""
    if not config_file.may_say(home, "worktreeConfig"):
        return False
    asked = ("config", "--file", str(home.common_dir / "config"), "--type=bool", "--get", "core.bare")
    return process.attempt(home, *asked).stdout == "true\n"


def is_bare(path: Path) -> bool:
    """Whether git takes the worktree at `path` for bare."""
    return process.attempt(path, "rev-parse", "--is-bare-repository").stdout == "true\n"


def allow(home: Repository, path: Path) -> None:
    """Configure the worktree of `home` at `path` as not bare, where that is needed."""
    if (admin := links.admin_dir(path)) and is_passed_on(home):
        process.run(home, "config", "--file", str(admin / "config.worktree"), "core.bare", "false")


def check(worktree: Worktree) -> None:
    """See that git answers in the new worktree. Raises CommandError."""
    admin = links.admin_dir(worktree.path)
    place = links.worktree_of(admin) if admin and links.names_repository(worktree) else None
    if place is None or place.resolve() != worktree.path.resolve():  # a folder above may be a link
        raise CommandError(
            f"'{worktree.folder}' was made, but is not a worktree of {worktree.repository.name}"
        )
    allow(worktree.repository, worktree.path)
    outcome = process.attempt(worktree.path, *ASKED)
    if outcome.status:
        raise CommandError(f"git status fails in the new worktree: {outcome.reason}", hint=outcome.hint)

"""The branch that work in a repository begins from and comes home to, where nothing else is known of it."""

from typing import NamedTuple

from par.git import process, remotes, worktrees
from par.model import Repository

USUAL = ("main", "master", "trunk", "develop")


class Base(NamedTuple):
    """A ref, by its full name, and the commit that it points to now."""

    ref: str
    oid: str

    @property
    def name(self) -> str:
        """As git's commands call it: 'main', 'origin/main'."""
        return self.ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def default(home: Repository) -> Base | None:
    """The default branch: of the default remote (here, if it is here too), else one with a usual name.

    Where there is none of these it is what the main worktree has checked out. Raises CommandError.
    """
    asked = ("for-each-ref", "--format=%(refname) %(objectname) %(symref)", "refs/heads", "refs/remotes")
    rows = [line.split(" ") for line in process.run(home, *asked).split("\n") if line]
    oids = {row[0]: row[1] for row in rows}
    remote = remotes.load(home).default
    head = next((row[2] for row in rows if remote and row[0] == f"refs/remotes/{remote.name}/HEAD"), "")
    here = head.replace(f"refs/remotes/{remote.name}/", "refs/heads/", 1) if remote and head else ""
    main = next((each for each in worktrees.listed(home) if each.branch), None)
    wanted = (
        here,
        head,
        *(f"refs/heads/{name}" for name in USUAL),
        f"refs/heads/{main.branch if main else ''}",
    )
    return next((Base(ref, oids[ref]) for ref in wanted if ref in oids), None)

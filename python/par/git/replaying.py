"""What merging, squashing or rebasing a branch onto another makes, found out in memory."""

from typing import NamedTuple

from par.errors import CommandError
from par.git import merging, process
from par.git.commits import Author, Step
from par.model import Repository

FORM = "%T%x00%an%x00%ae%x00%ad%x00%P"
# A commit that only stands for a tree with another parent: nobody sees it
NOBODY = ("-c", "user.name=par", "-c", "user.email=par@localhost", "-c", "commit.gpgSign=false")


class Replayed(NamedTuple):
    """The commits that come on top, oldest first; or the files in conflict, and the commit they are in."""

    steps: tuple[Step, ...] = ()
    files: tuple[str, ...] = ()
    stopped_at: str = ""


def rebased(home: Repository, onto: str, tip: str, since: str = "") -> Replayed:
    """Each commit of `tip` that is neither in `onto` nor in `since`, on top of `onto`, as git rebase has it.

    Left out are merges, what `onto` has as the same patch, and what changes nothing any more. Raises
    CommandError, and TooOldError where git cannot merge in memory.
    """
    begun = (f"^{since}",) if since else ()
    asked = ("--reverse", "--topo-order", "--no-merges", "--cherry-pick", "--right-only")
    listed = process.run(home, "rev-list", *asked, f"{onto}...{tip}", *begun).split()
    top, steps = tree(home, onto), list[Step]()
    for oid in listed:
        was, step = _step(home, oid)
        found = _picked(home, top, was, oid)
        if found.files:
            return Replayed(files=found.files, stopped_at=oid)
        if found.tree != top or step.tree == tree(home, was):  # one that was empty from the first stays
            steps.append(step._replace(tree=found.tree))
        top = found.tree
    return Replayed(tuple(steps))


def _picked(home: Repository, top: str, was: str, oid: str) -> merging.Merged:
    """What the commit `oid`, whose parent is `was`, makes of the tree `top`."""
    if tree(home, was) == top:
        return merging.Merged(tree(home, oid), ())
    # With the parent of the one that is picked, the two meet just there
    stand_in = process.run(home, *NOBODY, "commit-tree", "-p", was, "-m", "par: in between", top).strip()
    return merging.merged(home, stand_in, oid)


def _step(home: Repository, oid: str) -> tuple[str, Step]:
    """The parent of a commit, and what it is itself."""
    asked = ("--encoding=UTF-8", "--date=raw", "--max-count=1", f"--format={FORM}%x00%B", oid)
    said = process.run(home, "rev-list", *asked).partition("\n")[2]
    of, name, email, date, parents, text = said.removesuffix("\n").split("\0", 5)
    if not parents:
        raise CommandError(f"commit {oid[:10]} has no parent to tell it from", hint="git rebase --root")
    return parents.split(" ")[0], Step(of, text, author=Author(name, email, date))


def subjects(home: Repository, onto: str, tip: str) -> list[str]:
    """The first lines of the commits of `tip` that `onto` does not have, merges aside, oldest first."""
    return process.history(home, "%s", "--reverse", "--no-merges", f"{onto}..{tip}")


def message(home: Repository, oid: str) -> str:
    """The whole message of a commit."""
    return _step(home, oid)[1].message


def count(home: Repository, onto: str, tip: str) -> int:
    """How many commits `tip` has that `onto` does not have."""
    return int(process.run(home, "rev-list", "--count", f"{onto}..{tip}"))


def is_in(home: Repository, oid: str, branch: str) -> bool:
    """Whether the commit `oid` is one of those of the commit `branch`."""
    return process.attempt(home, "merge-base", "--is-ancestor", oid, branch).status == 0


def tree(home: Repository, oid: str) -> str:
    """The tree of a commit."""
    return process.run(home, "rev-parse", "--verify", f"{oid}^{{tree}}").strip()

"""The branch that a context's work began from and comes home to."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from par.git import main_worktree, process, remotes, repository
from par.model import Repository, Worktree
from par.names import lines

MADE = re.compile(rf"{repository.CREATED}(?: from (?:(refs/\S+)|[0-9a-f]+))? by operation ")
USUAL = ("main", "master", "trunk", "develop")


class Base(NamedTuple):
    """A ref, by its full name, and the commit that it points to now."""

    ref: str
    oid: str

    @property
    def name(self) -> str:
        """As git's commands call it: 'main', 'origin/main'."""
        return self.ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


class Bases(NamedTuple):
    """The branches of a repository with the commits they point to, and the default one; '' for none.

    `upstreams` are the refs that branches follow. The upstream of those that are `abandoned` was there once
    and is gone; they are without `refs/heads/`.
    """

    oids: Mapping[str, str]
    default: str
    abandoned: frozenset[str]
    upstreams: Mapping[str, str] = {}

    def of(self, worktree: Worktree) -> Base | None:
        """The branch that `worktree` was begun from, else the default one; None where there is none."""
        itself = f"refs/heads/{worktree.branch}"
        wanted = (each for each in (worktree.base, self.default) if each in self.oids and each != itself)
        return next((Base(ref, self.oids[ref]) for ref in wanted), None)

    def homes_of(self, worktree: Worktree) -> list[Base]:
        """Where the work of `worktree` may have come home: its base, what that follows, and what itself does.

        Where a branch is pushed to as it is called itself, its work is not home yet.
        """
        base, itself = self.of(worktree), f"refs/heads/{worktree.branch}"
        own = self.upstreams.get(itself, "")
        own = "" if own.endswith(f"/{worktree.branch}") else own
        wanted = (base.ref if base else "", self.upstreams.get(base.ref, "") if base else "", own)
        return [
            Base(ref, self.oids[ref]) for ref in dict.fromkeys(wanted) if ref in self.oids and ref != itself
        ]


def load(home: Repository) -> Bases:
    """Load the branches of a repository. The default one is that of the default remote, or has a usual name.

    Where there is none of these it is what HEAD names, in a bare repository too. Raises CommandError.
    """
    asked = (
        "for-each-ref",
        "--format=%(objectname) %(symref) %(upstream) %(refname)",
        "refs/heads",
        "refs/remotes",
    )
    rows = [line.split(" ", 3) for line in lines(process.run(home, *asked)) if line]
    oids = {row[3]: row[0] for row in rows}
    abandoned = frozenset(row[3].removeprefix("refs/heads/") for row in rows if row[2] and row[2] not in oids)
    remote = remotes.load(home).default
    place = f"refs/remotes/{remote.name}/" if remote else ""
    head = next((target for _, target, _, ref in rows if remote and ref == f"{place}HEAD"), "")
    here = head.replace(place, "refs/heads/", 1) if head else ""
    usual = [f"refs/heads/{name}" for name in USUAL]
    if not (found := next((each for each in (here, head, *usual) if each in oids), "")):
        main = main_worktree.default_branch(home)
        found = f"refs/heads/{main}" if main else ""
    return Bases(oids, found, abandoned, {row[3]: row[2] for row in rows if row[2]})


def fork(worktree: Worktree, base: Base | None) -> str:
    """The commit that the work in `worktree` is compared with: where it left `base` last.

    Where the branch was merged since, that is where it was begun. Raises CommandError without any commit.
    """
    tip = process.run(worktree.path, "rev-parse", "--verify", "HEAD").strip()
    first = None if worktree.base_oid else began(worktree.repository, worktree.branch)
    known = (base.oid if base else "", first.oid if first else worktree.base_oid)
    found = {process.attempt(worktree.path, "merge-base", each, tip).stdout.strip() for each in known if each}
    earlier = sorted(found - {tip, ""})
    if len(earlier) > 1:
        earlier = process.run(worktree.path, "merge-base", "--independent", *earlier).split()
    return earlier[0] if earlier else tip


def began(home: Repository, branch: str) -> Base | None:
    """Where par made the branch, as its reflog says; None of one that par did not make."""
    return made_at(repository.reflog(home, branch))


def made_at(reflog: Sequence[tuple[str, str]]) -> Base | None:
    """The same, of a reflog that has been read.

    The ref is empty where the branch was made at a bare commit, or by a par that did not write it down.
    """
    for oid, message in reflog[-1:]:
        if made := MADE.match(message):
            return Base(made[1] or "", oid)
    return None

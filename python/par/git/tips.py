"""The commits that git's records of a worktree, or of a whole repository, name: refs, reflogs, notes."""

import re
from collections.abc import Iterable
from pathlib import Path

from par.git import process
from par.model import Repository

# What git notes beside the refs of a worktree; it does not keep these commits for ever
NOTED = (
    *("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "ORIG_HEAD", "MERGE_AUTOSTASH"),
    *("FETCH_HEAD", "BISECT_HEAD", "BISECT_EXPECTED_REV", "sequencer/head", "sequencer/abort-safety"),
    *("rebase-merge/orig-head", "rebase-merge/onto", "rebase-merge/autostash", "rebase-merge/amend"),
    *("rebase-merge/rewritten-list", "rebase-merge/rewritten-pending"),
    *("rebase-apply/orig-head", "rebase-apply/onto", "rebase-apply/autostash", "rebase-apply/rewritten"),
)
# The refs that are a worktree's own (gitrepository-layout(5)): they go with it
OWN_REFS = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")
# Each of these may be allowed by a repository's own configuration, which one for all does not undo
PROTOCOLS = ("ext", "fd", "file", "ftp", "ftps", "git", "http", "https", "ssh")
OID = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b")


def of_worktree(path: Path, admin: Path, *refs: str) -> set[str]:
    """What HEAD's reflog, git's notes and the own refs of the worktree at `path` name, and those of `refs`.

    `admin` is what its repository keeps for it.
    """
    return {*logged(path, "HEAD", *refs), *_noted(admin), *_own_refs(path, admin)}


def of_repository(git_dir: Path) -> set[str]:
    """What git's notes and all reflogs in a repository name, but for those of remote-tracking branches."""
    asked = ("rev-list", "--walk-reflogs", "--all", "--format=%H %gD")
    lines = process.attempt(git_dir, *bare(), *asked).stdout.split("\n")[1:-1:2]
    named = (line.split(" ", 1) for line in lines)
    return {oid for oid, ref in named if not ref.startswith("refs/remotes/")} | _noted(git_dir)


def logged(place: Path | Repository, *refs: str) -> list[str]:
    """The commits that `refs` have pointed to, the latest of each ref first."""
    outcome = process.attempt(place, "rev-list", "--walk-reflogs", *refs, "--")
    if outcome.status and len(refs) > 1:  # one of them is not there, or has no reflog: the others count
        return [oid for each in refs for oid in logged(place, each)]
    return outcome.stdout.split()


def bare() -> Iterable[str]:
    """What lets git look at the repository it runs in: what that says of its worktree may not be true.

    Nor may it let git fetch what is missing: a stranger may have committed one whose remote is a program.
    """
    never = (f"protocol.{each}allow=never" for each in ("", *(f"{name}." for name in PROTOCOLS)))
    return (
        *(word for each in never for word in ("-c", each)),
        "--git-dir=.",
        "-c",
        "core.bare=true",
        "-c",
        "core.worktree=",
    )


def _noted(folder: Path) -> set[str]:
    files = (folder / each for each in NOTED)
    return {
        oid for each in files if each.is_file() for oid in OID.findall(each.read_text("utf-8", "replace"))
    }


def _own_refs(path: Path, admin: Path) -> list[str]:
    # They are never packed, so that most worktrees tell without git that they have none
    has_some = (admin / "reftable").is_dir() or any(
        each.is_file() for name in OWN_REFS for each in (admin / name).rglob("*")
    )
    asked = ("for-each-ref", "--format=%(objectname)", *OWN_REFS)
    return process.run(path, *asked).split() if has_some else []

"""The worktrees of a repository as git lists them."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from par.errors import CommandError
from par.git import links, process, small_file
from par.model import Repository

UNKNOWN_OPTION = 129


class Listed(NamedTuple):
    """A worktree as git lists it; `oid` is empty in a bare repository, `branch` on a bare commit."""

    folder: str
    oid: str = ""
    branch: str = ""


def listed(place: Path | Repository) -> list[Listed]:
    """All worktrees of a repository, the main one first. Raises CommandError."""
    asked = ("worktree", "list", "--porcelain")
    outcome = process.attempt(place, *asked, "-z")
    end, name = "\0", r"[^\0]+"
    if outcome.status == UNKNOWN_OPTION:  # before git 2.36
        # Where lines end what is said, a folder's name goes on until git says what is checked out there
        end, name, outcome = "\n", ".+?", process.attempt(place, *asked)
    if outcome.status:
        raise CommandError(f"git worktree: {outcome.reason}", hint=outcome.hint)
    told = rf"worktree ({name})(?:{end}HEAD ([0-9a-f]+))?{end}(bare|detached|branch [^{end}]+)(?:{end}.*)?"
    block = re.compile(told, re.DOTALL)
    blocks = (each.removesuffix(end) for each in outcome.stdout.split(f"{end}{end}"))
    found = [_listed(block.fullmatch(each), each, end) for each in blocks if each.startswith("worktree ")]
    now = links.now_said(each.folder for each in found)
    return [Listed(folder, each.oid, each.branch) for folder, each in zip(now, found, strict=True)]


def may_have(home: Repository, branch: str) -> bool:
    """Whether a worktree may have `branch` checked out, by what is in the files HEAD.

    Mostly none has, and for a hundred worktrees git takes ten times as long as this look.
    """
    if (home.common_dir / "reftable").is_dir():  # then only git knows
        return True
    common = str(home.common_dir)
    return any(
        _may_be_on(each, f"refs/heads/{branch}", common) for each in (common, *links.admins(home.common_dir))
    )


def _may_be_on(admin: str, ref: str, common: str) -> bool:
    named = _symbolic(f"{admin}/HEAD")
    # Some let `master` be a symbolic ref to `main`: git says of what is on the one that it is on the other
    return named is None or named == ref or (bool(named) and _symbolic(f"{common}/{named}") != "")


def _symbolic(path: str) -> str | None:
    """The ref that the ref in this file names; '' where it names a commit, None where only git can tell."""
    said = small_file.said(path)
    if said.startswith("ref:"):
        return said[4:].strip(links.SPACES)
    return None if os.path.islink(path) else ""  # noqa: PTH114 - many; as git made them long ago


def _listed(told: re.Match[str] | None, block: str, end: str) -> Listed:
    """The worktree that git has `told` of in a block, of which nothing but its folder may be understood."""
    if not told:
        return Listed(block.removeprefix("worktree ").partition(end)[0])
    folder, oid, at = told.groups(default="")
    return Listed(folder, oid, at.removeprefix("branch refs/heads/") if at.startswith("branch") else "")

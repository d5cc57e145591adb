"""The worktrees of a repository as git lists them."""

import re
from pathlib import Path
from typing import NamedTuple

from par.errors import CommandError
from par.git import links, process
from par.model import Repository

UNKNOWN_OPTION = 129


class Listed(NamedTuple):
    """A worktree as git lists it; `oid` is empty in a bare repository, `branch` on a bare commit."""

    folder: Path
    oid: str = ""
    branch: str = ""


def listed(place: Path | Repository) -> list[Listed]:
    """All worktrees of a repository, the main one first. Raises CommandError."""
    asked = ("worktree", "list", "--porcelain")
    outcome = process.attempt(place, *asked, "-z")
    end = "\0"
    if outcome.status == UNKNOWN_OPTION:  # before git 2.36
        end, outcome = "\n", process.attempt(place, *asked)
    if outcome.status:
        raise CommandError(f"git worktree: {outcome.reason}", hint=outcome.hint)
    blocks = outcome.stdout.split(f"{end}{end}")
    found = [_block(block, end) for block in blocks if block.startswith("worktree ")]
    return [Listed(Path(links.now_said(folder)), oid, branch) for folder, oid, branch in found]


def _block(block: str, end: str) -> tuple[str, str, str]:
    """The folder, commit and branch that git tells of a worktree."""
    # Where lines end what is said, a folder's name goes on until git says what is checked out there
    named = re.fullmatch(
        rf"worktree (.+?)(?:{end}HEAD ([0-9a-f]+))?{end}(bare|detached|branch [^{end}]+)(?:{end}.*)?",
        block.removesuffix(end),
        re.DOTALL,
    )
    if not named:
        return block.removeprefix("worktree ").partition(end)[0], "", ""
    folder, oid, at = named.groups(default="")
    return folder, oid, at.removeprefix("branch refs/heads/") if at.startswith("branch") else ""

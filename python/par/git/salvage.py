"""Keeping every commit of a worktree that goes: what it is on, and what only its own records still name."""

import re
from collections.abc import Iterable
from pathlib import Path

from par.git import flushing, links, process, work
from par.model import Repository, Worktree

# What unfinished operations name; git itself does not keep these commits for ever
NOTED = (
    *("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "ORIG_HEAD", "MERGE_AUTOSTASH"),
    *("rebase-merge/orig-head", "rebase-merge/onto", "rebase-merge/autostash"),
    *("rebase-apply/orig-head", "rebase-apply/onto", "rebase-apply/autostash"),
)
OID = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{40})\b")


def keep(worktree: Worktree, head: str, tip: str, name: str) -> None:
    """Write refs below `name`: `head`, `tip` where not empty, and each commit that nothing else reaches.

    These are in the reflogs of HEAD and of the branch (where it goes, and so has a `tip`), and in what
    unfinished operations note. All or none of the refs are written. Raises CommandError.
    """
    known = [oid for oid in (head, tip) if oid]
    wanted = {f"{name}/head": head, f"{name}/tip": tip}
    wanted |= {f"{name}/other/{oid}": oid for oid in _others(worktree, known, bool(tip))}
    lines = [f"update {ref} {oid}\n" for ref, oid in wanted.items() if oid]
    if lines:
        home = worktree.repository
        process.run(home.path, *flushing.FLUSHED, "update-ref", "--stdin", text="".join(lines))
        flushing.refs(home.common_dir, [ref for ref, oid in wanted.items() if oid])


def drop(home: Repository, name: str) -> None:
    """Delete all refs below `name`."""
    if home.common_dir.is_dir():
        found = process.run(home.path, "for-each-ref", "--format=delete %(refname)", f"{name}/")
        if found:
            process.run(home.path, "update-ref", "--stdin", text=found)


def _others(worktree: Worktree, known: list[str], is_branch_going: bool) -> list[str]:
    home, branch = worktree.repository, f"refs/heads/{worktree.branch}"
    named = _logged(home.path, branch) if is_branch_going else []
    if admin := links.admin_dir(worktree.path):
        named += _logged(worktree.path, "HEAD") + [oid for each in NOTED for oid in _noted(admin / each)]
    wanted = set(named) - set(known)
    if not wanted:
        return []
    lines = work.only_from(worktree, wanted, known, is_branch_going)
    parents = {parent for _, *said in lines for parent in said}
    return sorted(commit for commit, *_ in lines if commit not in parents)


def _logged(folder: Path, ref: str) -> list[str]:
    return process.attempt(folder, "rev-list", "--walk-reflogs", ref, "--").stdout.split()


def _noted(path: Path) -> Iterable[str]:
    return OID.findall(path.read_text("utf-8", "replace")) if path.is_file() else ()

"""What would be lost if a worktree and its branch were deleted."""

from pathlib import Path

from par.git import links, process, repository
from par.model import Worktree

SHOWN_COMMITS = 20


def uncommitted(path: Path) -> list[str]:
    """The files that are changed, staged or not tracked, and an operation that git has not finished.

    Ignored files are not among them: a build's output can be built again.
    """
    asked = ("status", "--porcelain=v1", "-z", "--untracked-files=normal", "--ignore-submodules=none")
    fields = iter(process.run(path, *asked).split("\0"))
    files = []
    for field in fields:
        if field:
            files.append(field[3:])
        if field[:1] in {"R", "C"}:
            next(fields)  # where it was renamed from
    unfinished = links.operation_in_progress(path)
    return [f"{unfinished} in progress", *files] if unfinished else files


def unmerged(worktree: Worktree) -> list[str]:
    """The commits that only this worktree or its branch (where par made it) hold, a line each.

    What was fetched from a remote is there too: a pull request that was only looked at loses nothing.
    """
    head = links.admin_dir(worktree.path)
    oids = process.attempt(worktree.path, "rev-parse", "HEAD").stdout.split() if head else []
    tips = [*oids, f"refs/heads/{worktree.branch}"] if worktree.is_branch_ours else oids
    return unmerged_from(worktree, tips)


def unmerged_from(worktree: Worktree, tips: list[str]) -> list[str]:
    """The commits that `tips` reach and no ref does but the worktree's own branch and par's."""
    if not tips:
        return []
    own = f"refs/heads/{worktree.branch}"
    excluded = [f"--exclude={_literal(own)}"] if worktree.is_branch_ours else []
    kept = ["--single-worktree", "--exclude=refs/par/*", *excluded, "--all"]
    kept += repository.fetched_oids(worktree.repository, worktree.branch)
    asked = ("log", f"--max-count={SHOWN_COMMITS}", "--format=%h %s", "--ignore-missing")
    return process.run(worktree.repository.path, *asked, *tips, "--not", *kept, "--").splitlines()


def _literal(ref: str) -> str:
    return "".join(f"\\{char}" if char in "*?[\\" else char for char in ref)

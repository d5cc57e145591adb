"""What would be lost if a worktree and its branch were deleted."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from par.git import copies, links, process, repository, untracked
from par.model import Repository, Worktree


class Losses(NamedTuple):
    """The files that are nowhere else, and the commits, a line each."""

    files: tuple[str, ...]
    commits: tuple[str, ...]


def losses(worktrees: Sequence[Worktree]) -> Losses:
    """What is in these worktrees, one context's, and on their branches and nowhere else.

    Of several each line begins with its repository. One whose repository is gone is never deleted.
    """
    files, commits = [], []
    for worktree in worktrees:
        if worktree.repository.common_dir.is_dir():
            name = f"{worktree.name}/" if len(worktrees) > 1 else ""
            known = (worktree.path, worktree.repository, worktree.included)
            found = uncommitted(*known) if worktree.path.exists() else []
            files += [f"{name}{each}" for each in found]
            name = f"{worktree.name}: " if len(worktrees) > 1 else ""
            commits += [f"{name}{each}" for each in unmerged(worktree)]
    return Losses(tuple(files), tuple(commits))


def uncommitted(path: Path, home: Repository, included: Sequence[str] = ()) -> list[str]:
    """The files that are changed, staged or not tracked, and an operation that git has not finished.

    Ignored files are not among them, as a build's output can be built again, but for those that the globs
    `included` name. Nor is what is not tracked and only repeats what lies in the same place in `home`, as
    files that par copied and links that it made.
    """
    asked = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=none")
    fields = iter(process.run(path, *asked).split("\0"))
    files = []
    for field in fields:
        is_new = field.startswith("?? ")
        if field and not (is_new and copies.is_copy(path / field[3:], home.path / field[3:])):
            files.append(field[3:])
        if field[:1] in {"R", "C"}:
            next(fields)  # where it was renamed from
    copied = untracked.ignored(path, included)
    files += [each for each in copied if not copies.is_copy(path / each, home.path / each)]
    unfinished = links.operation_in_progress(path)
    return [f"{unfinished} in progress", *files] if unfinished else files


def unmerged(worktree: Worktree) -> list[str]:
    """The commits that only this worktree or its branch (where par made it) hold, a line each.

    What was fetched from a remote is there too: a pull request that was only looked at loses nothing.
    """
    admin = links.admin_dir(worktree.path)
    oids = process.attempt(worktree.path, "rev-parse", "HEAD").stdout.split() if admin else []
    tips = [*oids, f"refs/heads/{worktree.branch}"] if worktree.is_branch_ours else oids
    fetched = repository.fetched_oids(worktree.repository, worktree.branch)
    found = unmerged_from(worktree, tips, fetched, worktree.is_branch_ours)
    return [*found, *(unpushed(admin) if admin else [])]


def unmerged_from(worktree: Worktree, tips: list[str], known: list[str], is_going: bool) -> list[str]:
    """The commits that `tips` reach, and neither `known` nor any ref but par's, a line each.

    Nor does the worktree's own branch count where it `is_going`.
    """
    if not tips:
        return []
    others = _others(worktree, known, is_going)
    return process.history(
        worktree.repository.path, "%h %s", "--ignore-missing", *tips, "--not", *others, "--"
    )


def only_from(worktree: Worktree, tips: Iterable[str], known: list[str], is_going: bool) -> list[list[str]]:
    """As `unmerged_from` for any number of `tips`: the commits' ids, each with those of its parents."""
    asked = ("rev-list", "--parents", "--ignore-missing", "--stdin", "--not")
    others = _others(worktree, known, is_going)
    said = process.run(worktree.repository.path, *asked, *others, "--", text="\n".join([*tips, ""]))
    return [line.split(" ") for line in said.splitlines()]


def _others(worktree: Worktree, known: list[str], is_going: bool) -> list[str]:
    excluded = [f"--exclude={_literal(f'refs/heads/{worktree.branch}')}"] if is_going else []
    return ["--single-worktree", "--exclude=refs/par/*", *excluded, "--all", *known]


def unpushed(admin: Path) -> list[str]:
    """The commits of a worktree's submodules that no remote of theirs had, a line each."""
    found = []
    for module in links.modules(admin):
        # A bare look: what it says of its worktree may not be true at the moment
        bare = ("-c", "core.bare=true", "-c", "core.worktree=")
        asked = ("rev-list", "--format=%h %s", "HEAD", "--branches", "--not", "--remotes", "--tags")
        said = process.attempt(module, "--git-dir=.", *bare, *asked).stdout
        found += [f"{module.name}: {line}" for line in said.split("\n")[1:-1:2]]
    return found


def _literal(ref: str) -> str:
    return "".join(f"\\{char}" if char in "*?[\\" else char for char in ref)

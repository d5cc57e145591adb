"""Where .par.yaml and what git does not track lie: the main worktree, or what stands for it."""

import os
from collections.abc import Iterator
from pathlib import Path

from par.errors import CommandError
from par.git import links, process, worktrees
from par.model import NAMELESS, Repository
from par.state import paths
from par.system import spelling


def folders(home: Repository) -> tuple[Path, ...]:
    """The main worktree, or what a bare repository has in its place, in the order to look in.

    That is the folder that holds it, where that is a project's and not any folder, and the worktree of its
    default branch: never one in which a stranger's code is reviewed. Raises CommandError.
    """
    if not home.is_bare:
        return (home.path,)
    return tuple(dict.fromkeys([*_holder(home), *_of_default_branch(home)]))


def others(home: Repository, path: Path) -> tuple[Path, ...]:
    """The `folders` that are not the worktree at `path` itself, nor in it; none where git cannot tell."""
    try:
        return tuple(each for each in folders(home) if each != path and path not in each.parents)
    except CommandError:
        return ()


def _holder(home: Repository) -> Iterator[Path]:
    folder = home.common_dir.parent
    if home.common_dir.name in NAMELESS or git_dir(folder) == home.common_dir:
        yield folder


def git_dir(path: Path) -> Path | None:
    """The git folder that the main or linked worktree at `path` has or names, links resolved."""
    found = inside if (inside := path / ".git").is_dir() else links.admin_dir(path)
    return spelling.resolved(found) if found else None


def is_main(path: Path) -> bool:
    """Whether a repository of its own lies or is named at `path`: none of the worktrees it may have more.

    A submodule belongs to the repository around it.
    """
    found = git_dir(path)
    if found is None or ("modules" in found.parts and path not in found.parents):
        return False
    return all(os.path.lexists(found / name) for name in ("HEAD", "objects", "refs"))


def default_branch(home: Repository) -> str:
    """The branch that HEAD names, in a bare repository that which it was cloned on; empty for none."""
    said = process.attempt(home, "symbolic-ref", "--quiet", "HEAD").stdout.strip()
    return said.removeprefix("refs/heads/")


def _of_default_branch(home: Repository) -> Iterator[Path]:
    branch = default_branch(home)
    for folder in (Path(each.folder) for each in worktrees.listed(home) if branch and each.branch == branch):
        is_linked = (admin := links.admin_dir(folder)) and links.worktree_of(admin) == folder
        if is_linked and not paths.is_strange(folder) and not _follows_stranger(home, branch):
            yield folder


def _follows_stranger(home: Repository, branch: str) -> bool:
    from par.git import owners, remotes  # noqa: PLC0415 - only a bare repository is asked

    config = remotes.load(home)
    return owners.is_strange(config.upstreams.get(branch, ()), config)


def untracked(home: Repository, folder: Path, *asked: str) -> list[str]:
    """What `git ls-files --others` lists in one of the `folders`, for these options and pathspecs.

    Git's own folder is not among it. Raises CommandError.
    """
    words = ("ls-files", "-z", "--others", *asked)
    admin = links.admin_dir(folder)
    if not home.is_bare or (admin and admin.parent == home.common_dir / "worktrees"):
        return [each for each in process.run(folder, *words).split("\0") if each]
    # No folder is the worktree of a bare repository until it is named as that
    named = (f"--git-dir={home.common_dir}", f"--work-tree={folder}")
    outcome = process.attempt(folder, *named, *words, f":(top,exclude,literal){home.common_dir.name}")
    if outcome.status:
        raise CommandError(f"git ls-files: {outcome.reason}", hint=outcome.hint)
    return [each for each in outcome.stdout.split("\0") if each]

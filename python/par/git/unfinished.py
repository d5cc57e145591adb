"""What git notes of a merge, rebase or bisect that is not finished, and the branches that these hold."""

import os
from pathlib import Path

from par.git import links, moving
from par.system import durable

IN_PROGRESS = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
}
# What is there while a rebase or a bisect goes on, and where it notes the branches it comes back to
COMES_BACK = {
    "BISECT_START": ("BISECT_START",),
    "rebase-apply": ("rebase-apply/head-name",),
    "rebase-merge": ("rebase-merge/head-name", "rebase-merge/update-refs"),
}
NOTES = tuple(name for names in COMES_BACK.values() for name in names)
# What these notes are called while no rebase or bisect can go on
ASIDE = ".par"


def operation(path: Path) -> str | None:
    """What git was doing at `path` and has not finished: 'a rebase' ...; None for nothing."""
    admin = links.admin_dir(path) or path / ".git"
    return next((what for name, what in IN_PROGRESS.items() if (admin / name).exists()), None)


def is_used(common_dir: Path, branch: str, own: Path | None = None) -> bool:
    """Whether a worktree, but the one that is kept in `own`, stands on `branch` or comes back to it.

    It does after a rebase or a bisect: `git worktree list` does not name the branch while one goes on.
    """
    used = (each for each in _admins(common_dir) if _is_on(each, branch) or _returns_to(each, branch))
    return any(each != str(own) for each in used)


def comes_back(common_dir: Path, branch: str) -> Path | None:
    """The worktree that comes back to `branch` when the rebase or bisect in it ends, if one does."""
    admin = next((each for each in _admins(common_dir) if _returns_to(each, branch)), None)
    if admin == str(common_dir):
        return common_dir.parent
    return links.worktree_of(Path(admin)) if admin else None


def _admins(common_dir: Path) -> tuple[str, ...]:
    # Plain strings: each worktree is looked at, those in the trash too
    return (str(common_dir), *links.admins(common_dir))


def _is_on(admin: str, branch: str) -> bool:
    return links.head_of(admin).removeprefix("ref:").strip(links.SPACES) == f"refs/heads/{branch}"


def _returns_to(admin: str, branch: str) -> bool:
    for name, files in COMES_BACK.items():
        if os.access(f"{admin}/{name}", os.F_OK):
            lines = [line for each in files for line in _lines(Path(admin, each))]
            # A bisect notes the short name
            if f"refs/heads/{branch}" in lines or (name == "BISECT_START" and branch in lines):
                return True
    return False


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "surrogateescape").split("\n") if path.is_file() else []
    except OSError:
        return []


def lend_branches(path: Path) -> None:
    """Free the branches to which an unfinished rebase or bisect at `path` would return."""
    _rename_notes(path, "", ASIDE)


def claim_branches(path: Path, old: str, new: str) -> None:
    """Take back `lend_branches`; what comes back to the branch `old` comes back to `new` then."""
    _rename_notes(path, ASIDE, "")
    admin = links.admin_dir(path)
    for name in NOTES if admin else ():
        file = Path(admin or path, name)
        for form in ("refs/heads/{}\n", "{}\n"):
            if file.is_file() and file.read_text("utf-8", "surrogateescape") == form.format(old):
                moving.write(admin or path, name, form.format(new))


def _rename_notes(path: Path, old: str, new: str) -> None:
    admin = links.admin_dir(path)
    for name in NOTES if admin else ():
        file = Path(admin or path, f"{name}{old}")
        if file.is_file():
            durable.rename(file, Path(admin or path, f"{name}{new}"))

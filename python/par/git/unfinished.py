"""What git notes of a merge, rebase or bisect that is not finished, and the branches that these hold."""

from collections.abc import Iterator, Sequence
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
# Where git notes a branch to which a worktree comes back
COMES_BACK = (
    *("BISECT_START", "rebase-apply/head-name"),
    *("rebase-merge/head-name", "rebase-merge/update-refs"),
)
# What these notes are called while no rebase or bisect can go on
ASIDE = ".par"


def operation(path: Path) -> str | None:
    """What git was doing at `path` and has not finished: 'a rebase' ...; None for nothing."""
    admin = links.admin_dir(path)
    return next((what for name, what in IN_PROGRESS.items() if admin and (admin / name).exists()), None)


def is_used(common_dir: Path, branch: str, own: Path | None = None) -> bool:
    """Whether a worktree, but the one that is kept in `own`, stands on `branch` or comes back to it.

    It does after a rebase or a bisect: `git worktree list` does not name the branch while one goes on.
    """
    return any(each != own for each in _users(common_dir, branch, ("HEAD", *COMES_BACK)))


def comes_back(common_dir: Path, branch: str) -> Path | None:
    """The worktree that comes back to `branch` when the rebase or bisect in it ends, if one does."""
    admin = next(_users(common_dir, branch, COMES_BACK), None)
    return common_dir.parent if admin == common_dir else links.worktree_of(admin) if admin else None


def _users(common_dir: Path, branch: str, named_in: Sequence[str]) -> Iterator[Path]:
    folder = common_dir / "worktrees"
    wanted = {f"refs/heads/{branch}", f"ref: refs/heads/{branch}"}
    for admin in [common_dir, *(folder.iterdir() if folder.is_dir() else ())]:
        # A bisect notes the short name
        if branch in _lines(admin / "BISECT_START") or any(
            wanted.intersection(_lines(admin / name)) for name in named_in
        ):
            yield admin


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "surrogateescape").split("\n") if path.is_file() else []
    except OSError:
        return []


def lend_branches(path: Path) -> None:
    """Let the branches be free to which an unfinished rebase or bisect at `path` would come back."""
    _rename_notes(path, "", ASIDE)


def claim_branches(path: Path, old: str, new: str) -> None:
    """Take back `lend_branches`; what comes back to the branch `old` comes back to `new` then."""
    _rename_notes(path, ASIDE, "")
    admin = links.admin_dir(path)
    for name in COMES_BACK if admin else ():
        file = Path(admin or path, name)
        for form in ("refs/heads/{}\n", "{}\n"):
            if file.is_file() and file.read_text("utf-8", "surrogateescape") == form.format(old):
                moving.write(admin or path, name, form.format(new))


def _rename_notes(path: Path, old: str, new: str) -> None:
    admin = links.admin_dir(path)
    for name in COMES_BACK if admin else ():
        file = Path(admin or path, f"{name}{old}")
        if file.is_file():
            durable.rename(file, Path(admin or path, f"{name}{new}"))

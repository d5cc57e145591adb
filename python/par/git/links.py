"""The files that tie a linked worktree to its repository (gitrepository-layout(5), git-worktree(1)).

They are read by hand where git would be too slow (a listing) or cannot (after a kill -9 it refuses to
list anything next to a half-made worktree).
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from par.model import Worktree

LOOK = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
MOST_BYTES = 8192


def admin_dir(path: Path) -> Path | None:
    """The folder under `<common>/worktrees` that the worktree at `path` names as its own, if any."""
    said = _admin_dir(path)
    return Path(said) if said else None


def _admin_dir(path: Path) -> str:
    # Plain strings, as below: `par ls` looks at every worktree, and a Path costs as much as the look
    said = _said(f"{path}/.git")
    if not said.startswith("gitdir: "):
        return ""
    return os.path.normpath(os.path.join(path, said.removeprefix("gitdir: ")))  # noqa: PTH118 - see above


def is_absolute(path: Path) -> bool:
    """Whether the worktree at `path` names its folder below `<common>/worktrees` wherever it lies itself."""
    return _said(f"{path}/.git").startswith("gitdir: /")


def checked_out(path: Path) -> str | None:
    """The branch checked out at `path`; empty on a bare commit, None where no worktree is there."""
    admin = _admin_dir(path)
    head = _first_line(f"{admin}/HEAD") if admin else ""
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref: ") else "" if head else None


def is_linked(worktree: Worktree) -> bool:
    """Whether the folder and the repository name each other as worktree and repository."""
    admin = admin_dir(worktree.path)
    return admin is not None and names_repository(worktree) and worktree_of(admin) == worktree.path


def is_checked_out(worktree: Worktree) -> bool:
    """Whether git came to the end of checking the files out: it writes the index then."""
    admin = admin_dir(worktree.path)
    return admin is not None and is_linked(worktree) and (admin / "index").exists()


def names_repository(worktree: Worktree) -> bool:
    """Whether the folder says that it is a worktree of the repository, which may be gone."""
    admin = admin_dir(worktree.path)
    return admin is not None and admin.parent == worktree.repository.common_dir / "worktrees"


def is_forgotten(worktree: Worktree) -> bool:
    """Whether its folder names a repository that keeps nothing for it, as one that was cloned again."""
    path, admin = worktree.path, admin_dir(worktree.path)
    is_folder = worktree.repository.common_dir.is_dir() and path.is_dir() and not path.is_symlink()
    return bool(is_folder and admin and names_repository(worktree) and worktree_of(admin) != path)


def lock_reason(worktree: Worktree) -> str | None:
    """Why the user locked the worktree (`git worktree lock`); None when it is not locked."""
    for admin in admin_dirs(worktree):
        if (admin / "locked").exists():
            return _first_line(admin / "locked") or "no reason given"
    return None


def locked_below(worktree: Worktree) -> Iterator[tuple[Path, str]]:
    """The worktrees of the same repository which lie in this one and are locked, and why."""
    folder = worktree.repository.common_dir / "worktrees"
    for admin in folder.iterdir() if folder.is_dir() else ():
        place = worktree_of(admin)
        if place and worktree.path in place.parents and place.exists() and (admin / "locked").exists():
            yield place, _first_line(admin / "locked") or "no reason given"


def admin_dirs(worktree: Worktree) -> Iterator[Path]:
    """What the repository keeps for `worktree`: one folder, or the remains of a git that was killed."""
    folder = worktree.repository.common_dir / "worktrees"
    for admin in folder.iterdir() if folder.is_dir() else ():
        if worktree_of(admin) == worktree.path or _is_half_made(admin, worktree):
            yield admin


def modules(admin: Path) -> Iterator[Path]:
    """The git folders of the submodules of a worktree that a repository keeps the folder `admin` for."""
    below = [admin / "modules"]
    while below:
        for inner in below.pop().glob("*/"):
            if (inner / "HEAD").is_file() and (inner / "config").is_file():
                yield inner
                below.append(inner / "modules")
            else:
                below.append(inner)  # a submodule's name may have slashes


def _is_half_made(admin: Path, worktree: Worktree) -> bool:
    # git names the folder after the last part of the path, writes `locked` first and `commondir` last
    return (
        admin.name.rstrip("0123456789") == worktree.path.name.rstrip("0123456789")
        and not _first_line(admin / "gitdir")
        and not _first_line(admin / "commondir")
        and _first_line(admin / "locked") in {"", "initializing"}
    )


def worktree_of(admin: Path) -> Path | None:
    """The folder of the worktree that a repository keeps the folder `admin` for, if that says so."""
    said = _said(admin / "gitdir")
    return Path(os.path.normpath(admin / said)).parent if said else None


def _said(path: Path | str) -> str:
    """What a small file says, without the end of its last line; empty where it is none, or cannot be read."""
    try:
        descriptor = os.open(path, LOOK)
    except OSError:
        return ""
    try:
        # A FIFO would never end; a device has no last line either
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        content = os.read(descriptor, MOST_BYTES) if is_file else b""
    except OSError:
        return ""
    finally:
        os.close(descriptor)
    return content.rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def _first_line(path: Path | str) -> str:
    return _said(path).partition("\n")[0]

"""The files that tie a linked worktree to its repository (gitrepository-layout(5), git-worktree(1)).

They are read by hand where git would be too slow (a listing) or cannot (after a kill -9 it refuses to
list anything next to a half-made worktree).
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from par.git import small_file
from par.model import Worktree
from par.state import paths

SPACES = " \t\n\r"  # what git takes for blanks around the name of a ref


def admin_dir(path: Path) -> Path | None:
    """The folder under `<common>/worktrees` that the worktree at `path` names as its own, if any."""
    said = _admin_dir(path)
    return Path(said) if said else None


def _admin_dir(path: Path | str) -> str:
    said = _said_admin(path)
    return os.path.normpath(said) if said else ""


def _said_admin(path: Path | str) -> str:
    # Plain strings, as below: `par ls` looks at every worktree, and a Path costs as much as the look
    said = small_file.said(f"{path}/.git")
    if said.startswith("gitdir: /"):
        return said[8:]
    return os.path.join(path, said[8:]) if said.startswith("gitdir: ") else ""  # noqa: PTH118 - see above


def is_absolute(path: Path) -> bool:
    """Whether the worktree at `path` names its folder below `<common>/worktrees` wherever it lies itself."""
    return small_file.said(f"{path}/.git").startswith("gitdir: /")


def checked_out(path: Path | str) -> str | None:
    """The branch checked out at `path`; empty on a bare commit, None where no worktree is there."""
    admin = _said_admin(path)
    head = head_of(admin) if admin else ""
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref: ") else "" if head else None


def head_of(admin: str) -> str:
    """What the HEAD says that is kept in the folder `admin`: `ref: refs/heads/NAME`, or a commit."""
    return small_file.first_line(f"{admin}/HEAD")


def is_linked(worktree: Worktree) -> bool:
    """Whether the folder and the repository name each other as worktree and repository."""
    path = worktree.path
    admin = admin_dir(path)
    return admin is not None and names_repository(worktree) and worktree_of(admin) == path


def is_checked_out(worktree: Worktree) -> bool:
    """Whether git came to the end of checking the files out: it writes the index then."""
    admin = admin_dir(worktree.path)
    return admin is not None and is_linked(worktree) and (admin / "index").exists()


def names_repository(worktree: Worktree) -> bool:
    """Whether the folder says that it is a worktree of the repository, which may be gone."""
    admin = admin_dir(worktree.path)
    return admin is not None and admin.parent == worktree.repository.common_dir / "worktrees"


def is_forgotten(worktree: Worktree) -> bool:
    """Whether its repository, which its folder names if any, keeps nothing for it: cloned again, or gone."""
    path, admin = worktree.path, admin_dir(worktree.path)
    if not path.is_dir() or path.is_symlink() or not paths.is_ours(path):
        return False
    if admin is None:
        return names_nothing(path) and not any(admin_dirs(worktree))
    return names_repository(worktree) and worktree_of(admin) != path


def names_nothing(path: Path) -> bool:
    """Whether the folder `path` has no `.git`, or a file of that name that says nothing."""
    inside = path / ".git"
    is_file = inside.is_file() and not inside.is_symlink()
    return admin_dir(path) is None and (is_file or not os.path.lexists(inside))


def lock_reason(worktree: Worktree) -> str | None:
    """Why the user locked the worktree (`git worktree lock`); None when it is not locked."""
    for admin in admin_dirs(worktree):
        if (admin / "locked").exists():
            return small_file.first_line(admin / "locked") or "no reason given"
    return None


def locked_below(worktree: Worktree) -> Iterator[tuple[Path, str]]:
    """The worktrees of the same repository which lie in this one and are locked, and why."""
    for admin in admins(worktree.repository.common_dir):
        if _is_there(f"{admin}/locked"):
            place = _place(admin)
            if place.startswith(f"{worktree.folder}/") and _is_there(place):
                yield Path(place), small_file.first_line(f"{admin}/locked") or "no reason given"


def _is_there(path: str) -> bool:
    return os.access(path, os.F_OK)


def admins(common_dir: Path) -> list[str]:
    """The folders that a repository keeps for its worktrees, those in the trash too."""
    try:
        return [f"{common_dir}/worktrees/{name}" for name in os.listdir(common_dir / "worktrees")]  # noqa: PTH208 - many, as above
    except OSError:
        return []


def admin_dirs(worktree: Worktree) -> Iterator[Path]:
    """What the repository keeps for `worktree`: one folder, or the remains of a git that was killed."""
    own, place = _admin_dir(worktree.folder), worktree.folder
    # Where folder and repository name each other, nothing that is called otherwise is of it too
    is_tied = bool(own) and _place(own) == place
    for admin in admins(worktree.repository.common_dir):
        if is_tied and admin != own and not _is_called_like(admin, worktree):
            continue
        if _place(admin) == place or _is_half_made(admin, worktree):
            yield Path(admin)


def _is_half_made(admin: str, worktree: Worktree) -> bool:
    # git writes `locked` first and `commondir` last
    return (
        _is_called_like(admin, worktree)
        and not small_file.first_line(f"{admin}/gitdir")
        and not small_file.first_line(f"{admin}/commondir")
        and small_file.first_line(f"{admin}/locked") in {"", "initializing"}
    )


def _is_called_like(admin: str, worktree: Worktree) -> bool:
    # git names the folder after the last part of the path, and numbers those of one name
    name, folder = admin.rpartition("/")[2], worktree.folder.rpartition("/")[2]
    return name.rstrip("0123456789") == folder.rstrip("0123456789")


def worktree_of(admin: Path) -> Path | None:
    """The folder of the worktree that a repository keeps the folder `admin` for, if that says so."""
    place = _place(str(admin))
    return Path(place) if place else None


def _place(admin: str) -> str:
    said = _said_place(admin)
    return now_said([said])[0] if said else ""


def _said_place(admin: str) -> str:
    said = small_file.said(f"{admin}/gitdir")
    return os.path.dirname(os.path.normpath(os.path.join(admin, said))) if said else ""  # noqa: PTH118, PTH120 - as above


def said_place(admin: Path) -> Path | None:
    """As `worktree_of`, by the letter: git does not know where the data folder was moved since."""
    place = _said_place(str(admin))
    return Path(place) if place else None


def now_said(places: Iterable[str]) -> list[str]:
    """As `now_at`, for many: most lie where par's data folder is now."""
    here = f"{paths.data()}/"
    return [each if each.startswith(here) else str(now_at(Path(each))) for each in places]


def now_at(place: Path) -> Path:
    """Where the worktree is that git knows at `place`: par's data folder may have been moved with it."""
    found = paths.moved(place)
    if found == place:
        return place
    admin = admin_dir(found)
    return found if admin and said_place(admin) == place else place

"""The uncommitted work of a worktree, file by file, and bringing it as it is into another of its repository.

Files are copied, not committed: no filter and no line ending makes anything else of them. The index gets the
same entries, so that what is staged is staged.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from par.errors import ConflictError, NotFoundError
from par.git import process, repository, uncommitted, unfinished
from par.names import quoted, visible
from par.system import file_copies
from par.system.file_copies import Look

STATUS = (
    *("status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames"),
    *("--ignore-submodules=none", "--ignored=no"),
)
ASKED = (("--show-toplevel",), ("--absolute-git-dir",), ("--verify", "HEAD^{commit}"))
ABSENT = "000000"
# The main worktree's own is where par reads it, and stays there
SETTINGS = ".par.yaml"


class Change(NamedTuple):
    """A path that is not as HEAD has it: its mode and object there, and those that are staged for it.

    The mode is ABSENT where there is none. One that is `intended` was added with `git add -N`.
    """

    path: str
    mode: str = ABSENT
    oid: str = ""
    staged_mode: str = ABSENT
    staged_oid: str = ""
    is_intended: bool = False

    @property
    def is_staged(self) -> bool:
        return self.is_intended or (self.mode, self.oid) != (self.staged_mode, self.staged_oid)


class Changes(NamedTuple):
    """All that is not committed in the worktree at `folder`, whose HEAD is the commit `oid`.

    `nested` are the repositories in it that no commit knows: they are no part of that.
    """

    folder: Path
    oid: str
    found: tuple[Change, ...]
    nested: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.path for each in self.found))


def read(folder: Path) -> Changes:
    """The uncommitted work of the worktree that `folder` lies in.

    What git ignores or was told not to look at is not among it, nor are the main worktree's settings for par.
    Raises ConflictError where it is in the middle of something or cannot be taken elsewhere, NotFoundError
    where no worktree is there.
    """
    said = [process.attempt(folder, "rev-parse", *words) for words in ASKED]
    if any(each.status for each in said):
        message = f"no worktree with a commit is at '{visible(str(folder))}'"
        raise NotFoundError(message, hint="cd to where the changes are, or use -p PATH")
    top, git_dir, oid = (each.stdout.removesuffix("\n") for each in said)
    _check_free(Path(top), Path(git_dir))
    fields = process.run(Path(top), *STATUS).split("\0")
    rows = [_change(Path(top), field) for field in fields if field]
    is_main = not Path(git_dir, "commondir").exists()
    found = [each for each in rows if not each.path.endswith("/")]
    if is_main:
        found = [each for each in found if each != Change(SETTINGS)]
    return Changes(Path(top), oid, tuple(found), tuple(each.path for each in rows if each.path.endswith("/")))


def _check_free(top: Path, git_dir: Path) -> None:
    shown = visible(str(top))
    if doing := unfinished.operation(top):
        raise ConflictError(f"{doing} is not finished in '{shown}'", hint=f"git -C {quoted(top)} status")
    if (git_dir / "index.lock").exists():
        raise ConflictError(f"git is at work in '{shown}'", hint="try again in a moment")


def _change(top: Path, field: str) -> Change:
    if field.startswith("? "):
        return Change(field[2:])
    kind, rest = field[0], field.split(" ", 8 if field[0] == "1" else 10)
    path = rest[-1]
    if kind == "u":
        message = f"'{visible(path)}' is not merged in '{visible(str(top))}'"
        raise ConflictError(message, hint=f"git -C {quoted(top)} status")
    _, state, _, mode, staged_mode, mode_now, oid, staged_oid, _ = rest
    if repository.SUBMODULE in {mode, staged_mode, mode_now}:
        message = f"the submodule '{visible(path)}' has changes in '{visible(str(top))}'"
        raise ConflictError(message, hint=f"commit them first: git -C {quoted(top)} submodule status")
    return Change(path, mode, oid, staged_mode, staged_oid, is_intended=state == ".A")


def bring(changes: Changes, target: Path) -> None:
    """Let the worktree at `target`, which is clean and on the same commit, have the same uncommitted work.

    What is there already may be so from an earlier try. Raises ParError or OSError.
    """
    source = changes.folder
    there = {path: file_copies.look(source, path) is not None for path in changes.paths}
    # What goes may be in the way of what comes: a link where a folder is now
    for path in (path for path, is_there in there.items() if not is_there):
        file_copies.remove(target, path)
    for path in (path for path, is_there in there.items() if is_there):
        file_copies.copy(source, target, path)
    staged = [each for each in changes.found if each.is_staged and not each.is_intended]
    _stage(target, ((each.staged_mode, each.staged_oid, each.path) for each in staged))
    uncommitted.intend(target, [each.path for each in changes.found if each.is_intended])


def take_out(folder: Path, found: Sequence[Change], looks: Mapping[str, Look | None]) -> list[str]:
    """Let the worktree at `folder` be as its HEAD has it in these paths; what somebody wrote since stays.

    Those are the paths that look otherwise than in `looks`, and are returned. May be called again after a
    crash. Raises ParError or OSError.
    """
    wanted = [each for each in found if each.is_staged]
    staged = {*read(folder).found} & {*wanted}
    _stage(folder, ((each.mode, each.oid, each.path) for each in staged))
    still = {each.path for each in read(folder).found} & looks.keys()
    same = {path for path in still if file_copies.look(folder, path) == looks[path]}
    tracked = {each.path for each in found if each.mode != ABSENT}
    for path in same - tracked:
        file_copies.remove(folder, path)
    back = [path for path in same & tracked if _is_free(folder, path)]
    if back:
        process.run(folder, "checkout-index", "-f", "-u", "-z", "--stdin", text="\0".join(back))
    return sorted({each.path for each in read(folder).found} & still)


def _is_free(folder: Path, path: str) -> bool:
    """Whether git would put the file there and nothing else: it deletes links and folders in the way."""
    place = folder / path
    above = [each for each in place.parents if folder in each.parents and os.path.lexists(each)]
    is_way_clear = all(each.is_dir() and not each.is_symlink() for each in above)
    return is_way_clear and (place.is_symlink() or not place.is_dir())


def _stage(folder: Path, entries: Iterable[tuple[str, str, str]]) -> None:
    """Write these entries, of a mode, an object and a path, into the index; one without a mode goes."""
    lines = [f"{'0' if mode == ABSENT else mode} {oid}\t{path}\0" for mode, oid, path in entries]
    if lines:
        process.run(folder, "update-index", "-z", "--index-info", text="".join(lines))


def differing(folder: Path, one: str, other: str, paths: Iterable[str]) -> list[str]:
    """Those of `paths` that are not the same in two commits."""
    changed = process.run(folder, "diff-tree", "-r", "-z", "--name-only", "--no-renames", one, other).split(
        "\0"
    )
    return sorted({*changed} & {*paths})

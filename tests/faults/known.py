"""What is known of the work in a folder: all that is compared after every step, byte for byte."""

from __future__ import annotations

import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from conftest import World

# It lies in every folder that is followed, wherever par puts it; git ignores it, so it is no work
MARK = "mark.ign"
# What git writes of its own accord, and what says where a worktree lies and on which branch
MOVING = {"HEAD", "commondir", "gitdir", "locked", "logs", "index", "ORIG_HEAD", "FETCH_HEAD", "modules"}
MOVING |= {"COMMIT_EDITMSG", "AUTO_MERGE"}


class Nested(NamedTuple):
    """A repository or worktree inside of a worktree, and what git answers there to `words`."""

    place: str
    words: tuple[str, ...]
    said: str


class Work(NamedTuple):
    """What lies in one folder of a context.

    `tree` has all files but links of git's; `unfinished` the files of a merge, rebase or bisect, `staging`
    what is staged, `head` the commit that is checked out, `objects` the commits and blobs in `home`'s
    repository that are of this work. One that `is_counted` has work that is nowhere else, which no
    purge gives up unasked; one that is `clean` has nothing of the kind, and nothing that looks so.
    """

    home: Path | None
    tree: dict[str, tuple[object, ...]]
    unfinished: dict[str, bytes]
    staging: str = ""
    head: str = ""
    objects: frozenset[str] = frozenset()
    nested: tuple[Nested, ...] = ()
    is_counted: bool = False
    is_clean: bool = True


def tree(folder: Path, holds_worktrees: bool = False) -> dict[str, tuple[object, ...]]:
    """All below `folder`, by path: kind, mode and content; without the worktrees that it may hold."""
    left_out = {each.parent.name for each in folder.glob("*/.git")} if holds_worktrees else set()
    return {name: found for name, found in _entries(folder, "") if name.partition("/")[0] not in left_out}


def _entries(folder: Path, under: str) -> Iterator[tuple[str, tuple[object, ...]]]:
    for entry in os.scandir(folder):
        name, path = under + entry.name, Path(entry.path)
        if name == ".git":
            continue
        mode = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode):
            yield name, ("link", str(path.readlink()))
        elif stat.S_ISDIR(mode):
            yield name, ("folder", stat.S_IMODE(mode))
            yield from _entries(path, f"{name}/")
        elif not stat.S_ISREG(mode):
            yield name, ("other", stat.S_IFMT(mode))
        elif entry.name != ".git" and not name.endswith(".code-workspace"):
            yield name, ("file", stat.S_IMODE(mode), path.read_bytes())


def admin(folder: Path) -> Path | None:
    """git's folder for the worktree `folder`; None where nothing ties them."""
    link = folder / ".git"
    if not link.is_file():
        return None
    found = Path(link.read_text().removeprefix("gitdir: ").rstrip("\n"))
    return found if found.is_dir() else None


def notes(folder: Path) -> dict[str, bytes]:
    """All files that git keeps for the worktree `folder`, by path in its folder for that."""
    own = str(admin(folder) or "")
    found = [f"{place}/{name}" for place, _, names in os.walk(own) for name in names] if own else []
    return {each.removeprefix(f"{own}/"): Path(each).read_bytes() for each in found}


def unfinished(notes: dict[str, bytes]) -> dict[str, bytes]:
    """What git wrote down of a merge, rebase or bisect, and of refs that only this worktree has."""
    return {
        name: data
        for name, data in notes.items()
        if name.partition("/")[0] not in MOVING and not name.endswith((".lock", "head-name", "BISECT_START"))
    }


def head(folder: Path) -> str:
    """The commit that is checked out, as git's files have it; '' where there is none."""
    own = admin(folder)
    said = (own / "HEAD").read_text().rstrip("\n") if own else ""
    common, name = (own or Path()).parent.parent, said.removeprefix("ref: ")
    return said if name == said else ref(common, name)


def ref(common: Path, name: str) -> str:
    """The commit that the ref `name` is on, as git's files in `common` have it; '' where there is none."""
    if (common / name).is_file():
        return (common / name).read_text().rstrip("\n")
    packed = common / "packed-refs"
    lines = packed.read_text().splitlines() if packed.exists() else []
    return next((line.split(" ")[0] for line in lines if line.endswith(f" {name}")), "")


def refs(common: Path) -> dict[str, str]:
    """All refs in `common`, each with the commit that it is on, as git's files have them."""
    packed = common / "packed-refs"
    rows = [line.split(" ") for line in packed.read_text().splitlines()] if packed.exists() else []
    found = {row[1]: row[0] for row in rows if len(row) == 2}
    for path in (common / "refs").rglob("*"):
        if path.is_file() and not (said := path.read_text().rstrip("\n")).startswith("ref: "):
            assert re.fullmatch("[0-9a-f]{40}", said), f"{path}: {said}"
            found[str(path.relative_to(common))] = said
    return found


def has_object(world: World, common: Path, oid: str) -> bool:
    """Whether a repository has an object; git is asked where it has no file of its own."""
    is_loose = (common / "objects" / oid[:2] / oid[2:]).exists()
    return is_loose or world.run("git", "cat-file", "-e", oid, cwd=common).status == 0


def tree_of(common: Path, oid: str) -> str:
    """The tree of a commit, which lies in a file of its own."""
    return zlib.decompress((common / "objects" / oid[:2] / oid[2:]).read_bytes()).split()[2].decode()


def kept(world: World, home: Path) -> set[str]:
    """All objects of a repository that the next `git gc --prune=now` keeps."""
    every = ("--objects", "--no-object-names", "--all", "--reflog", "--indexed-objects")
    return set(world.git(home, "rev-list", *every).split())


def noted(home: Path) -> set[str]:
    """What only git's notes on a worktree that is in its place name, which git does not keep for ever."""
    found = set()
    for admin in (home / ".git/worktrees").glob("*"):
        if "/trash/" not in (admin / "gitdir").read_text():
            files = [admin / "MERGE_HEAD", *(admin / "refs/worktree").glob("*")]
            found |= {oid for each in files if each.is_file() for oid in each.read_text().split()}
    return found

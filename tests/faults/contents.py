"""Kinds of content that lie in worktrees: each makes some of its kind and says what of it is to be kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from conftest import World, commit
from faults.known import Nested

# What an inner worktree shares with the outer one is no answer of its own
OWN = ("status", "--porcelain=v2", "--branch")
ALL = ("rev-list", "--all", "--reflog", "HEAD")


class Place(NamedTuple):
    """A worktree in which content is made; `home` is its repository, `number` is like no other."""

    world: World
    folder: Path
    home: Path
    number: int

    def git(self, *words: str, within: str = ".") -> str:
        return self.world.git(self.folder / within, *words)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def commit(self, name: str, within: str = ".") -> str:
        """A commit of a new file; its name."""
        self.write(f"{within}/{name}", f"{name}\n")
        self.git("add", "--", name, within=within)
        self.git("commit", "-q", "-m", name, "--", name, within=within)
        return self.git("rev-parse", "HEAD", within=within)


class Made(NamedTuple):
    """What of new content git has to keep. Content that is not `counted` may be purged unasked."""

    objects: tuple[str, ...] = ()
    nested: tuple[Nested, ...] = ()
    is_counted: bool = True


def staged(place: Place) -> Made:
    name = f"staged{place.number}"
    place.write(name, f"staged {place.number}\n")
    place.git("add", name)
    blob = place.git("rev-parse", f":{name}")
    place.write(name, "changed since\n")
    return Made((blob,))


def unstaged(place: Place) -> Made:
    with (place.folder / "file0").open("a") as file:
        file.write(f"{place.number}\n")
    return Made()


def untracked(place: Place) -> Made:
    place.write(f"new{place.number}/näme\nof two lines", "untracked\n").chmod(0o751)
    (place.folder / f"new{place.number}/empty").mkdir()
    return Made()


def ignored(place: Place) -> Made:
    place.write(f"build/{place.number}.o", "made\n")
    place.write(".env", f"secret {place.number}\n").chmod(0o600)
    return Made(is_counted=False)


def links(place: Place) -> Made:
    for name, target in (("out", "/etc"), ("gone", "nothing/here"), ("round", ".")):
        (place.folder / f"{name}{place.number}").symlink_to(target)
    return Made()


def read_only(place: Place) -> Made:
    file = place.write(f"closed{place.number}/inner/file", "read\n")
    for path, mode in ((file, 0o400), (file.parent, 0o500), (file.parent.parent, 0o500)):
        path.chmod(mode)
    return Made()


def pipe(place: Place) -> Made:
    (place.folder / "build").mkdir(exist_ok=True)
    os.mkfifo(place.folder / f"build/pipe{place.number}")
    return Made(is_counted=False)


def hidden(place: Place) -> Made:
    """Edits that git was told not to look at."""
    flag = ("--skip-worktree", "--assume-unchanged")[place.number % 2]
    place.git("update-index", flag, "file1")
    place.write("file1", f"three hours of work {place.number}\n")
    return Made()


def stash(place: Place) -> Made:
    place.write("file2", f"stashed {place.number}\n")
    # What is in conflict cannot be stashed
    place.world.run("git", "stash", "push", "-q", "--", "file2", cwd=place.folder)
    oid = place.world.run("git", "rev-parse", "-q", "--verify", "refs/stash", cwd=place.folder).stdout.strip()
    return Made((oid,) if oid else (), is_counted=False)


def committed(place: Place) -> Made:
    return Made((place.commit(f"committed{place.number}"),))


def reset_away(place: Place) -> Made:
    oid = place.commit(f"left{place.number}")
    place.git("reset", "-q", "--soft", "HEAD~")
    place.git("rm", "-q", "-f", f"left{place.number}")
    return Made((oid,))


def detached(place: Place) -> Made:
    place.git("checkout", "-q", "--detach")
    return committed(place)


def own_ref(place: Place) -> Made:
    tree = place.git("rev-parse", "HEAD^{tree}")
    oid = place.git("commit-tree", "-m", f"own {place.number}", tree)
    place.git("update-ref", f"refs/worktree/own{place.number}", oid)
    return Made((oid,))


def submodule(place: Place) -> Made:
    source = place.home.parent / "library"
    name = f"library{place.number}"
    place.git("submodule", "--quiet", "add", "--name", name, str(source), name)
    oid = place.commit("private", within=name)
    nested = (Nested(name, OWN, ""), Nested(name, ("cat-file", "-t", oid), ""))
    return Made(nested=nested)


def clone(place: Place) -> Made:
    """A repository of its own in a folder that git ignores, with a commit and a stash."""
    name = f"build/clone{place.number}"
    place.git("clone", "-q", str(place.home.parent / "library"), name)
    commit(place.world, place.folder / name, "unpushed")
    place.write(f"{name}/file0", "stashed\n")
    place.git("stash", "-q", within=name)
    return Made(nested=(Nested(name, ALL, ""), Nested(name, OWN, "")))


def worktree(place: Place) -> Made:
    """A worktree of the same repository in a folder that git ignores, as agents make them."""
    name = f"build/agent{place.number}"
    place.git("worktree", "add", "-q", "--detach", name)
    oid = place.commit("agent", within=name)
    place.write(f"{name}/half", "staged\n")
    place.git("add", "half", within=name)
    return Made((oid, place.git("rev-parse", ":half", within=name)), (Nested(name, OWN, ""),))

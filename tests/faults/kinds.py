"""Merges, rebases and bisects that are not finished, and the choice between all kinds of content."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from faults import contents
from faults.contents import Made, Place


def _fork(place: Place) -> str:
    """A commit beside HEAD that changes what HEAD changes; HEAD's."""
    name = f"both{place.number}"
    place.write(name, "base\n")
    place.git("add", name)
    place.git("commit", "-q", "-m", "base", "--", name)
    other = place.git("commit-tree", "-p", "HEAD", "-m", "theirs", _tree(place, name))
    place.write(name, "ours\n")
    place.git("commit", "-q", "-m", "ours", "--", name)
    return other


def _tree(place: Place, name: str) -> str:
    """The tree of HEAD with another content of `name`."""
    source = place.write("build/theirs", "theirs\n")
    blob = place.git("hash-object", "-w", str(source))
    lines = place.git("ls-tree", "HEAD").splitlines()
    other = [f"100644 blob {blob}\t{name}" if each.endswith(f"\t{name}") else each for each in lines]
    said = place.world.run("git", "mktree", cwd=place.folder, text="\n".join(other) + "\n")
    return said.stdout.strip()


def mid_merge(place: Place) -> Made:
    other = _fork(place)
    assert place.world.run("git", "merge", "-q", other, cwd=place.folder).status == 1
    return Made((place.git("rev-parse", "HEAD"), other))


def mid_rebase(place: Place) -> Made:
    other = _fork(place)
    mine = place.git("rev-parse", "HEAD")
    place.world.run("git", "rebase", "-q", "--onto", other, "HEAD~", cwd=place.folder)
    return Made((other, mine))


def mid_bisect(place: Place) -> Made:
    oids = [place.commit(f"bisected{place.number}-{each}") for each in range(3)]
    place.git("bisect", "start")
    place.git("bisect", "bad")
    place.git("bisect", "good", "HEAD~2")
    return Made(tuple(oids))


Kind = Callable[[Place], Made]
FILES: tuple[Kind, ...] = (
    *(contents.staged, contents.unstaged, contents.untracked, contents.ignored, contents.links),
    *(contents.read_only, contents.pipe, contents.hidden, contents.own_ref),
    *(contents.clone, contents.worktree),
)
COMMITS: tuple[Kind, ...] = (contents.stash, contents.committed, contents.reset_away, contents.submodule)
# A worktree can be in the middle of one of these, and begins it when nothing else is changed
STATES: tuple[Kind, ...] = (mid_merge, mid_rebase, mid_bisect)


def chosen(dice: Random, is_new: bool, is_busy: bool) -> list[Kind]:
    """Some kinds at random: a state only for what is new, and no commits for what is busy with one."""
    states = dice.sample(STATES, 1) if is_new and dice.random() < 0.3 else []
    others = FILES if is_busy or states else (*FILES, *COMMITS, contents.detached)
    return [*states, *dice.sample(others, dice.randint(1, 4))]

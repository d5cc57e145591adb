"""A par that is killed or interrupted while it merges, rebases, or takes that back: all of it, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import NamedTuple

import pytest

from conftest import World, eventually, sealed_world
from faults.commands import FIRST as SEED
from faults.injected import WAYS, failing
from faults.known import ref, refs, tree, tree_of
from faults.snapshot import Snapshot
from faults.test_interrupted import IS_LONG, doomed, was_hit

# A long run takes every effect
pytestmark = [pytest.mark.timeout(1200)] if IS_LONG else []
MERGE, UNDO = ("merge", "feat", "-m", "home"), ("undo",)
MERGING = (
    *("open DATA/locks/operation-", "commit-tree", "mkdir DATA/moving", "rename DATA/moving", "read-tree"),
    *("update-ref --create-reflog", "read-tree#2", "update-ref --create-reflog#2", "open DATA/global_state"),
    *("rename DATA/global_state", "entry.json", "rename DATA/workspaces", "rename DATA/workspaces#2"),
    *(
        "source-file",
        "rename DATA/global_state#2",
        "open DATA/moves",
        "rename DATA/moves",
    ),
    *("remove DATA/moving", "rmdir DATA/moving", "remove DATA/locks/operation-"),
)
REBASE = ("rebase", "feat")
REBASING = (
    "rename DATA/moving",
    "update-ref --create-reflog",
    "read-tree#2",
    "open DATA/global_state",
    "open DATA/moves",
)
UNDOING = (
    *("open DATA/global_state", "mkdir DATA/moving", "rename DATA/moving", "remove DATA/moves"),
    *("update-ref --create-reflog", "rename DATA/trash", "symbolic-ref -m", "source-file", "read-tree"),
    *("update-ref --create-reflog#3", "read-tree#2", "update-ref --create-reflog#4", "remove DATA/moving"),
    *("entry.json", "rmdir DATA/moving"),
)
KEPT = (
    "mkdir DATA/moving",
    "remove DATA/moves",
    "read-tree",
    "update-ref --create-reflog",
    "remove DATA/moving",
)


class Desk(NamedTuple):
    """A workspace over two repositories, each with new commits, and work in both checkouts of main."""

    world: World
    homes: tuple[Path, Path]
    said: dict[tuple[object, ...], str]

    def locks(self) -> list[Path]:
        return [each for home in self.homes for each in (home / ".git").rglob("*.lock")]

    def state(self) -> tuple[object, ...]:
        """Where the branches are, what lies in the checkouts, and which contexts there are."""
        world = self.world
        labels = [line.split("\t")[0] for line in world.ok("ls").stdout.splitlines()[1:]]
        lies = any(world.data.glob("trash/*"))
        trash = [each["label"] for each in world.ok("trash", "--json").json["trash"]] if lies else []
        tips = [self._tips(home / ".git") for home in self.homes]
        worktrees = [each for record in world.index["contexts"].values() for each in record["worktrees"]]
        bases = [each["base_oid"] for each in worktrees if each["base"]]
        checkouts = tuple(map(self._status, self.homes))
        files = tuple(sorted(each.name for each in home.glob("[a-z]*")) for home in self.homes)
        assert {each["phase"] for each in world.index["contexts"].values()} <= {"ready"}
        assert not (world.data / "moving").exists()
        assert self.locks() == []
        return labels, trash, tips, bases, checkouts, files

    def _tips(self, common: Path) -> dict[str, str]:
        found = refs(common)
        return {name: tree_of(common, oid) for name, oid in found.items() if name.startswith("refs/heads/")}

    def _status(self, home: Path) -> str:
        """What git says of a checkout: of the same files, index and HEAD always the same."""
        asked = (home, (home / ".git/index").read_bytes(), ref(home / ".git", "refs/heads/main"))
        key = (*asked, str(tree(home)))
        if key not in self.said:
            self.said[key] = self.world.git(home, "status", "--porcelain")
        return self.said[key]


@pytest.fixture(scope="module")
def made() -> Iterator[tuple[World, Snapshot]]:
    with sealed_world() as world:
        homes = (world.repository("back"), world.repository("front"))
        world.ok("start", "other", cwd=homes[0])
        world.ok("workspace", "start", "feat", "--repos", "back,front", cwd=world.home / "src")
        for home in homes:
            (folder,) = world.data.glob(f"workspaces/*/feat/{home.name}")
            for name in ("file0", "new"):
                (folder / name).write_text(f"{name} of feat\n")
            world.git(folder, "add", "-A")
            world.git(folder, "commit", "-qm", "work")
            (home / "staged").write_text("staged\n")
            world.git(home, "add", "staged")
            (home / "loose").touch()
        yield world, Snapshot(world)


@pytest.fixture
def desk(made: tuple[World, Snapshot]) -> Desk:
    world, start = made
    start.back()
    return Desk(world, (world.home / "src/back", world.home / "src/front"), {})


@pytest.fixture(scope="module")
def merged(made: tuple[World, Snapshot]) -> Snapshot:
    """What all is after the merge."""
    world, start = made
    start.back()
    world.ok(*MERGE)
    return Snapshot(world)


def killed_at(
    desk: Desk,
    points: Iterable[str],
    words: tuple[str, ...],
    back: tuple[str, ...] = (),
    done: Snapshot | None = None,
) -> None:
    """Kill par at each point: the next one finds all as it was before, or all as it is after (`done`).

    From there it goes back by the words of `back`.
    """
    world, before = desk.world, desk.state()
    start = Snapshot(world)
    done.back() if done else world.ok(*words)
    after = desk.state()
    assert before != after
    taken = [*points][:: 1 if IS_LONG else 3]
    for number, point in enumerate(taken):
        start.back()
        sent = SIGTERM if number % 4 == 3 else SIGKILL
        result = doomed(world, point, sent, *words, cwd=world.home)
        assert was_hit(result), (point, result)
        found = desk.state()
        assert found in (before, after), (point, result)
        if back and found == after:
            world.ok(*back)
            assert desk.state() == before


def test_a_merge_killed_before_any_of_its_effects_is_taken_back_or_finished(
    merged: Snapshot, desk: Desk
) -> None:
    killed_at(desk, MERGING, MERGE, UNDO, merged)


def test_an_undo_killed_before_any_of_its_effects_is_taken_back_or_finished(
    merged: Snapshot, desk: Desk
) -> None:
    merged.back()
    killed_at(desk, UNDOING, UNDO)


def test_a_merge_that_kept_the_context_is_undone_as_whole(desk: Desk) -> None:
    desk.world.ok(*MERGE, "--keep")
    killed_at(desk, KEPT, UNDO)


def test_a_rebase_and_its_undo_killed_before_any_of_their_effects_are_whole(desk: Desk) -> None:
    for home in desk.homes:
        (home / "main").touch()
        desk.world.git(home, "add", "main")
        desk.world.git(home, "commit", "-qm", "main", "--", "main")
    killed_at(desk, REBASING, REBASE, UNDO)
    desk.world.ok(*REBASE)
    killed_at(desk, KEPT, UNDO)


def test_files_that_a_killed_git_had_written_are_put_back(desk: Desk) -> None:
    before, home = desk.state(), desk.homes[0]
    assert was_hit(doomed(desk.world, "read-tree", SIGKILL, *MERGE, cwd=desk.world.home))
    (home / "file0").write_text("file0 of feat\n")
    (home / "new").write_text("new of f")
    (home / ".git/index.lock").touch()
    assert desk.state() == before
    # While another git is at work there nothing is given up
    assert was_hit(doomed(desk.world, "update-ref --create", SIGKILL, *MERGE, cwd=desk.world.home))
    (home / ".git/index.lock").touch()
    os.utime(home / ".git/index.lock", (1, 1))
    busy = desk.world.par("ls")
    assert busy.stderr.startswith("the merge of 'feat' is half done: git read-tree: Unable to create ")
    (home / ".git/index.lock").unlink()
    assert desk.state() == before
    # What is neither is somebody's work
    assert was_hit(doomed(desk.world, "read-tree", SIGKILL, *MERGE, cwd=desk.world.home))
    (home / "file0").write_text("file0 of mine\n")
    (home / "new").write_text("new of mine\n")
    desk.world.ok("ls")
    assert [(home / name).read_text() for name in ("file0", "new")] == ["file0 of mine\n", "new of mine\n"]
    assert desk.world.git(home, "log", "--format=%s") == "commit 0"
    # It keeps no other repository from going back
    for name in ("file0", "new"):
        desk.world.git(home, "checkout", "-q", "file0")
        (home / "new").unlink(missing_ok=True)
        assert desk.state() == before
        assert was_hit(doomed(desk.world, "read-tree#2", SIGKILL, *MERGE, cwd=desk.world.home))
        (desk.homes[1] / name).write_text("mine\n")
        desk.world.ok("ls")
        assert desk.world.git(home, "log", "--format=%s") == "commit 0"
        assert (desk.homes[1] / name).read_text() == "mine\n"
        desk.world.git(desk.homes[1], "checkout", "-q", "file0")
        (desk.homes[1] / "new").unlink(missing_ok=True)


@pytest.mark.parametrize("words", [MERGE, UNDO, REBASE], ids=lambda words: words[0])
def test_a_call_that_fails_leaves_all_as_it_was_or_done(desk: Desk, words: tuple[str, ...]) -> None:
    world = desk.world
    for home in desk.homes:
        (home / "main").touch()
        world.git(home, "add", "main")
        world.git(home, "commit", "-qm", "main", "--", "main")
    if words == UNDO:
        world.ok(*MERGE)
    before, start = desk.state(), Snapshot(world)
    with failing(world.home / "programs", world.env["PATH"], 0, "") as calls:
        world.ok(*words, cwd=None, text=None, **calls.env)
        count_ = len(calls.made)
    after = desk.state()
    for at in range(SEED % 23 if not IS_LONG else 1, count_ + 1, 1 if IS_LONG else 23):
        for way in WAYS if IS_LONG else WAYS[at % 2 :: 3]:
            start.back()
            with failing(world.home / "programs", world.env["PATH"], at, way) as calls:
                result = world.par(*words, cwd=None, text=None, **calls.env)
                told = (at, way, calls.made[at - 1 : at], result)
            assert "Traceback" not in result.stderr, told
            # What a git leaves that dies alone is told by doctor, after a while
            if way == "die-later":
                for each in desk.locks():
                    each.unlink()
            eventually(lambda: not desk.locks())
            found = desk.state()
            assert found in (before, after), told
            if words != UNDO and found == after:
                world.ok(*UNDO)
                assert desk.state() == before


@pytest.mark.skipif(not IS_LONG, reason="takes minutes")
@pytest.mark.parametrize("sent", [SIGKILL, SIGTERM])
def test_a_merge_and_an_undo_stopped_anywhere_are_whole(desk: Desk, sent: Signals) -> None:
    world, before = desk.world, desk.state()
    first = Snapshot(world)
    world.ok(*MERGE)
    after = desk.state()
    for words, there in ((UNDO, Snapshot(world)), (MERGE, first)):
        for point in count(1):
            there.back()
            result = doomed(world, point, sent, *words, cwd=world.home)
            found = desk.state()
            assert found in (before, after), (point, result)
            if words == MERGE and found == after:
                world.ok(*UNDO)
                assert desk.state() == before, (point, result)
            if not was_hit(result):
                break

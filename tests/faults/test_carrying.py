"""A par that is killed while uncommitted work goes along into a new context: all of it is there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from signal import SIGKILL

from faults.test_interrupted import IS_LONG, Lab, doomed, lab, make_with_other, was_hit
from test_with_changes import make_changes, work

__all__ = ["lab"]
GOING = (
    *(
        "update-ref --create-reflog",
        "mkdir DATA/carried",
        "rename DATA/carried/",
        "feat/both",
        "feat/sub/deep",
    ),
    *("--index-info", "--intent-to-add", "source-file", "rename DATA/carried/#2", "rename DATA/contexts#2"),
    *("--index-info#2", "deleting", "checkout-index", "rename DATA/carried.json", "remove DATA/carried/"),
    *("rmdir DATA/carried", "remove DATA/locks/operation-"),
)


def points(named: tuple[str, ...]) -> Iterator[int | str]:
    return iter(count(1) if IS_LONG else named[::2])


def test_start_with_changes_killed_before_any_of_its_effects_loses_nothing(lab: Lab) -> None:
    world, home = lab.world, lab.home
    world.copied(make_with_other)
    (home / "notes").unlink()
    make_changes(world, home)
    before = work(world, home)
    for point in points(GOING):
        result = doomed(world, point, SIGKILL, "start", "feat", "--with-changes", cwd=home)
        assert result.status == (-SIGKILL if was_hit(result) else 0), result
        assert was_hit(result) or IS_LONG, f"no effect is called {point}"
        world.ok("ls")
        assert not (world.data / "carried").exists(), point
        if "feat" in world.index["contexts"]:
            assert work(world, Path(world.index["contexts"]["feat"]["root"])) == before, point
            assert world.git(home, "status", "--porcelain") == "", point
            world.ok("undo")
            world.ok("trash", "empty", "-y")
        assert work(world, home) == before, point
        assert world.git(home, "worktree", "list").count("\n") == 1
        if not was_hit(result):
            break

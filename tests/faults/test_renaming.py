"""A par that is killed, or fails, while it renames a context: all of it is called as before, or as asked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from signal import SIGKILL

import pytest

from conftest import eventually
from faults.test_interrupted import IS_LONG, Lab, check_sound, doomed, lab, make_work, was_hit, work_of
from faults.test_workspaces import NAMES, Desk, desk, made, states
from faults.test_workspaces import make_work as make_big_work

__all__ = ["desk", "lab", "made"]
# What a rename does, in its order
NAMED = (
    *("open DATA/global_state", "rename DATA/contexts", "update-ref --create-reflog", "/logs/refs/heads"),
    *("symbolic-ref -m", "update-ref -d refs/heads/feat", "--rename-section", "feat/locked"),
    *("rename DATA/worktrees", "feat/gitdir", "remove", "source-file", "rename-session", "attach-session"),
    *("set-option -u", "open DATA/global_state#2", "rename DATA/contexts#2", "remove DATA/locks/operation-"),
)
BIG = (
    *("update-ref --create-reflog", "symbolic-ref -m#2", "update-ref -d refs/heads/big#2", "/locked#2"),
    *("rename DATA/workspaces", "back/gitdir", "front/gitdir", ".code-workspace", "source-file"),
)


def points(named: tuple[str, ...]) -> Iterator[int | str]:
    return iter(count(1) if IS_LONG else named[::2])


def test_rename_killed_before_any_of_its_effects_is_taken_back_or_done(lab: Lab) -> None:
    work, world = make_work(lab), lab.world
    asked = ("list-panes", "-a", "-F", "#{pane_pid}")
    running = world.tmux(*asked)
    for point in points(NAMED):
        result = doomed(world, point, SIGKILL, "rename", "feat", "login", cwd=lab.home)
        assert result.status == (-SIGKILL if was_hit(result) else 0), result
        assert was_hit(result) or IS_LONG, f"no effect is called {point}"
        told = world.ok("ls").stderr
        assert told in {"", "'feat' is called so again: its renaming was interrupted\n"}
        labels = lab.check_whole()
        assert labels in ({"feat"}, {"login"}), point
        assert world.tmux("list-sessions", "-F", "#{session_name} #{session_path}") == (
            f"{labels.copy().pop()} {world.worktree(labels.copy().pop())}"
        ), point
        if labels == {"login"}:
            world.ok("rename", "login", "feat")
        assert work_of(lab) == work, point
        assert world.tmux(*asked) == running
        check_sound(lab)
        if not was_hit(result):
            break


def test_rename_of_a_workspace_killed_before_any_of_its_effects_is_taken_back_or_done(desk: Desk) -> None:
    work, world = make_big_work(desk), desk.world
    for point in points(BIG):
        result = doomed(world, point, SIGKILL, "rename", "big", "huge", cwd=desk.source)
        assert was_hit(result) or IS_LONG, f"no effect is called {point}"
        eventually(lambda: states(world) == ["running"], "the end of the renaming")
        if "huge" in world.index["contexts"]:
            world.ok("rename", "huge", "big")
        assert (desk.check_whole(), desk.work()) == (NAMES, work), point
        if not was_hit(result):
            break


@pytest.mark.parametrize("broken", ["logs", "folder"])
def test_rename_that_fails_leaves_all_as_it_was(lab: Lab, broken: str) -> None:
    work, world = make_work(lab), lab.world
    if broken == "logs":  # a folder in the way of the reflog
        Path(lab.home / ".git/logs/refs/heads/login/x").mkdir(parents=True)
        (lab.home / ".git/logs/refs/heads/login/x/y").touch()
    else:  # it cannot be in one folder with what begins so
        world.git(lab.home, "config", "core.filesRefLockTimeout", "1")
        (lab.home / ".git/refs/heads/login.lock").touch()
    result = world.par("rename", "feat", "login")
    assert (result.status, result.stdout) == (8, ""), result
    assert result.stderr.startswith("par: git update-ref: "), result
    (lab.home / ".git/refs/heads/login.lock").unlink(missing_ok=True)
    assert lab.check_whole() == {"feat"}
    assert work_of(lab) == work

"""Worktrees inside of a context, as agents make them: they go into the trash with it and come back known."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import World, commit, refused

INNER = ".claude/worktrees/agent"


def nested(world: World, home: Path, outer: Path) -> Path:
    """A worktree of the repository `home` inside of `outer`, on a commit, with something staged."""
    inner = outer / INNER
    world.git(home, "worktree", "add", "-q", "--detach", str(inner))
    commit(world, inner, f"the agent's in {outer.name}")
    (inner / "staged").write_text("")
    world.git(inner, "add", "staged")
    return inner


def prune(world: World, home: Path) -> None:
    world.git(home, "worktree", "prune", "--expire=now")
    world.git(home, "gc", "-q", "--prune=now")


def state(world: World, inner: Path) -> tuple[str, str]:
    return world.git(inner, "log", "-1", "--format=%H %s"), world.git(inner, "status", "--porcelain")


def test_a_nested_worktree_outlives_a_prune_in_the_trash_and_git_knows_its_place(world: World) -> None:
    home = world.started("one", "two", "three", "four")
    other = world.repository("other")
    whose = {"one": home, "two": home, "three": other, "four": other}
    before = {label: state(world, nested(world, of, world.worktree(label))) for label, of in whose.items()}
    world.ok("rm", *whose)
    for each in (home, other):
        prune(world, each)
    world.ok("restore", "one", "three")
    for label in ("two", "four"):
        world.ok("restore", label, "--as", f"{label}-again")
    said = {of: world.git(of, "worktree", "list", "--porcelain") for of in (home, other)}
    for label, of in whose.items():
        inner = world.worktree(label if label in {"one", "three"} else f"{label}-again") / INNER
        assert state(world, inner) == before[label], label
        assert f"worktree {inner}\n" in said[of], label
        assert "prunable" not in said[of]
        assert "locked" not in said[of]


def test_a_clone_inside_and_its_own_worktree_inside_know_each_other_under_another_label(world: World) -> None:
    home = world.started("feat")
    clone = world.worktree("feat") / "clone"
    world.git(home, "clone", "-q", str(home), str(clone))
    world.git(clone, "worktree", "add", "-q", "--detach", "../beside")
    world.ok("rm", "feat")
    world.ok("restore", "feat", "--as", "other")
    clone = world.worktree("other") / "clone"
    assert world.git(clone.parent / "beside", "rev-parse", "--git-common-dir") == f"{clone}/.git"
    assert f"worktree {clone.parent}/beside\n" in world.git(clone, "worktree", "list", "--porcelain")


@pytest.mark.parametrize("words", [("rm",), ("rm", "--purge", "--force", "-y")])
def test_a_nested_worktree_that_is_locked_is_not_moved(world: World, words: tuple[str, ...]) -> None:
    home = world.started("feat")
    inner = nested(world, home, world.worktree("feat"))
    world.git(home, "worktree", "lock", "--reason", "agent at work", str(inner))
    told = f"'feat' has a worktree in it that is locked by git worktree lock, '{inner}': agent at work"
    hint = f"git -C '{home}' worktree unlock '{inner}'"
    refused(world.par(*words, "feat"), 5, f"cannot be removed: {told}", hint)
    assert inner.is_dir()


def test_a_lock_of_another_repository_stays_as_it_was(world: World) -> None:
    home, other = world.repository(), world.repository("other")
    world.ok("start", "feat", cwd=home)
    inner = nested(world, other, world.worktree("feat"))
    world.git(other, "worktree", "lock", "--reason", "mine", str(inner))
    world.ok("rm", "feat")
    world.ok("restore", "feat")
    assert f"worktree {inner}\n" in world.git(other, "worktree", "list", "--porcelain")
    assert "locked mine" in world.git(other, "worktree", "list", "--porcelain")


def test_what_git_keeps_for_a_nested_worktree_goes_with_the_trash(world: World) -> None:
    home, other = world.repository(), world.repository("other")
    world.ok("start", "feat", cwd=home)
    outer = world.worktree("feat")
    nested(world, home, outer)
    world.git(other, "worktree", "add", "-q", "--detach", str(outer / "foreign"))
    world.ok("rm", "feat")
    world.ok("trash", "empty", "-y")
    assert world.git(home, "worktree", "list", "--porcelain").count("worktree ") == 1
    assert world.git(other, "worktree", "list", "--porcelain").count("worktree ") == 1

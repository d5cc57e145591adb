"""Whatever happened to a repository: a command of par's ends it, and the files are still somewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from conftest import World, commit

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="who holds a lock is only told on Linux"
)
Damage = Callable[[World, Path], object]
WORK = "what nobody else has\n"


def clone_again(world: World, home: Path) -> None:
    found = next(each for each in (home, home.with_name("moved")) if each.exists())
    shutil.rmtree(found)
    world.git(world.home, "clone", "-q", str(world.home / "hub/owner/app.git"), str(home))


def put_another_there(world: World, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(home.with_name("moved"), ignore_errors=True)
    world.git(world.home, "init", "-q", str(home))
    commit(world, home, "unrelated")


def prune_by_force(world: World, home: Path) -> None:
    for folder in (home, home.with_name("moved")):
        shutil.rmtree(folder / ".git/worktrees", ignore_errors=True)


def delete_branch(world: World, home: Path) -> None:
    for folder in (home, home.with_name("moved")):
        (folder / ".git/refs/heads/feat").unlink(missing_ok=True)


def move(world: World, home: Path) -> None:
    if home.exists():
        home.rename(home.with_name("moved"))


def delete(world: World, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(home.with_name("moved"), ignore_errors=True)


DAMAGES: dict[str, Damage] = {
    "renamed": move,
    "deleted": delete,
    "cloned again": clone_again,
    "another in its place": put_another_there,
    "pruned": prune_by_force,
    "branch deleted": delete_branch,
}
SENSE = {("deleted", "cloned again"), *((name, "deleted") for name in DAMAGES)}
PAIRS = [pair for pair in permutations(DAMAGES, 2) if pair not in SENSE and pair[0] != "deleted"]


def label_is_free(world: World) -> bool:
    return "feat" not in world.index["contexts"]


def found_work(world: World) -> bool:
    return any(each.read_text() == WORK for each in world.home.rglob("work") if each.is_file())


def settle(world: World, home: Path) -> str:
    """Do what a person would who follows par's own words; which command ended it."""
    world.par("doctor", "--fix", cwd=home.parent)
    if world.par("doctor", cwd=home.parent).status == 0 and world.par("ls").status == 0:
        if not label_is_free(world):
            assert world.worktree("feat").is_dir()
            return "doctor"
        if world.par("restore", "feat").status == 0:
            return "restore"
    if not label_is_free(world):
        removed = world.par("rm", "feat")
        assert removed.status == 0, removed
        return "rm"
    restored = world.par("restore", "feat")
    if restored.status == 0:
        return "restore"
    assert "--files FOLDER" in restored.stderr, restored
    rescued = world.par("restore", "feat", "--files", str(world.home / "rescued"))
    assert rescued.status == 0, (restored, rescued)
    assert (world.home / "rescued/work").read_text() == WORK
    return "files"


@pytest.mark.parametrize("phase", ["ready", "in the trash"])
@pytest.mark.parametrize("names", [*((name,) for name in DAMAGES), *PAIRS], ids=" and ".join)
def test_there_is_a_way_on_after(world: World, names: tuple[str, ...], phase: str) -> None:
    _, home = world.clone()
    world.ok("start", "feat", cwd=home)
    (world.worktree("feat") / "work").write_text(WORK)
    if phase == "in the trash":
        world.ok("rm", "feat")
    for name in names:
        DAMAGES[name](world, home)
    settle(world, home)
    assert found_work(world)
    assert "Traceback" not in world.par("doctor").stderr
    trash = world.ok("trash", "--json").json["trash"]
    assert "feat" in world.index["contexts"] or trash or found_work(world)


def test_renamed_repository_is_followed_by_the_trash_too(world: World) -> None:
    home = world.repository()
    world.ok("start", "feat", cwd=home)
    oid = commit(world, world.worktree("feat"), "work")
    (world.worktree("feat") / "staged").write_text("staged\n")
    world.git(world.worktree("feat"), "add", "staged")
    world.ok("rm", "feat")
    home.rename(home.with_name("app2"))
    assert "was moved: --fix would restore it from there" in world.par("doctor").stdout
    world.ok("doctor", "--fix")
    world.ok("restore", "feat")
    folder = world.worktree("feat")
    assert world.git(folder, "rev-parse", "HEAD", "refs/heads/feat").split() == [oid, oid]
    assert world.git(folder, "status", "--porcelain") == "A  staged"


def test_worktree_of_a_repository_that_was_cloned_again_is_put_away_and_comes_back(world: World) -> None:
    bare, home = world.clone()
    for label in ("feat", "gone"):
        world.ok("start", label, cwd=home)
        (world.worktree(label) / "mine").write_text(f"{label}\n")
    world.ok("rm", "gone")
    shutil.rmtree(home)
    world.git(world.home, "clone", "-q", str(bare), str(home))
    told = world.par("doctor").stdout
    assert "was cloned again, or another took its place: not repaired by par: par rm feat" in told
    world.ok("rm", "feat")
    assert world.branches(home) == {"main"}
    assert {each["label"] for each in world.ok("trash", "--json").json["trash"]} == {"feat", "gone"}
    world.ok("restore", "gone")
    folder = world.worktree("gone")
    assert world.git(folder, "status", "--porcelain=v2", "--branch").splitlines()[1:] == [
        "# branch.head gone",
        "? mine",
    ]
    refusal = world.par("restore", "feat")
    assert (refusal.status, "does not have its commits any more" in refusal.stderr) == (3, True)
    world.ok("restore", "feat", "--files", "out")
    assert {each.name for each in (world.home / "out").iterdir()} == {"file0", "mine"}
    assert world.ok("trash", "--json").json["trash"] == []
    world.ok("start", "feat", cwd=home)


def old_lock(home: Path, name: str) -> Path:
    """A lock as a git leaves it that was killed a while ago."""
    lock = home / ".git" / name
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    os.utime(lock, (1_700_000_000, 1_700_000_000))
    return lock


def found(world: World, *words: str) -> set[tuple[str, str, bool]]:
    """What doctor names: fault, subject, and whether it has a repair; its status must agree."""
    said = world.par("doctor", "--json", *words)
    rows = said.json["findings"]
    left = [each for each in rows if not each["fixed"]]
    assert said.status == (4 if left else 0), said
    return {(each["fault"], each["subject"], bool(each["repair"])) for each in rows}


@needs_proc
@pytest.mark.parametrize("phase", ["ready", "in the trash", "of no context"])
def test_lock_of_a_git_that_was_killed_is_named_by_the_refusal_and_by_doctor(
    world: World, phase: str
) -> None:
    home = world.repository()
    world.ok("start", "feat", cwd=home)
    words = ("start", "new")
    name = "refs/heads/new.lock"
    if phase == "in the trash":
        world.ok("rm", "feat")
        words, name = ("restore", "feat"), "refs/heads/feat.lock"
    if phase == "ready":
        name = "config.lock"
    lock = old_lock(home, name)
    if phase != "ready":
        refusal = world.par(*words, cwd=home)
        assert (refusal.status, refusal.stderr.splitlines()[-1]) == (8, "hint: par doctor --fix"), refusal
    # A restore that failed leaves a lock of par's own too
    assert {each for each in found(world) if each[0] != "remains"} == {("git-remains", str(lock), True)}
    assert lock.exists()
    assert ("git-remains", str(lock), True) in found(world, "--fix")
    assert (lock.exists(), found(world)) == (False, set())
    world.ok(*words, cwd=home)


@needs_proc
def test_locks_of_a_worktree_in_the_trash_and_of_its_refs_are_found(world: World) -> None:
    home = world.repository()
    world.ok("start", "feat", cwd=home)
    world.ok("rm", "feat")
    (admin,) = (home / ".git/worktrees").iterdir()
    kept = next((home / ".git/refs/par/trash").iterdir())
    inside = [f"worktrees/{admin.name}/{name}" for name in ("HEAD.lock", "index.lock")]
    names = [*inside, f"refs/par/trash/{kept.name}/0/head.lock", "packed-refs.lock"]
    locks = {str(old_lock(home, name)) for name in names}
    assert {subject for _, subject, _ in found(world)} == locks
    found(world, "--fix")
    assert found(world) == set()
    world.ok("restore", "feat")


@pytest.mark.parametrize("phase", ["ready", "in the trash"])
def test_refs_that_a_power_cut_left_empty_are_written_again(world: World, phase: str) -> None:
    home = world.repository()
    world.ok("start", "feat", cwd=home)
    oid = commit(world, world.worktree("feat"), "work")
    if phase == "in the trash":
        world.ok("rm", "feat")
    (admin,) = (home / ".git/worktrees").iterdir()
    (admin / "HEAD").write_text("")
    empty = {("git-remains", str(admin), True)}
    if phase == "ready":
        (home / ".git/refs/heads/feat").write_text("")
    assert empty <= found(world)
    found(world, "--fix")
    assert found(world) == set()
    if phase == "in the trash":
        world.ok("restore", "feat")
    folder = world.worktree("feat")
    assert world.git(folder, "rev-parse", "HEAD", "refs/heads/feat").split() == [oid, oid]
    assert world.git(folder, "symbolic-ref", "HEAD") == "refs/heads/feat"


@pytest.mark.parametrize("phase", ["ready", "in the trash"])
def test_repository_whose_head_a_power_cut_left_empty_is_named(world: World, phase: str) -> None:
    home = world.repository()
    world.ok("start", "feat", cwd=home)
    if phase == "in the trash":
        world.ok("rm", "feat")
    (home / ".git/HEAD").write_text("")
    assert found(world) == {("git-remains", "feat", False)}
    (home / ".git/HEAD").write_text("ref: refs/heads/main\n")
    assert found(world) == set()


def test_branch_of_which_nothing_knows_the_commit_is_named(world: World) -> None:
    home = world.repository()
    world.ok("start", "feat", cwd=home)
    (home / ".git/refs/heads/feat").unlink()
    (admin,) = (home / ".git/worktrees").iterdir()
    (admin / "logs/HEAD").unlink()
    assert found(world) == {("branch-gone", "feat", False)}

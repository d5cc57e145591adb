"""Whatever happened to a repository: a command of par's ends it, and the files are still somewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import permutations, product
from pathlib import Path
from signal import SIGKILL
from typing import Any, NamedTuple

import pytest

from conftest import STAND_IN, World, commit, stand_in
from doom import Doom

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="who holds a lock is only told on Linux"
)
# Every pair of damages takes an hour: CI asks for fewer steps than this
IS_LONG = int(os.environ.get("PAR_FAULTS", "0")) >= 100
# Of the pairs every so manieth, and others with another seed
SAMPLE, FIRST = 27, int(os.environ.get("FAULT_SEED", "3"))


class Case(NamedTuple):
    """A context of its own in a repository of its own, and what happens to them."""

    world: World
    label: str
    damages: tuple[str, ...]

    @property
    def home(self) -> Path:
        return self.world.home / "src" / self.label

    @property
    def homes(self) -> list[Path]:
        """Where the repository is, or was before."""
        return [self.home, self.home.with_name(f"{self.label}-moved")]

    @property
    def work(self) -> str:
        return f"what only {self.label} has\n"

    def places(self) -> list[Path]:
        """The folders in par's that hold the work."""
        found = [each for each in self.world.data.resolve().rglob("work") if each.read_text() == self.work]
        return [each.parent for each in found]

    def entries(self) -> list[Path]:
        return [each for each in self.world.data.glob("trash/*") if self.work in _told(each)]


def _told(entry: Path) -> str:
    return "".join(each.read_text() for each in entry.glob("*/work"))


def move(case: Case) -> None:
    if case.home.exists():
        case.home.rename(case.homes[1])


def delete(case: Case) -> None:
    for each in case.homes:
        shutil.rmtree(each, ignore_errors=True)


def clone_again(case: Case) -> None:
    delete(case)
    hub = case.world.home / f"hub/owner/{case.label}.git"
    case.world.git(case.world.home, "clone", "-q", str(hub), str(case.home))


def put_another_there(case: Case) -> None:
    delete(case)
    shutil.copytree(case.world.home / "src/other", case.home)


def prune_by_force(case: Case) -> None:
    for each in case.homes:
        shutil.rmtree(each / ".git/worktrees", ignore_errors=True)


def delete_branch(case: Case) -> None:
    for each in case.homes:
        (each / f".git/refs/heads/{case.label}").unlink(missing_ok=True)


def delete_git_file(case: Case) -> None:
    for each in case.places():
        (each / ".git").unlink(missing_ok=True)


def cut_git_file(case: Case) -> None:
    for each in case.places():
        (each / ".git").write_text("")


def delete_worktree(case: Case) -> None:
    for each in case.places():
        shutil.rmtree(each)


def cut_record(case: Case) -> None:
    for each in case.entries():
        record = each / "entry.json"
        record.write_bytes(record.read_bytes()[:-40] if record.exists() else b"")


def delete_record(case: Case) -> None:
    for each in case.entries():
        (each / "entry.json").unlink(missing_ok=True)


DAMAGES: dict[str, Callable[[Case], object]] = {
    "renamed": move,
    "deleted": delete,
    "cloned again": clone_again,
    "another in its place": put_another_there,
    "pruned": prune_by_force,
    "branch deleted": delete_branch,
    "git file deleted": delete_git_file,
    "git file cut": cut_git_file,
    "worktree deleted": delete_worktree,
    "record cut": cut_record,
    "record deleted": delete_record,
}
SINGLE: list[tuple[str, ...]] = [(name,) for name in DAMAGES]
PAIRS: list[tuple[str, ...]] = [*permutations(DAMAGES, 2)]


def link_data(world: World) -> World:
    world.data.rename(world.home / "big")
    world.data.symlink_to(world.home / "big")
    return world


def move_data(world: World) -> World:
    there = world.home / "share/par"
    there.parent.mkdir()
    world.data.rename(there)
    return Moved(world.home, {**world.env, "XDG_DATA_HOME": str(there.parent)})


class Moved(World):
    """A machine with its data folder in another place."""

    @property
    def data(self) -> Path:
        return Path(self.env["XDG_DATA_HOME"]) / "par"


def lose_index(world: World) -> World:
    for name in ("global_state.json", "contexts.tsv"):
        (world.data / name).unlink(missing_ok=True)
    return world


def cut_index(world: World) -> World:
    path = world.data / "global_state.json"
    path.write_bytes(path.read_bytes()[:-60])
    return world


DATA: dict[str, Callable[[World], World]] = {
    "as it was": lambda world: world,
    "linked": link_data,
    "moved": move_data,
    "without an index": lose_index,
    "with half an index": cut_index,
}
PHASES = ("ready", "in the trash", "half removed", "half started")


def other(world: World) -> None:
    """A context in a repository that is like no other."""
    world.ok("start", "other", cwd=world.repository("other", commits=2))


def other_and_clone(world: World) -> dict[str, Any]:
    """The same, and a stand-in for the contexts of the cases."""
    other(world)
    return stand_in(world, world.clone(STAND_IN)[1])


def made(world: World, phase: str, damages: list[tuple[str, ...]]) -> list[Case]:
    """A case in this phase for each of these damages."""
    cases = [Case(world, f"c{number}", each) for number, each in enumerate(damages)]
    labels = [case.label for case in cases]
    if phase == "half started":
        world.copied(other)
    else:
        world.repeated(other_and_clone, *labels)
    for number, case in enumerate(cases):
        if phase == "half started":
            world.clone(case.label)
            # Each case is killed elsewhere
            world.par_until(Doom(2 + number * 3 % 17, SIGKILL), "start", case.label, cwd=case.home)
        else:
            (world.worktree(case.label) / "work").write_text(case.work)
        if phase == "half removed":
            world.par_until(Doom(3 + number * 5 % 23, SIGKILL), "rm", case.label, cwd=case.home)
    if phase == "in the trash":
        world.ok("rm", *labels)
    for case in cases:
        for each in case.damages:
            DAMAGES[each](case)
    return cases


def settle(world: World, cases: list[Case]) -> None:
    """End all as a person would who follows par's own words: the labels are free, and the work at hand."""
    if labels := world.index["contexts"].keys() & {case.label for case in cases}:
        world.ok("rm", *labels)
    listed = {each["label"] for each in world.ok("trash", "--json").json["trash"]}
    for case in cases:
        if case.label in listed:
            restored = world.par("restore", case.label)
            if restored.status:
                _follow(case, case.label, restored.stderr)


def _follow(case: Case, name: str, said: str) -> None:
    """Do what a refusal to restore hints at."""
    if "--files FOLDER" in said:
        case.world.ok("restore", name, "--files", f"rescued-{name}")
    elif "--as NEWLABEL" in said:
        case.world.ok("restore", name, "--as", f"{case.label}-again")
    else:
        assert "par trash empty" in said, said
        case.world.ok("trash", "empty", name, "-y")


def ended(world: World) -> None:
    """Nothing is stuck in the trash: what has no record comes back as files, or is given up."""
    damaged = world.ok("trash", "--json").json["damaged"]
    for each in damaged:
        restored = world.par("restore", each["id"])
        assert restored.status == 7, restored
        files = ("--files", f"rescued-{each['id']}")
        if "doctor --fix" in restored.stderr or world.par("restore", each["id"], *files).status:
            world.ok("trash", "empty", each["id"], "-y")
    assert not damaged or world.ok("trash", "--json").json["damaged"] == []


def chosen() -> Iterator[tuple[str, str, list[tuple[str, ...]]]]:
    """For each world the state of its data folder, the phase of all that is in it, and the damages."""
    for number, (data, phase) in enumerate(product(DATA, PHASES)):
        if data == "as it was":
            yield data, phase, [*SINGLE, *(PAIRS if IS_LONG else PAIRS[(FIRST + number) % SAMPLE :: SAMPLE])]
        elif IS_LONG or number % 2:
            yield data, phase, SINGLE if IS_LONG else SINGLE[number % 3 :: 3]


WORLDS = [pytest.param(*each, id=f"{each[1]}, data folder {each[0]}") for each in chosen()]


@pytest.mark.timeout(3600 if IS_LONG else 300)
@pytest.mark.parametrize(("data", "phase", "damages"), WORLDS)
def test_there_is_a_way_on(world: World, data: str, phase: str, damages: list[tuple[str, ...]]) -> None:
    cases = made(world, phase, damages)
    has_work = [bool(case.places()) for case in cases]
    now = DATA[data](world)
    source = world.home / "src"
    before = now.par("ls")
    assert before.status == (7 if "half" in data else 0), before
    said = now.par("doctor", "--fix", cwd=source)
    left = now.par("doctor", "--json", cwd=source)
    assert "Traceback" not in said.stderr + left.stderr
    assert (said.status, left.status) in {(0, 0), (4, 4)}, (said, left)
    # What no repair ends is named with a command that does
    assert all(each["hint"] for each in left.json["findings"]), left
    assert now.par("ls").status == 0
    settle(now, [case._replace(world=now) for case in cases])
    for case, had_work in zip(cases, has_work, strict=True):
        kept = any(each.read_text() == case.work for each in world.home.rglob("work"))
        assert kept or not had_work, case
    ended(now)
    left = now.par("doctor", "--json", cwd=source)
    assert all(each["hint"] for each in left.json["findings"]), left


def test_renamed_repository_is_followed_by_the_trash_too(world: World) -> None:
    home = world.started("feat")
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
    home = world.started("feat")
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
    home = world.started("feat")
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
    home = world.started("feat")
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
    home = world.started("feat")
    if phase == "in the trash":
        world.ok("rm", "feat")
    (home / ".git/HEAD").write_text("")
    assert found(world) == {("git-remains", "feat", False)}
    (home / ".git/HEAD").write_text("ref: refs/heads/main\n")
    assert found(world) == set()


def test_branch_of_which_nothing_knows_the_commit_is_named(world: World) -> None:
    home = world.started("feat")
    (home / ".git/refs/heads/feat").unlink()
    (admin,) = (home / ".git/worktrees").iterdir()
    (admin / "logs/HEAD").unlink()
    assert found(world) == {("branch-gone", "feat", False)}


@pytest.mark.parametrize(
    ("words", "point"), [("rm feat", "update-ref -d refs/heads/feat"), ("restore feat", "rename DATA/trash")]
)
def test_files_whose_record_is_lost_before_a_killed_command_is_recovered_are_kept(
    world: World, words: str, point: str
) -> None:
    home = world.started("feat")
    (world.worktree("feat") / "work").write_text("mine\n")
    if words == "restore feat":
        world.ok("rm", "feat")
    killed = world.par_until(Doom(point, SIGKILL), *words.split(), cwd=home)
    assert killed.status == -SIGKILL
    (record,) = world.data.glob("trash/*/entry.json")
    record.unlink()
    world.ok("ls")
    assert world.par("doctor", "--fix").status == 4
    (lost,) = world.ok("trash", "--json").json["damaged"]
    world.ok("restore", lost["id"], "--files", "out")
    assert (world.home / "out/work").read_text() == "mine\n"

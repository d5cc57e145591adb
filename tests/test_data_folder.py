"""The data folder: moved, linked, on another place after a backup, copied, and two of them side by side."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from conftest import World, commit, refused


def findings(world: World, *words: str) -> dict[str, str]:
    """What doctor names, and how each is told; its status must agree."""
    said = world.par("doctor", "--json", *words)
    rows = said.json["findings"]
    assert said.status == (4 if [each for each in rows if not each["fixed"]] else 0), said
    return {each["fault"]: each["message"] + (each["hint"] or "") for each in rows}


def elsewhere(world: World, data: Path) -> World:
    """The same machine with its data folder in another place."""
    return World(world.home, {**world.env, "XDG_DATA_HOME": str(data.parent)})


def contents(folder: Path) -> dict[str, object]:
    """Every file below `folder`, when it was written, and what is in it."""
    files = [each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()]
    return {str(each): (each.stat().st_mtime_ns, each.read_bytes()) for each in files}


def fill(world: World) -> None:
    world.started("feat", "gone", "old")
    for label in ("feat", "gone", "old"):
        folder = world.worktree(label)
        commit(world, folder, f"work of {label}")
        (folder / "staged").write_text("staged\n")
        world.git(folder, "add", "staged")
        (folder / "new").write_text(f"{label}\n")
    inner = world.worktree("feat") / "inner"
    world.git(world.worktree("feat"), "worktree", "add", "-q", "-b", "inner", str(inner))
    world.ok("rm", "gone", "old")


def filled(world: World) -> Path:
    """A repository with a context `feat` that holds work of each kind, and two removals."""
    world.copied(fill)
    return world.home / "src/app"


def linked(world: World) -> tuple[Path, World]:
    """Move the data folder to a larger disk, with a link in its old place."""
    there = world.home / "big"
    world.data.rename(there)
    world.data.symlink_to(there)
    return there, world


def set_anew(world: World) -> tuple[Path, World]:
    """Move the data folder, and tell par where it is."""
    there = world.home / "share/par"
    there.parent.mkdir()
    world.data.rename(there)
    return there, elsewhere(world, there)


def restored_from_backup(world: World) -> tuple[Path, World]:
    """What was copied elsewhere is all that is left, and par made an empty folder in the old place since."""
    there = world.home / "backup/par"
    shutil.copytree(world.data, there, symlinks=True)
    shutil.rmtree(world.data)
    (world.data / "locks").mkdir(parents=True)
    return there, elsewhere(world, there)


@pytest.mark.parametrize("move", [linked, set_anew, restored_from_backup])
@pytest.mark.parametrize("repaired", [True, False])
def test_all_goes_on_where_the_data_folder_was_moved(world: World, move: Any, repaired: bool) -> None:
    home = filled(world)
    there, world = move(world)
    before = contents(there), contents(home / ".git")
    assert world.ok("ls", "--json").json["contexts"][0]["state"] == "running"
    assert len(world.ok("trash", "--json").json["trash"]) == 2
    folder = Path(world.ok("path", "feat").stdout.rstrip("\n"))
    assert (folder / "new").read_text() == "feat\n"
    assert there in folder.resolve().parents
    assert {*findings(world)} == {"data-moved", "session-unmarked"}
    assert (contents(there), contents(home / ".git")) == before  # what only looks writes nothing
    if repaired:
        assert {*findings(world, "--fix")} == {"data-moved", "session-unmarked"}
        assert findings(world) == {}
        lines = world.git(home, "worktree", "list", "--porcelain").splitlines()
        places = [Path(line[9:]).resolve() for line in lines if line.startswith("worktree ")]
        assert [there in each.parents for each in places] == [False, True, True, True, True]
        world.git(home, "worktree", "prune", "--expire=now")
    world.ok("rm", "feat")
    assert world.branches(home) == {"main", "inner"}
    for label in ("feat", "gone"):
        world.ok("restore", label)
        folder = Path(world.ok("path", label).stdout.rstrip("\n"))
        inside = {"staged", "new", "inner/"} if label == "feat" else {"staged", "new"}
        lines = world.git(folder, "status", "--porcelain=v2", "--branch").splitlines()
        assert lines[1] == f"# branch.head {label}"
        assert {line.split()[-1] for line in lines[2:]} == inside
    inner = Path(world.ok("path", "feat").stdout.rstrip("\n")) / "inner"
    assert world.git(inner, "branch", "--show-current") == "inner"
    world.ok("trash", "empty", "old", "-y")
    world.ok("rm", "--purge", "--force", "feat", "gone")
    assert world.branches(home) == {"main", "inner"}
    assert findings(world) == {}
    assert world.sessions() == []
    names = [each.name for each in (home / ".git/worktrees").iterdir()]
    assert names == ["inner"]
    assert world.git(home, "for-each-ref", "refs/par") == ""


def test_copy_of_a_data_folder_in_use_takes_nothing_from_it(world: World) -> None:
    home = filled(world)
    copy = world.home / "copy/par"
    shutil.copytree(world.data, copy, symlinks=True)
    other = elsewhere(world, copy)
    before = contents(world.data), contents(home / ".git"), world.sessions()
    told = findings(other, "--fix")
    assert {*told} == {"data-copy"}
    assert f"mv {world.data} {world.data}.before" in told["data-copy"]
    there = f"belongs to the data folder '{world.data}', of which this one is a copy"
    hint = f"XDG_DATA_HOME='{world.data.parent}' par rm feat"
    refused(other.par("rm", "feat"), 5, f"cannot be removed: 'feat' {there}", hint)
    ids = {each["label"]: each["id"] for each in other.ok("trash", "--json").json["trash"]}
    message = f"'gone' was removed in '{world.data}', of which this is a copy"
    hint = f"XDG_DATA_HOME={world.data.parent} par restore {ids['gone']}"
    refused(other.par("restore", "gone"), 4, message, hint)
    other.ok("restore", "gone", "--files", str(world.home / "files"))
    assert (world.home / "files/new").read_text() == "gone\n"
    other.ok("trash", "empty", "old", "-y")
    other.ok("start", "other", cwd=home)
    assert {*findings(other)} == {"data-copy"}
    other.ok("rm", "--purge", "other", cwd=home)
    # Which folders have just been written is all that may have changed in git
    assert ({*contents(world.data)}, world.sessions()) == ({*before[0]}, before[2])
    assert findings(world) == {}
    for label in ("gone", "old"):
        world.ok("restore", label)
        assert (world.worktree(label) / "new").read_text() == f"{label}\n"
    world.ok("rm", "gone", "old")
    # Where the copy is the one to go on with, it is
    world.data.rename(world.data.with_name("par.before"))
    assert {"data-moved"} <= {*findings(other, "--fix")}
    assert findings(other) == {}
    other.ok("rm", "feat")
    other.ok("restore", "feat")
    place = Path(other.ok("path", "feat").stdout.rstrip("\n"))
    assert place == copy / place.relative_to(copy)
    assert (place / "new").read_text() == "feat\n"


def test_two_data_folders_on_one_repository_and_one_server_leave_each_other_alone(world: World) -> None:
    home, other_home = world.repository(), world.repository("lib")
    places = [world.home / name / "par" for name in ("one", "two")]
    one, two = (elsewhere(world, each) for each in places)
    for each in places:
        each.parent.mkdir()
    one.ok("start", "feat", cwd=home)
    two.ok("start", "feat", cwd=other_home)
    world.git(home, "worktree", "add", "-q", "-b", "mine", "../mine")
    one.ok("adopt", "../mine", cwd=home)
    two.ok("start", "shared", cwd=home)
    before = [*map(contents, places)]
    ours, theirs = (
        {each["label"]: each["session"]["name"] for each in par.ok("ls", "--json").json["contexts"]}
        for par in (one, two)
    )
    assert ({*ours}, {*theirs}) == ({"feat", "mine"}, {"feat", "shared"})
    assert {*ours.values()}.isdisjoint(theirs.values())
    for par in (one, two):
        assert findings(par, "--fix") == {}
    assert [*map(contents, places)] == before
    two.ok("rm", "feat")
    assert {*world.sessions()} == {*ours.values(), theirs["shared"]}
    assert [findings(par) for par in (one, two)] == [{}, {}]
    rows = [par.ok("ls", "--json").json["contexts"] for par in (one, two)]
    assert [[each["label"] for each in row] for row in rows] == [["feat", "mine"], ["shared"]]
    assert {each["state"] for row in rows for each in row} == {"running"}
    # What is one's is not adopted by the other
    taken = one.par("adopt", str(places[1] / "worktrees"), cwd=home)
    assert taken.status == 3
    refusal = one.par("adopt", two.ok("path", "shared").stdout.strip(), cwd=home)
    assert (refusal.status, f"belongs to the data folder '{places[1]}'" in refusal.stderr) == (4, True), (
        refusal
    )

"""`par prune`: what has come home goes, what has not stays, and all of it can be brought back."""

from __future__ import annotations

from pathlib import Path

from conftest import Result, Terminal, World, eventually, refused


def work(world: World, label: str, *names: str) -> Path:
    """Commit a file after the other in the worktree of a context; the worktree."""
    folder = world.worktree(label)
    for name in names:
        (folder / name).write_text(f"{label}\n")
        world.git(folder, "add", name)
        world.git(folder, "commit", "-qm", f"{label}: {name}")
    return folder


def candidates(world: World, *words: str) -> dict[str, str]:
    """What would go, and why."""
    found = world.ok("prune", "--dry-run", "--json", *words).json["candidates"]
    return {each["label"]: each["reason"] for each in found}


def test_only_what_has_come_home_is_pruned(world: World) -> None:
    assert world.par("prune") == Result(0, "Nothing to prune.\n", "")
    labels = ("merged", "forwarded", "squashed", "picked", "idle", "open", "dirty", "reverted")
    home = world.started(*labels)
    for label in ("forwarded", "merged", "squashed", "picked", "open", "dirty"):
        work(world, label, f"{label}1", f"{label}2")
    folder = work(world, "reverted", "gone")
    world.git(folder, "revert", "--no-edit", "HEAD")
    (world.worktree("dirty") / "more").touch()
    world.git(home, "merge", "-q", "forwarded")
    world.git(home, "merge", "-q", "--no-edit", "merged")
    world.git(home, "merge", "-q", "--no-edit", "dirty")
    world.git(home, "cherry-pick", "main..picked")
    world.git(home, "merge", "-q", "--squash", "squashed")
    world.git(home, "commit", "-qm", "squashed")
    reason = "its work is in main"
    going = dict.fromkeys(("merged", "forwarded", "squashed", "picked"), reason)
    assert candidates(world) == going
    # Also where main went on in the same file, so that merging it once more would conflict
    (home / "squashed1").write_text("main went on\n")
    world.git(home, "commit", "-qam", "on")
    assert candidates(world) == going
    assert candidates(world, "m*", "open") == {"merged": reason}
    refused(world.par("prune"), 2, "this needs confirmation", "par prune -y")
    world.ok("prune", "-y")
    assert world.ok("labels").stdout.split() == ["idle", "open", "dirty", "reverted"]
    world.ok("undo")
    assert sorted(world.ok("labels").stdout.split()) == sorted(labels)


def test_a_branch_that_was_there_before_par_is_pruned_when_it_is_merged(world: World) -> None:
    bare, home = world.clone()
    labels = ("merged", "forwarded", "squashed", "untouched", "open", "pushed", "elsewhere", "develop")
    for label in labels:
        world.git(home, "branch", label)
    for label in ("merged", "squashed", "open", "pushed", "elsewhere", "develop", "forwarded"):
        world.git(home, "checkout", "-q", label)
        (home / label).write_text(f"{label}\n")
        world.git(home, "add", label)
        world.git(home, "commit", "-qm", label)
    world.git(home, "checkout", "-q", "main")
    world.git(home, "merge", "-q", "forwarded")
    for label in ("merged", "develop"):
        world.git(home, "merge", "-q", "--no-edit", label)
    world.git(home, "merge", "-q", "--squash", "squashed")
    world.git(home, "commit", "-qm", "squashed")
    world.git(home, "push", "-q", "-u", "origin", "pushed")
    # Merged on the forge, into what the branch follows, or only there
    world.git(home, "push", "-q", str(bare), "main", "elsewhere:release")
    world.git(home, "fetch", "-q")
    world.git(home, "branch", "-q", "-u", "origin/release", "elsewhere")
    for label in labels:
        world.ok("checkout", label, cwd=home)
    expected = {
        "merged": "its branch is merged into main",
        "forwarded": "its branch is merged into main",
        "squashed": "its work is in main",
        "elsewhere": "its branch is merged into origin/release",
    }
    assert candidates(world) == expected
    (world.worktree("merged") / "mine").touch()
    world.ok("prune", "-y")
    assert sorted(world.ok("labels").stdout.split()) == ["develop", "merged", "open", "pushed", "untouched"]
    # par made none of these branches
    assert {"merged", "forwarded", "squashed", "elsewhere"} <= world.branches(home)
    # What came home on the forge counts, also where the branch here has not been brought forward
    world.ok("start", "late", cwd=home)
    folder = work(world, "late", "late")
    world.git(home, "push", "-q", str(bare), "late:main")
    assert "late" not in candidates(world)
    world.git(home, "fetch", "-q")
    assert folder.exists()
    assert candidates(world)["late"] == "its work is in origin/main"


def test_one_whose_upstream_is_gone_is_pruned(world: World) -> None:
    bare, home = world.clone()
    for label in ("here", "gone"):
        world.ok("start", label, cwd=home)
        folder = work(world, label, label)
        world.git(folder, "push", "-q", "-u", "origin", label)
    world.git(bare, "branch", "-D", "gone")
    assert candidates(world) == {}
    world.git(home, "fetch", "-q", "--prune")
    assert candidates(world) == {"gone": "its upstream is gone"}


def test_a_workspace_goes_when_all_of_it_has_come_home(world: World) -> None:
    homes = [world.repository(name) for name in ("back", "front")]
    world.ok("workspace", "start", "big", "--repos", "back,front", cwd=world.home / "src")
    for home in homes:
        (folder,) = world.data.glob(f"workspaces/*/big/{home.name}")
        (folder / "new").touch()
        world.git(folder, "add", "new")
        world.git(folder, "commit", "-qm", "new")
    world.git(homes[0], "merge", "-q", "big")
    assert candidates(world) == {}
    world.git(homes[1], "merge", "-q", "big")
    assert candidates(world) == {"big": "its work is in main"}


def test_a_person_is_asked(world: World, terminal: Terminal) -> None:
    home = world.started("feat")
    work(world, "feat", "new")
    world.git(home, "merge", "-q", "feat")
    terminal.par("prune")
    shown = terminal.wait("Remove this context? [y/N]")
    assert "  feat  (app)  its work is in main\n" in shown
    terminal.type("n")
    terminal.wait("par: nothing was removed")
    terminal.par("prune")
    eventually(lambda: terminal.screen().count("[y/N]") == 2)
    terminal.type("y")
    terminal.wait("bring it back: par restore feat")
    assert world.ok("labels").stdout == ""

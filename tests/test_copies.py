"""What tests begin with is copied from memory: it is what git, tmux and par make."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from conftest import STAND_IN, World, sealed_world, stand_in

ABOUT_A_SESSION = (
    "list-sessions -F '#{session_name} #{session_path} #{session_windows} #{session_attached}'",
    "show-options -t =LABEL:",
    "show-options -w -t =LABEL:",
    "show-options -p -t =LABEL:",
    "show-hooks -t =LABEL:",
    "show-environment -t =LABEL:",
    "list-panes -s -t =LABEL: -F '#{window_name} #{pane_start_command} #{pane_start_path}'",
)
ABOUT_A_SERVER = ("show-options -s", "show-options -g", "show-options -gw", "show-environment -g")


def told(world: World, *labels: str) -> dict[str, str]:
    """All that files and tmux tell, in words that are the same in each world."""
    asked = [each.replace("LABEL", label) for each in ABOUT_A_SESSION for label in labels]
    found = {each: world.run("sh", "-c", f"tmux {each}").stdout for each in (*asked, *ABOUT_A_SERVER)}
    for below in ("src", "hub", ".local"):
        for path in (world.home / below).rglob("*"):
            name = str(path.relative_to(world.home))
            found[name] = oct(path.stat().st_mode)
            if path.is_file() and not name.endswith("index"):
                found[name] += path.read_bytes().decode(errors="replace")
    return {plain(world, name): plain(world, text) for name, text in found.items()}


def plain(world: World, text: str) -> str:
    """`text` without what differs between two worlds: the home, digests of paths, times, numbers of panes."""
    names = ("app", "lib", "one", "two")
    for part in (*(f"src/{name}{inside}" for name in names for inside in ("", "/.git")), "src"):
        digest = f"{zlib.crc32(bytes(world.home / part)):08x}"
        text = text.replace(digest, f"digest of {part}")
    text = re.sub(rf"{world.home}|par-model-\w+", "HOME", text)
    text = re.sub(
        r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])|\d{4}-\d\d-\d\dT\S*?(?=\")|\b1[78]\d{8}\b", "N", text
    )
    return re.sub(r'"%\d"|(?<=pid )\d+', "N", text, flags=re.MULTILINE)


def different(one: dict[str, str], other: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """What is not the same in both."""
    return {
        each: (one.get(each), other.get(each)) for each in one | other if one.get(each) != other.get(each)
    }


def is_fresh(world: World, folder: Path) -> bool:
    """Whether git's index knows the files as they are, so that git need not read them."""
    return world.run("git", "diff-files", "--quiet", cwd=folder).status == 0


def much(world: World) -> list[str]:
    """Contexts of each kind, one that was removed, and work in them; the labels."""
    home = world.started("one", "gone")
    world.git(home, "branch", "topic")
    world.ok("checkout", "topic", "-l", "a/b", cwd=home)
    world.repository("lib")
    world.ok("workspace", "start", "big", "--repos", "app,lib", cwd=home.parent)
    world.git(home, "worktree", "add", "-q", "-b", "own", "../own")
    world.ok("adopt", "../own", cwd=home)
    (world.worktree("gone") / "file0").write_text("edited\n")
    when = {f"GIT_{each}_DATE": "2026-01-01T00:00:00Z" for each in ("AUTHOR", "COMMITTER")}
    world.run("git", "commit", "-q", "-a", "-m", "work", cwd=world.worktree("gone"), **when)
    (world.worktree("one") / "file0").write_text("CONTENT 0\n")
    (world.worktree("one") / "link").symlink_to(home / "file0")
    world.ok("rm", "gone")
    world.tmux("rename-session", "-t", "=one:", "mine")
    return ["mine", "a/b", "big", "own"]


def test_a_world_that_is_copied_is_what_was_made(world: World) -> None:
    sessions = world.copied(much)
    with sealed_world() as other:
        assert much(other) == sessions
        assert different(told(world, *sessions), told(other, *sessions)) == {}
        folders = [
            (each.home / "src/app", each.worktree("one"), each.worktree("a/b")) for each in (world, other)
        ]
        assert [[is_fresh(world, each) for each in inside] for inside in folders] == [[True, False, True]] * 2
        assert world.git(world.worktree("one"), "status", "-s") == other.git(
            other.worktree("one"), "status", "-s"
        )
    assert world.ok("doctor").stdout.startswith("Nothing to repair")
    world.ok("restore", "gone")
    assert world.git(world.worktree("gone"), "status", "-s") == ""


def test_contexts_in_repositories_of_their_own_are_what_par_makes(world: World) -> None:
    world.repeated(lambda model: stand_in(model, model.clone(STAND_IN)[1]), "one", "two")
    with sealed_world() as other:
        for label in ("one", "two"):
            other.ok("start", label, cwd=other.clone(label)[1])
        assert different(told(world, "one", "two"), told(other, "one", "two")) == {}
    assert world.ok("doctor").stdout.startswith("Nothing to repair")


def test_a_clone_that_is_copied_is_what_git_makes(world: World) -> None:
    bare, local = world.clone("tool", "someone")
    assert is_fresh(world, local)
    copied = told(world)
    for folder, source in ((bare, world.home / "seed/someone/tool"), (local, bare)):
        world.run("rm", "-rf", str(folder))
        world.git(
            world.home, "clone", "-q", *(["--bare"] if folder == bare else []), str(source), str(folder)
        )
    for each in (*bare.glob("hooks/*"), *local.glob(".git/hooks/*")):
        each.unlink()
    assert different(copied, told(world)) == {}

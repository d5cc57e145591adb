"""What tests begin with is copied from memory: it is what git, tmux and par make."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from conftest import World, sealed_world

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
    for part in ("src/app", "src/app/.git"):
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


def test_contexts_that_are_copied_are_what_par_makes(world: World) -> None:
    home = world.started("one", "two")
    assert all(is_fresh(world, each) for each in (home, world.worktree("one"), world.worktree("two")))
    with sealed_world() as other:
        made = other.repository()
        for label in ("one", "two"):
            other.ok("start", label, cwd=made)
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

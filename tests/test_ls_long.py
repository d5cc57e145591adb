"""`par ls --long`: how far the work in each worktree is, without waiting for a git that does not answer."""

from __future__ import annotations

import re

from conftest import World, commit


def rows(world: World, *words: str, path: str = "") -> list[list[str]]:
    """The lines that a pipe gets, cell by cell; all commits of a test count as made now."""
    found = world.ok("ls", "--long", *words, PATH=path or world.env["PATH"])
    lines = [line.split("\t") for line in found.stdout.splitlines()]
    return [[re.sub(r"^(now|\d+m ago)$", "now", cell) for cell in line] for line in lines]


def test_each_worktree_is_compared_with_its_base(world: World) -> None:
    home = world.repository()
    assert rows(world) == [["No contexts. Make one in a git repository: par start LABEL"]]
    world.ok("start", "feat", cwd=home)
    folder = world.worktree("feat")
    commit(world, folder, "one")
    commit(world, folder, "two")
    (folder / "file0").write_text("changed\n")
    (folder / "new").touch()
    commit(world, home, "main went on")
    world.ok("start", "on-top", "--base", "feat", cwd=home)
    title = ["label", "ahead", "behind", "changed", "last_commit", "base"]
    assert rows(world) == [
        title,
        ["feat", "2", "1", "2", "now", "main"],
        ["on-top", "0", "0", "0", "now", "feat"],
    ]
    assert rows(world, "on-*") == [title, ["on-top", "0", "0", "0", "now", "feat"]]
    seconds = world.git(folder, "log", "-1", "--format=%cI")
    first, _ = world.ok("ls", "--long", "--json").json["worktrees"]
    assert first == {
        "label": "feat",
        "repository": "app",
        "base": "main",
        "ahead": 2,
        "behind": 1,
        "changed": 2,
        "committed_at": seconds.replace("Z", "+00:00"),
    }


def test_a_workspace_has_a_row_for_each_repository(world: World) -> None:
    for name in ("back", "front"):
        world.repository(name)
    world.ok("workspace", "start", "big", "--repos", "back,front", cwd=world.home / "src")
    (folder,) = world.data.glob("workspaces/*/big/front")
    (folder / "new").touch()
    assert [row[:4] for row in rows(world)[1:]] == [["big/back", *"000"], ["big/front", *"001"]]


def test_what_git_does_not_say_in_time_is_unknown(world: World) -> None:
    home = world.started("quick", "slow")
    world.ok("start", "gone", cwd=home)
    world.git(home, "worktree", "remove", "--force", str(world.worktree("gone")))
    bin_path = world.home / "bin"
    bin_path.mkdir()
    git = bin_path / "git"
    git.write_text(
        '#!/bin/sh\ncase "$PWD $*" in */slow*" status "*) exec sleep 8 ;; esac\n'
        f'PATH="{world.env["PATH"]}" exec git "$@"\n'
    )
    git.chmod(0o755)
    found = rows(world, "--timeout", "4", path=f"{bin_path}:{world.env['PATH']}")
    assert found[1:] == [
        ["quick", "0", "0", "0", "now", "main"],
        ["slow", *"?????"],
        ["gone", *"?????"],
    ]

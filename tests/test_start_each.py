"""`par start --each` and `--count`: several contexts for one task, from one commit, all of them or none."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conftest import World, commit, refused, text_in, traces

AGENT = f"""#!{sys.executable} -IS
import json, pathlib, sys
pathlib.Path("part").write_text(json.dumps(sys.argv[1:]))
pathlib.Path("part").rename("told")
"""


def agents(world: World, *names: str) -> list[str]:
    """Stand-ins for agents: they tell their arguments."""
    folder = world.home / "bin"
    folder.mkdir()
    for name in names:
        (folder / name).write_text(AGENT)
        (folder / name).chmod(0o755)
    return [str(folder / name) for name in names]


def told(world: World, label: str) -> list[str]:
    path = world.worktree(label) / "told"
    found: list[str] = json.loads(text_in(path))
    return found


def test_each_command_gets_a_context_from_one_commit(world: World) -> None:
    home = world.repository()
    one, two = agents(world, "one", "Two.x")
    (home / "task.md").write_text("do\nit\n")
    each = ("--each", f"A=b {one} -x", "--each", one, "--each", f"{two} -y", "--prompt", "@task.md")
    made = world.ok("start", "fix", *each, cwd=home)
    labels = ["fix-one-1", "fix-one-2", "fix-Two.x"]
    assert [line.split("'")[1] for line in made.stdout.splitlines() if line.startswith("session ")] == labels
    assert [told(world, label) for label in labels] == [["-x", "do\nit\n"], ["do\nit\n"], ["-y", "do\nit\n"]]
    start = world.git(home, "rev-parse", "HEAD")
    records = world.index["contexts"]
    assert {record["worktrees"][0]["base_oid"] for record in records.values()} == {start}
    assert {record["command"] for record in records.values()} == {f"A=b {one} -x", one, f"{two} -y"}
    first = commit(world, home, "more")
    commit(world, home, "and more")
    twice = ("--count", "2", "--base", first, "--wait", "--json")
    shown = world.ok("start", "by", *twice, "--each", one, "--prompt", "-", cwd=home, text="read once")
    assert [each["label"] for each in shown.json["contexts"]] == ["by-one-1", "by-one-2"]
    assert [told(world, each["label"]) for each in shown.json["contexts"]] == [["read once"]] * 2
    assert world.git(world.worktree("by-one-2"), "rev-parse", "HEAD") == first
    world.ok("start", "bare", "--count", "2", cwd=home)
    assert world.ok("ls", "bare-*", "--plain").stdout.split("\n")[1][:7] == "bare-1\t"
    assert "command" not in world.index["contexts"]["bare-1"]


@pytest.mark.parametrize("way", ["branch", "remote", "folder", "label", "options", "open", "prompt"])
def test_what_one_of_them_cannot_be_is_refused_before_any_is_made(world: World, way: str) -> None:
    _, home = world.clone()
    words = ["start", "feat", "--count", "3"]
    status, message, hint = 4, "", "choose another label"
    if way == "branch":
        world.git(home, "branch", "feat-2")
        message = "branch 'feat-2' already exists, and all are to begin at one commit"
    if way == "remote":
        world.git(home, "push", "-q", "origin", "HEAD:feat-2")
        message = "branch 'feat-2' already exists, and all are to begin at one commit"
    if way == "folder":
        world.ok("start", "feat-3/x", cwd=home)
        world.git(home, "branch", "-m", "feat-3/x", "other")
        message = "the label cannot be used: its folder would overlap that of context 'feat-3/x'"
    if way == "label":
        world.ok("start", "FEAT-3", cwd=home)
        message, hint = "context 'FEAT-3' already exists", "par open FEAT-3"
    before = traces(world, home)
    if message:
        refused(world.par(*words, cwd=home), status, message, hint)
    if way == "options":
        words += ["--each", "x", "--run", "y"]
        refused(
            world.par(*words, cwd=home), 2, "--each goes with neither --run nor --agent", "par start --help"
        )
    if way == "open":
        assert world.par(*words, "--open", cwd=home).status == 2
    if way == "prompt":
        assert world.par(*words, "--each", "x", "--prompt", "", cwd=home).status == 2
    assert traces(world, home) == before


def test_a_failure_in_one_of_them_takes_all_back(world: World) -> None:
    home = world.started("mine")
    hook = home / ".git/hooks/post-checkout"
    hook.write_text('#!/bin/sh\n[ "$(git symbolic-ref --short HEAD)" != feat-2 ]\n')
    hook.chmod(0o755)
    before = traces(world, home)
    failed = world.par("start", "feat", "--count", "3", "--run", "true", cwd=home)
    assert failed.status == 8, failed
    assert traces(world, home) == before
    hook.unlink()
    world.ok("start", "feat", "--count", "3", cwd=home)
    assert world.branches(home) == {"main", "mine", "feat-1", "feat-2", "feat-3"}


def test_one_approval_is_for_all(world: World) -> None:
    home = world.repository()
    (home / ".par.yaml").write_text("initialization: {commands: ['touch done']}\n")
    held = world.ok("start", "held", "--count", "2", cwd=home)
    assert held.stderr.count("par trust") == 1
    world.ok("start", "feat", "--count", "2", "--trust", "--wait", cwd=home)
    folders: list[Path] = [world.worktree(label) for label in ("feat-1", "feat-2")]
    assert all((folder / "done").exists() for folder in folders)

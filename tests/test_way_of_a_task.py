"""The whole way of a task: three agents try it, one asks, their work is compared, the best comes home."""

from __future__ import annotations

import sys

import pytest

from conftest import ROOT, World

# It asks before it works, as an agent does for a permission; its hooks say so by the script in sh
AGENT = f"""#!{sys.executable} -IS
import os, pathlib, subprocess, sys
def say(word): subprocess.run(["sh", "{ROOT}/python/par/tmux/state.sh", word, "--hook"])
name = pathlib.Path(sys.argv[0]).name
print(sys.argv[1], "- may I?", flush=True)
say("waiting")
if sys.stdin.readline().strip() == "yes":
    say("working")
    text = "def greet():\\n    return 'hello'\\n" if name != "hasty" else "def greet(:\\n"
    pathlib.Path("greet.py").write_text(f"# by {{name}}\\n{{text}}")
    subprocess.run("git add -A && git commit -qm greet", shell=True, check=True)
    say("done")
sys.stdin.readline()
"""


@pytest.fixture
def agents(world: World) -> list[str]:
    folder = world.home / "bin"
    folder.mkdir()
    for name in ("careful", "quick", "hasty"):
        (folder / name).write_text(AGENT)
        (folder / name).chmod(0o755)
    return [word for name in ("careful", "quick", "hasty") for word in ("--each", str(folder / name))]


def test_three_try_a_task_and_the_best_comes_home(world: World, agents: list[str]) -> None:
    home = world.repository()
    (home / ".gitignore").write_text("__pycache__\n")
    world.git(home, "add", "-A")
    world.git(home, "commit", "-qm", "ignore")
    start = world.git(home, "rev-parse", "HEAD")
    labels = [f"greet-{name}" for name in ("careful", "quick", "hasty")]
    world.ok("start", "greet", *agents, "--prompt", "Write\n'greet'", cwd=home)
    assert world.ok("wait", "greet-*", "--for", "waiting", "--timeout", "60").stdout.split() == labels
    rows = world.ok("ls", "greet-*", "--json").json["contexts"]
    assert [(each["label"], each["agent"]) for each in rows] == [(label, "waiting") for label in labels]
    assert "Write\n'greet' - may I?" in world.ok("capture", labels[0]).stdout
    assert world.par("send", "greet-*", "yes").status == 8
    world.ok("send", "greet-*", "yes", "--answer")
    world.ok("wait", "greet-*", "--for", "done", "--timeout", "60")
    test = ("--", sys.executable, "-S", "-c", "from greet import greet; assert greet() == 'hello'")
    tested = world.par("run", "greet-*", "--keep-going", "--json", *test)
    assert tested.status == 8
    assert [each["exit"] for each in tested.json["results"]] == [0, 0, 1]
    found = world.ok("conflicts", "--json").json["conflicts"]
    assert {frozenset(each["labels"]) for each in found} == {
        frozenset(pair) for pair in ((labels[0], labels[1]), (labels[0], labels[2]), (labels[1], labels[2]))
    }
    assert {file for each in found for file in each["files"]} == {"greet.py"}
    world.ok("compare", *labels, "--keep", labels[0], *test)
    assert world.ok("labels").stdout.split() == labels[:1]
    world.ok("merge", labels[0], cwd=home)
    assert (home / "greet.py").read_text().startswith("# by careful\n")
    assert (world.ok("labels").stdout, world.branches(home)) == ("", {"main"})
    world.ok("undo")
    assert world.git(home, "rev-parse", "main") == start
    world.ok("undo")
    assert sorted(world.ok("labels").stdout.split()) == sorted(labels)
    for label in labels:
        assert (world.worktree(label) / "greet.py").exists()
    assert (
        world.ok("doctor").stdout
        == "Nothing to repair: index, worktrees, branches, sessions and files agree.\n"
    )

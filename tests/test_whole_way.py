"""A person's whole way: three attempts at one task begin at once, and the best of them comes home."""

from __future__ import annotations

import shutil
import sys

import pytest

from conftest import ROOT, World, eventually

# Stand-ins for coding agents: each does the task its own way, and one of them asks first
CAREFUL = """par state waiting
printf 'May I round down? '
read -r answer
par state working
printf 'half() { echo $(($1 / 2)); }\\n# %s\\n' "$answer" >half.sh
"""
QUICK = "printf 'half() { expr \"$1\" / 2; }\\n' >half.sh\n"
SLOPPY = "printf 'half() { echo 2; }\\n' >half.sh\n"
AGENT = """#!/bin/sh
par state working
printf '%s' "$1" >task
{work}
git add half.sh && git commit -qm "{name}: half"
par state done
exec cat
"""
MAKEFILE = "test:\n\t. ./half.sh; [ `half 9` = 4 ] && [ `half 2` = 1 ]\n"

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="the command that is run is make test")


def equip(world: World) -> None:
    """par and the stand-ins are on the PATH of the panes."""
    tools = world.home / "bin"
    tools.mkdir()
    scripts = {"par": f'#!/bin/sh\nPAR_PYTHON={sys.executable} exec {ROOT}/scripts/par "$@"\n'}
    for name, work in (("careful", CAREFUL), ("quick", QUICK), ("sloppy", SLOPPY)):
        scripts[name] = AGENT.format(work=work, name=name)
    for name, text in scripts.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    world.env["PATH"] = f"{tools}:{world.env['PATH']}"
    (world.home / ".profile").write_text(f"PATH={tools}:$PATH\n")  # login shells set it anew


def agents(world: World) -> dict[str, str]:
    """What the agents of the three attempts say."""
    found = world.ok("ls", "half-*", "--json").json["contexts"]
    return {each["label"]: each["agent"] for each in found}


def test_three_attempts_begin_and_the_best_comes_home(world: World) -> None:
    equip(world)
    shop, *others = (world.repository(name) for name in ("shop", "api", "docs", "web"))
    (shop / "Makefile").write_text(MAKEFILE)
    (shop / "half.sh").write_text("half() { false; }\n")
    world.git(shop, "add", ".")
    world.git(shop, "commit", "-qm", "a task")
    begun = world.git(shop, "rev-parse", "main")
    for home, count in zip(others, (6, 6, 5), strict=True):
        world.ok("start", home.name, "--count", str(count), cwd=home)
    (world.home / "task.md").write_text("Halve a number.\nRound down.\n")

    each = (word for name in ("careful", "quick", "sloppy") for word in ("--each", name))
    world.ok("start", "half", *each, "--prompt", f"@{world.home}/task.md", cwd=shop)
    world.ok("wait", "half-careful", "--for", "waiting", "--timeout", "30")
    world.ok("wait", "half-quick", "half-sloppy", "--timeout", "30")
    assert agents(world) == {"half-careful": "waiting", "half-quick": "done", "half-sloppy": "done"}
    assert len(world.ok("ls", "--json").json["contexts"]) == 20
    assert world.ok("status").stdout.startswith("20 contexts: 1 waiting (half-careful")
    assert "May I round down?" in world.ok("capture", "half-careful").stdout

    # What is no answer does not answer the question
    assert world.par("send", "half-careful", "make it nice").status == 8
    world.ok("send", "half-careful", "--answer", "yes, down")
    world.ok("wait", "half-*", "--timeout", "30")
    assert "# yes, down" in (world.worktree("half-careful") / "half.sh").read_text()
    assert (world.worktree("half-quick") / "task").read_text() == "Halve a number.\nRound down.\n"

    ran = world.par("run", "half-*", "--keep-going", "--json", "--", "make", "test")
    exits = {each["label"]: each["exit"] for each in ran.json["results"]}
    assert (ran.status, exits) == (8, {"half-careful": 0, "half-quick": 0, "half-sloppy": 2})
    found = world.ok("conflicts", "--json").json["conflicts"]
    assert {(*each["labels"], *each["files"]) for each in found} == {
        ("half-careful", "half-quick", "half.sh"),
        ("half-careful", "half-sloppy", "half.sh"),
        ("half-quick", "half-sloppy", "half.sh"),
    }

    for label in ("half-quick", "half-careful", "half-sloppy"):
        (world.worktree(label) / "task").unlink()
    kept = ("--keep", "half-quick", "-y", "--json", "--", "make", "test")
    compared = world.ok("compare", "half-*", *kept).json
    assert {each["label"]: each["exit"] for each in compared["attempts"]} == exits
    assert {each["label"] for each in compared["removed"]} == {"half-careful", "half-sloppy"}
    tip = world.git(shop, "rev-parse", "half-quick")
    world.ok("merge", "half-quick")
    assert world.git(shop, "rev-parse", "main") == tip
    assert "expr" in (shop / "half.sh").read_text()
    assert len(world.ok("ls", "--json").json["contexts"]) == 17

    # All of it is undone, a step at a time
    world.ok("undo")
    assert world.git(shop, "rev-parse", "main") == begun
    assert world.git(shop, "status", "--porcelain") == ""
    assert world.git(world.worktree("half-quick"), "rev-parse", "HEAD") == tip
    world.ok("undo")
    assert len(world.ok("ls", "--json").json["contexts"]) == 20
    assert "# yes, down" in (world.worktree("half-careful") / "half.sh").read_text()
    eventually(lambda: world.par("doctor").status == 0)
    # What tmux ran beside a context that went has ended without a word in the pane of another
    assert set(world.tmux("list-panes", "-a", "-F", "#{pane_in_mode}").split()) == {"0"}

"""`par batch`: a context for each task of a file, so many at work at a time, and on from where it ended."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import World, eventually, refused, text_in, traces

AGENT = f"""#!{sys.executable} -IS
import pathlib, sys, time
pathlib.Path("told").write_text(sys.argv[-1])
while not pathlib.Path("go").exists():
    time.sleep(0.02)
"""


@pytest.fixture
def agent(world: World) -> str:
    """A stand-in for an agent: it tells its prompt, and works until there is a file `go`."""
    path = world.home / "agent"
    path.write_text(AGENT)
    path.chmod(0o755)
    return str(path)


def written(world: World, tasks: list[dict[str, Any]], name: str = "tasks.yaml") -> Path:
    """A file of tasks: JSON, which is YAML too, or where it is called so JSON lines."""
    path = world.home / name
    lines = [json.dumps(task) for task in tasks]
    path.write_text("\n\n".join(lines) + "\n" if name.endswith(".jsonl") else f"[{','.join(lines)}]")
    return path


def noted(world: World) -> list[str]:
    """What the scripts that start agents have noted of them."""
    return sorted(each.read_text().split()[0] for each in (world.data / "init").glob("*/program"))


def states(world: World, label: str) -> str:
    (context,) = world.ok("ls", label, "--json").json["contexts"]
    found: str = context["program"]["state"]
    return found


def test_so_many_are_at_work_at_a_time_and_a_second_run_goes_on(world: World, agent: str) -> None:
    home, other = world.repository(), world.repository("other")
    (home / "long.md").write_text("from\na file\n")
    world.git(other, "branch", "topic")
    file = world.home / "tasks.yaml"
    file.write_text(
        f"- label: one\n  run: {agent}\n  prompt: |\n    first\n    line\n"
        f"- {{label: two, run: {agent}, prompt: '@long.md'}}\n"
        f"- {{label: three, run: {agent} -x, prompt: last}}\n"
        f"- {{label: bare, path: {other}, base: topic}}\n"
    )
    begun = world.start_par("batch", str(file), "--max", "2", cwd=home)
    eventually(lambda: begun.stdout and "two: begun" in begun.stdout.readline())
    assert text_in(world.worktree("one") / "told") == "first\nline\n"
    assert text_in(world.worktree("two") / "told") == "from\na file\n"
    refused(world.par("batch", str(file), cwd=home), 4, f"another par goes through '{file}'", "par ls")
    begun.kill()
    begun.communicate()
    # Those that are still at work count, whoever began them
    again = world.start_par("batch", str(file), "--max", "2", "--json", cwd=home)
    assert again.stderr is not None
    said = [again.stderr.readline() for _ in range(3)]
    waits = "2 at work: one, two; the next begins when one of them is done\n"
    assert said == [
        f"[{n}/4] {label}: skipped, it is there already\n" for n, label in ((1, "one"), (2, "two"))
    ] + [waits]
    world.ok("state", "done", "two")  # its agent says so
    out, _ = again.communicate()
    assert json.loads(out) == {
        "version": 1,
        "tasks": [
            {"label": "one", "line": 1, "state": "there"},
            {"label": "two", "line": 6, "state": "there"},
            {"label": "three", "line": 7, "state": "begun"},
            {"label": "bare", "line": 8, "state": "begun"},
        ],
    }
    assert world.git(world.worktree("bare"), "rev-parse", "HEAD") == world.git(other, "rev-parse", "topic")
    for label in ("one", "two", "three"):
        (world.worktree(label) / "go").touch()
    world.ok("rm", "three")
    skipped = "skipped, it is there already"
    assert world.ok("batch", str(file), cwd=home).stdout == (
        f"[1/4] one: {skipped}\n[2/4] two: {skipped}\n"
        f"[3/4] three: skipped, it was removed since (--again)\n[4/4] bare: {skipped}\n"
    )
    more = world.ok("batch", str(file), "--again", cwd=home).stdout
    assert "[3/4] three: begun\n" in more
    # The one that was begun again is still at work
    eventually(lambda: noted(world) == ["ended", "ended", "running"], "the end of two agents")
    assert states(world, "one") == "ended"


BAD = (
    ("- label: a\n- label: a b\n", 2, "label: label 'a b' contains a character that is not allowed"),
    ("- label: a\n- {label: b, pth: x}\n", 2, "pth: unknown key"),
    ("- label: a\n-\n  run: x\n", 3, "there is no label"),
    ("- label: a\n\n- label: A/b\n", 3, "'A/b' and 'a' of line 1 collide"),
    ("label: a\n", 1, "a list is expected, not a mapping"),
    ("- label: a\n- {label: b, path: /gone}\n", 2, "there is no folder '/gone'"),
    ("- label: a\n- {label: b, base: gone}\n", 2, ""),
    ("- label: a\n- {label: mine}\n", 2, "context 'mine' already exists"),
    ("- label: a\n- {label: b, prompt: x}\n", 2, "the setting agent is missing"),
    ("- label: a\n- {label: b, run: x, prompt: '@gone'}\n", 2, "the prompt cannot be read: 'gone'"),
    ("- label: a\n- {label: b, run: [x]}\n", 2, "run: a string is expected, not a list"),
    ('{"label": "a"}\n\n{"label": "b"\n', 3, "it is not JSON: "),
    ('{"label": "a"}\n{"label": "b", "run": 5}\n', 2, "run: a string is expected, not a number"),
    ('{"label": "a"}\n{"label": "b", "label": "c"}\n', 2, "label: it is there twice"),
    ('{"label": "a"}\n["b"]\n', 2, "an object is expected"),
)


def test_a_bad_line_refuses_all_before_anything_begins(world: World) -> None:
    home = world.started("mine")
    file = world.home / "tasks"
    before = traces(world, home)
    for content, line, message in BAD:
        file.write_text(content)
        result = world.par("batch", str(file), cwd=home)
        assert result.stderr.startswith(f"par: {file}:{line}: {message}"), (content, result)
        assert result.status in {2, 3, 4, 6}, (content, result)
        assert traces(world, home) == before, content


def test_what_fails_later_is_told_with_its_line_and_tried_again(world: World) -> None:
    home = world.repository()
    file = written(world, [{"label": "one"}, {"label": "two"}, {"label": "three"}], "tasks.jsonl")
    hook = home / ".git/hooks/post-checkout"
    hook.write_text('#!/bin/sh\n[ "$(git symbolic-ref --short HEAD)" != two ]\n')
    hook.chmod(0o755)
    failed = world.par("batch", str(file), cwd=home)
    assert (failed.status, failed.stdout) == (8, "[1/3] one: begun\n")
    assert failed.stderr.startswith(f"par: {file}:3: ")
    hook.unlink()
    world.ok("rm", "one")
    world.ok("start", "two", cwd=home)  # by hand: that is not one of these
    message = f"{file}:3: context 'two' already exists"
    refused(world.par("batch", str(file), cwd=home), 4, message, "par open two")
    world.ok("rm", "two")
    done = world.ok("batch", str(file), cwd=home).stdout
    assert done.splitlines()[1:] == ["[2/3] two: begun", "[3/3] three: begun"]
    assert world.branches(home) == {"main", "two", "three"}


def test_what_is_no_file_or_needs_approval_is_said(world: World) -> None:
    home = world.repository()
    refused(world.par("batch", "gone", cwd=home), 3, f"there is no file '{home}/gone'", "par batch FILE")
    empty = world.home / "empty"
    empty.touch()
    hint = "write a list: [{label: fix-login, prompt: Fix the login}]"
    refused(world.par("batch", str(empty), cwd=home), 6, f"{empty}:1: there is no task in it", hint)
    (home / ".par.yaml").write_text("initialization: {commands: ['touch done']}\n")
    file = written(world, [{"label": "one"}, {"label": "two"}])
    held = world.ok("batch", str(file), cwd=home)
    assert held.stderr.count("par trust") == 1
    world.ok("rm", "one", "two")
    world.ok("batch", str(file), "--again", "--trust", cwd=home)
    for label in ("one", "two"):
        eventually((world.worktree(label) / "done").exists)
    (kept,) = (world.data / "batches").iterdir()
    kept.write_text("[]")
    odd = world.par("batch", str(file), cwd=home)
    refused(odd, 7, f"what was begun of it cannot be read: '{kept}'", f"rm {kept}")

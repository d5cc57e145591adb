"""`par compare`: attempts at one task side by side, and the best of them kept."""

from __future__ import annotations

from typing import Any

import pytest

from conftest import Terminal, World, eventually, refused
from par.cli import elsewhere
from par.cli.verbs import load


@pytest.fixture
def attempts(world: World) -> World:
    """Three attempts at one task: `good` is committed, `bad` fails, `open` is not committed."""
    home = world.started("good", "bad", "open")
    for label in ("good", "bad", "open"):
        folder = world.worktree(label)
        (folder / "file0").write_text(f"{label}\n" * 3)
        (folder / "pic").write_bytes(b"\0\1\2")
        if label != "open":
            world.git(folder, "add", "-A")
            world.git(folder, "commit", "-qm", label)
    (world.worktree("good") / "result").touch()
    # main goes on, and is not compared with
    (home / "file1").touch()
    world.git(home, "add", "-A")
    world.git(home, "commit", "-qm", "on")
    return world


def row(label: str, files: int, commits: int, uncommitted: int, **test: Any) -> dict[str, Any]:
    tested = {"command": None, "exit": None, "seconds": None, "log": None, **test}
    counts = {"files": files, "added": 3, "deleted": 1, "commits": commits, "uncommitted": uncommitted}
    return {"label": label, "repository": "app", "base": "main", **counts, **tested}


def test_attempts_are_shown_side_by_side_and_tested(attempts: World) -> None:
    before = attempts.git(attempts.worktree("open"), "status", "--porcelain=v2")
    plain = attempts.ok("compare", "all", "--json").json
    rows = [row("good", 3, 1, 1), row("bad", 2, 1, 0), row("open", 2, 0, 2)]
    assert plain == {"version": 1, "attempts": rows, "removed": []}
    assert attempts.git(attempts.worktree("open"), "status", "--porcelain=v2") == before
    done = attempts.ok("compare", "bad", "good", "--json", "--timeout", "60", "--", "test", "-e", "result")
    found = {each["label"]: each for each in done.json["attempts"]}
    assert {label: (each["command"], each["exit"]) for label, each in found.items()} == {
        "bad": ("failed", 1),
        "good": ("ok", 0),
    }
    assert all(each["seconds"] > 0 and each["log"] for each in found.values())
    line = attempts.ok("compare", "good", "--", "true").stdout.splitlines()[1].split("\t")
    assert (line[:3], line[4:]) == (["good", "ok", "0"], ["3", "3", "1", "1", "1", "app", "main"])


def test_one_is_kept_and_one_undo_brings_the_others_back(attempts: World) -> None:
    needs = "--keep other needs it among the contexts that are compared, and others beside it"
    assert attempts.par("compare", "good", "bad", "--keep", "other").status == 3
    attempts.ok("start", "other", cwd=attempts.home / "src/app")
    words = ("compare", "good", "bad", "open", "--keep")
    refused(attempts.par(*words, "other"), 2, needs, "par compare other OTHER --keep other")
    failed = attempts.par(*words, "bad", "--", "test", "-e", "result")
    assert (failed.status, failed.stderr.splitlines()[-2:]) == (
        8,
        ["par: the command did not succeed in 'bad': nothing was removed", "hint: par compare bad"],
    )
    refused_ = attempts.par("compare", "[gbo]*", "--keep", "good")
    hint = "hint: par compare '[gbo]*' --keep good -y"
    assert (refused_.status, refused_.stderr.splitlines()[-1]) == (2, hint)
    assert len(attempts.ok("labels").stdout.split()) == 4
    done = attempts.ok(*words, "good", "--json", "--", "test", "-e", "result").json
    assert [each["label"] for each in done["removed"]] == ["bad", "open"]
    assert attempts.ok("labels").stdout.split() == ["good", "other"]
    attempts.ok("undo")
    assert sorted(attempts.ok("labels").stdout.split()) == ["bad", "good", "open", "other"]
    assert (attempts.worktree("open") / "pic").exists()


def test_a_workspace_is_compared_by_repository_and_a_narrow_terminal_shows_what_counts(world: World) -> None:
    for name in ("back", "front"):
        world.repository(name)
    for label in ("one", "two"):
        world.ok("workspace", "start", label, cwd=world.home / "src")
        (folder,) = world.data.glob(f"workspaces/*/{label}/front")
        (folder / "file0").write_text("changed\n")
    found = world.ok("compare", "one", "two/front", "--json").json["attempts"]
    assert [(each["label"], each["repository"], each["files"]) for each in found] == [
        *(("one", "back", 0), ("one", "front", 1), ("two", "front", 1))
    ]
    terminal = Terminal(world, columns=80)
    terminal.par("compare all -- sh -c 'sleep 0.2; test -e missing'")
    terminal.wait("│ Lines")
    eventually(lambda: terminal.screen().count("exit 1") == 4)
    lines = [each for each in terminal.screen().splitlines() if each.startswith("│")]
    head = [cell.strip() for cell in lines[0].strip("│").split("│")]
    assert head[:5] == ["Label", "Command", "Seconds", "Files", "Lines"]
    assert {len(each) for each in lines} <= {*range(81)}


def test_contexts_of_a_host_are_compared_there() -> None:
    words = ("build:one", "build:two", "--keep", "build:one", "--", "make", "a:b")
    asked = elsewhere.asked("compare", load("compare"), words, {})
    assert asked is not None
    assert asked.targets == ("build:one", "build:two", "build:one")
    assert asked.words == ("compare", *words)

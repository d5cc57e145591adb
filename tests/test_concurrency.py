"""Many pars at once: every change is recorded, one label has one winner, a reader never sees half a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from conftest import World
from forks import Running


def ended(process: Running) -> tuple[int, str, str]:
    """The status and the two streams of a par that was begun, but for whom it says to wait for."""
    stdout, stderr = process.communicate(timeout=60)
    lines = stderr.splitlines(keepends=True)  # on a slow machine it takes more than a second
    return process.wait(), stdout, "".join(each for each in lines if not each.startswith("waiting for "))


def test_ten_starts_at_once_in_one_repository_are_all_recorded_and_work(world: World) -> None:
    home = world.repository()
    labels = [f"task-{number}" for number in range(10)]
    begun = [world.start_par("start", label, cwd=home) for label in labels]
    assert [(status, stderr) for status, _, stderr in map(ended, begun)] == [(0, "")] * 10
    rows = world.ok("ls", "--json").json["contexts"]
    assert {row["label"]: row["state"] for row in rows} == dict.fromkeys(labels, "running")
    assert {row["branch"] for row in rows} == set(labels)
    assert world.branches(home) == {"main", *labels}
    assert len({row["worktrees"][0]["path"] for row in rows}) == 10
    tip = world.git(home, "rev-parse", "HEAD")
    assert {row["worktrees"][0]["head"] for row in rows} == {tip}
    assert {Path(row["worktrees"][0]["path"], "file0").read_text() for row in rows} == {"content 0\n"}
    assert sorted(world.sessions()) == sorted(row["session"]["name"] for row in rows)
    sent = world.ok("send", "all", "echo here").stdout.splitlines()
    assert len(sent) == 10
    assert list((world.data / "locks").glob("operation-*")) == []


def seen_by_git(world: World, home: Path) -> tuple[str, str, set[str]]:
    """Worktrees, refs and git's own files of a repository."""
    files = {str(path) for path in (home / ".git").rglob("*") if "objects" not in path.parts}
    return world.git(home, "worktree", "list"), world.git(home, "for-each-ref"), files


def test_label_raced_in_two_repositories_has_one_winner_and_the_loser_leaves_nothing(world: World) -> None:
    homes = [world.repository("one"), world.repository("two")]
    for label in ("feat-0", "feat-1", "feat-2"):
        before = [seen_by_git(world, home) for home in homes]
        begun = [world.start_par("start", label, cwd=home) for home in homes]
        results = [ended(process) for process in begun]
        lost, won = sorted((0, 1), key=lambda place: -results[place][0])
        assert results[won][0] == 0
        told = rf"par: context '{label}' already exists( in {homes[won].name})?\nhint: par open {label}\n"
        assert results[lost][:2] == (4, "")
        assert re.fullmatch(told, results[lost][2]), results[lost]
        assert seen_by_git(world, homes[lost]) == before[lost]
        (worktree,) = world.index["contexts"][label]["worktrees"]
        assert worktree["repository"] == str(homes[won])
        assert [str(path) for path in world.data.glob(f"worktrees/*/{label}")] == [worktree["path"]]
        assert sum(name.endswith(label) for name in world.sessions()) == 1
    assert list((world.data / "locks").glob("operation-*")) == []


def test_reader_never_sees_half_a_file(world: World) -> None:
    home = world.repository()
    world.ok("start", "first", cwd=home)
    files = (world.data / "global_state.json", world.data / "contexts.tsv")
    begun = [world.start_par("start", f"task-{number}", cwd=home) for number in range(4)]
    seen = set()
    while any(process.poll() is None for process in begun):
        document = json.loads(files[0].read_bytes())
        seen.add(len(document["contexts"]))
        assert (document["version"], "first" in document["contexts"]) == (2, True)
        lines = files[1].read_text().splitlines(keepends=True)
        assert all(line.count("\t") == 9 and line.endswith("\n") for line in lines)
        assert lines[0].startswith("first\t")
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert [ended(process)[0] for process in begun] == [0] * 4
    assert len(seen) > 1
    assert len(files[1].read_text().splitlines()) == 5


def test_removals_and_starts_at_once_do_not_disturb_each_other(world: World) -> None:
    home = world.repository()
    old, new = [f"old-{n}" for n in range(3)], [f"new-{n}" for n in range(3)]
    for process in [world.start_par("start", label, cwd=home) for label in old]:
        assert ended(process)[0] == 0
    pairs = zip(old, new, strict=True)
    begun = [world.start_par(*words, cwd=home) for a, b in pairs for words in (("rm", a), ("start", b))]
    assert [(status, stderr) for status, _, stderr in map(ended, begun)] == [(0, "")] * 6
    assert set(world.index["contexts"]) == set(new)
    assert world.branches(home) == {"main", *new}
    assert len(world.sessions()) == 3
    assert {path.name for path in world.data.glob("worktrees/*/*")} == set(new)
    assert (
        len([line for line in world.git(home, "worktree", "list").splitlines() if "/trash/" not in line]) == 4
    )
    assert {entry["label"] for entry in world.ok("trash", "--json").json["trash"]} == set(old)


def test_one_context_removed_by_many_at_once_is_removed_once(world: World) -> None:
    home = world.repository()
    world.ok("start", "feat", cwd=home)
    results = [ended(each) for each in [world.start_par("rm", "feat") for _ in range(4)]]
    assert sorted(status for status, _, _ in results).count(0) == 1
    # The others came too late (3), or while it was being removed (4); none fails in the middle
    assert {status for status, _, _ in results} <= {0, 3, 4}, results
    assert world.index["contexts"] == {}
    assert world.branches(home) == {"main"}
    assert world.sessions() == []
    assert list((world.data / "locks").glob("operation-*")) == []


def test_other_commands_work_while_a_context_is_being_made(world: World) -> None:
    home = world.repository()
    world.ok("start", "first", cwd=home)
    begun = [world.start_par("start", f"task-{number}", cwd=home) for number in range(3)]
    while any(process.poll() is None for process in begun):
        states = {row["label"]: row["state"] for row in world.ok("ls", "--json").json["contexts"]}
        assert states.pop("first") == "running"
        assert set(states.values()) <= {"creating", "running"}, states
        assert "first" in world.ok("labels").stdout.splitlines()
    assert [ended(process)[0] for process in begun] == [0] * 3

"""`par trash`: what a removal leaves there, and how it is deleted for good."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from conftest import Terminal, World, commit, eventually, refused, traces
from scratch import ELSEWHERE


def entries(world: World) -> list[dict[str, object]]:
    """What `par trash --json` lists."""
    found: list[dict[str, object]] = world.ok("trash", "--json").json["trash"]
    return found


def removed(world: World, *labels: str) -> list[str]:
    """Remove these contexts; the ids of their entries in the trash."""
    done = world.ok("rm", "--json", *labels).json["removed"]
    return [each["trash_id"] for each in done]


def age(world: World, name: str, days: float) -> None:
    """Let the entry be so many days older, and have been looked at two days ago."""
    path = world.data / "trash" / name / "entry.json"
    record, now = json.loads(path.read_text()), datetime.now(timezone.utc)
    record["removed_at"] = (now - timedelta(days=days)).isoformat()
    record["context"]["created_at"] = (now - timedelta(days=days + 1)).isoformat()
    path.write_text(json.dumps(record))
    os.utime(path, (time.time() - days * 86400,) * 2)
    (path.parent / "due").write_text((now - timedelta(days=2)).isoformat())


def configure(world: World, text: str) -> Path:
    """Write the settings; the file."""
    path = world.home / ".config/par/config.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_trash_lists_what_was_removed_the_latest_first(world: World) -> None:
    assert world.ok("trash").stdout == "The trash is empty.\n"
    assert world.ok("trash", "--json").json == {"version": 1, "trash": [], "damaged": []}
    home = world.started("one", "two")
    one, two = removed(world, "one", "two")
    age(world, one, 2)
    latest, other = entries(world)
    assert (latest["label"], other["label"]) == ("two", "one")
    assert other == {
        "id": one,
        "label": "one",
        "kind": "session",
        "repository": str(home),
        "removed_at": other["removed_at"],
        "goes_at": other["goes_at"],
        "holds": {"files": [], "commits": []},
        "folder": str(world.data / "trash" / one),
    }
    (world.data / "trash" / two / "0/big").write_bytes(b"x" * 2_000_000)
    sizes = [each["size"] for each in world.ok("trash", "--size", "--json").json["trash"]]
    assert sizes[0] > 2_000_000 > sizes[1] > 0
    table = world.ok("trash", "--size").stdout
    assert re.search(rf"two\tapp\t\d{{4}}-\d\d-\d\d \d\d:\d\d\t{two}\t\d{{4}}-\d\d-\d\d\t2 MB", table), table


def test_trash_keeps_the_texts_of_the_panes(world: World) -> None:
    world.started("feat")
    session = world.session("feat")
    world.tmux("split-window", "-d", "-t", f"={session}:", "echo second; sleep 600")
    world.ok("send", "feat", "seq 3000 | sed s/^/line-/")
    eventually(lambda: "line-3000\n" in world.screen(f"={session}:.0") + "\n")
    eventually(lambda: "second" in world.screen(f"={session}:.1"))
    (name,) = [each["trash_id"] for each in world.ok("rm", "feat", "--json").json["removed"]]
    first, second = sorted((world.data / "trash" / name).glob("pane-*.txt"))
    shown = first.read_text().splitlines()
    assert ("line-3000" in shown, "line-1500" in shown, "line-900" in shown) == (True, True, False)
    assert "second" in second.read_text()
    assert {each.stat().st_mode & 0o777 for each in (first, second)} == {0o600}
    assert (world.data / "trash").stat().st_mode & 0o777 == 0o700


def test_rm_names_what_still_runs_in_the_folder_but_not_what_ends_with_the_session(world: World) -> None:
    world.started("feat")
    world.ok("send", "feat", "sleep 601")
    with subprocess.Popen(["sleep", "602"], cwd=world.worktree("feat")) as other:
        eventually(lambda: world.tmux("list-panes", "-a", "-F", "#{pane_current_command}") == "sleep")
        result = world.par("rm", "feat", "--json")
        assert result.json["removed"][0]["processes"] == [f"sleep ({other.pid})"]
        world.ok("restore")
        assert f"\nstill running in its folder: sleep ({other.pid})\n" in world.par("rm", "feat").stdout
        other.kill()


def test_rm_leaves_nothing_but_the_trash_and_emptying_it_nothing_at_all(world: World) -> None:
    home = world.started("keep")
    before = traces(world, home)
    for label in ("one", "two"):
        world.ok("start", label, cwd=home)
    one, two = removed(world, "one", "two")
    commit(world, home, "that the branch of the trash does not have")
    reason = f"locked removed by par: par restore {one}"
    assert reason in world.git(home, "worktree", "list", "--porcelain")
    assert world.par("trash", "empty", one, "-y").stdout == f"deleted 'one' ({one})\n"
    assert [each["id"] for each in entries(world)] == [two]
    refused(world.par("trash", "empty", "one", "-y"), 3, "'one' is not in the trash", "par trash")
    assert world.ok("trash", "empty", "-y").stdout == f"deleted 'two' ({two})\n"
    assert world.ok("trash", "empty", "-y").stdout == "The trash is empty.\n"
    world.git(home, "reset", "-q", "--hard", "HEAD~1")
    left = {each for each in traces(world, home) - before if "ORIG_HEAD" not in each}
    assert left == set()


def test_trash_empty_needs_a_yes_and_names_what_holds_work(world: World, terminal: Terminal) -> None:
    world.started("clean", "dirty")
    folder = world.worktree("dirty")
    commit(world, folder, "one")
    (folder / "new").touch()
    (folder / "file0").write_text("changed\n")
    done = world.ok("rm", "clean", "dirty", "--json").json["removed"]
    clean, dirty = [each["trash_id"] for each in done]
    told = "this needs confirmation"
    refused(world.par("trash", "empty", text="y\n"), 2, told, "par trash empty -y")
    refused(world.par("trash", "empty", "dirty"), 2, told, "par trash empty dirty -y")
    age(world, clean, 1)
    # Until its time is over it is not judged, and nothing says that it will go
    assert [bool(each["goes_at"]) for each in entries(world)] == [True, True]
    assert entries(world)[0]["holds"] == {"files": [], "commits": []}
    terminal.par("trash")
    terminal.wait("Kept until")
    listed = (
        f"  dirty  ({dirty})  holds 2 uncommitted files, 1 commit on no branch\n"
        f"  clean  ({clean})\nDelete 2 for good? [y/N]:"
    )
    for answer, status in (("n", 130), ("y", 0)):
        terminal.type("clear")
        eventually(lambda: "status" not in terminal.screen())
        terminal.par("trash empty; echo status $?")
        terminal.wait(listed)
        terminal.type(answer)
        terminal.wait(f"par: nothing was deleted\nstatus {status}" if status else "status 0")
        assert len(entries(world)) == (0 if answer == "y" else 2)


def test_trash_empty_takes_what_is_old_enough(world: World) -> None:
    world.started("old", "new")
    old, new = removed(world, "old", "new")
    age(world, old, 13)
    for words in (("--older-than", "14d"), ("new", "--older-than", "1h"), ("--older-than", "999999d")):
        assert world.ok("trash", "empty", "-y", *words).stdout == "Nothing in the trash is that old.\n"
    assert world.ok("trash", "empty", "-y", "--older-than", "12d").stdout == f"deleted 'old' ({old})\n"
    assert [each["id"] for each in entries(world)] == [new]
    assert world.par("trash", "empty", "--older-than", "soon").status == 2


def test_what_is_old_is_emptied_on_a_later_rm(world: World) -> None:
    home = world.started("old", "new")
    old, new = removed(world, "old", "new")
    age(world, old, 15)
    age(world, new, 13)
    day = datetime.now(timezone.utc) - timedelta(days=15)
    world.ok("start", "next", cwd=home)
    assert len(entries(world)) == 2
    path = configure(world, "trash_days: 0\n")
    assert world.ok("rm", "next").stderr == ""
    path.unlink()
    world.ok("restore", "next")
    result = world.ok("rm", "next")
    assert result.stderr == f"deleted 'old' ({old}), in the trash since {day:%Y-%m-%d}\n"
    assert [each["label"] for each in entries(world)] == ["next", "new"]
    path = configure(world, "trash_days: 12\n")
    world.ok("restore", "next")
    assert f"deleted 'new' ({new})" in world.ok("rm", "next", XDG_CONFIG_HOME=str(path.parent.parent)).stderr


DAYS = "write a number from 0 to 36500"
SETTINGS = [
    ("trash_dayz: 3", "{}:1: trash_dayz: unknown key", "did you mean 'trash_days'?"),
    ("trash_days: soon", "{}:1: trash_days: a number is expected, not a string", DAYS),
    ("trash_days: true", "{}:1: trash_days: a number is expected, not true or false", DAYS),
    ("trash_days: -1", "{}:1: trash_days: -1 is not possible", DAYS),
]


def test_settings_that_are_wrong_are_exit_6_and_nothing_is_removed(world: World) -> None:
    world.started("feat")
    for text, message, hint in SETTINGS:
        path = configure(world, text)
        refused(world.par("rm", "feat"), 6, message.format(path), hint)
    path.unlink()
    os.mkfifo(path)
    refused(world.par("rm", "feat"), 6, f"{path}: cannot be read: it is not a file")
    assert list(world.index["contexts"]) == ["feat"]
    path.unlink()
    path.write_text("# nothing is set\n")
    assert world.ok("rm", "feat").status == 0


@pytest.mark.skipif(not Path(ELSEWHERE).is_dir(), reason="needs a second file system")
@pytest.mark.parametrize("words", [("rm", "feat"), ("rm", "--purge", "feat")], ids=" ".join)
def test_worktrees_on_another_disk_are_refused_whole(
    world: World, words: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    home = world.repository()
    disk = Path(ELSEWHERE) / world.home.name
    disk.mkdir()
    request.addfinalizer(lambda: subprocess.run(["rm", "-rf", str(disk)], check=True))
    world.data.mkdir(parents=True)
    (world.data / "worktrees").symlink_to(disk)
    world.ok("start", "feat", cwd=home)
    before = traces(world, home), world.index
    folder = world.worktree("feat")
    refused(
        world.par(*words),
        5,
        f"cannot be removed: 'feat' lies on another disk than par's data folder: '{folder}'",
        f"keep all of '{world.data}' on one disk: XDG_DATA_HOME says where it is",
    )
    assert (traces(world, home), world.index) == before


def test_entries_that_are_damaged_hinder_nothing(world: World) -> None:
    world.started("feat")
    (name,) = removed(world, "feat")
    for number, content in enumerate(
        ("", "null", "[]", "{}", '{"label": 1, "context": {}}', "\x00", "[" * 9999)
    ):
        folder = world.data / f"trash/damaged{number}"
        folder.mkdir()
        (folder / "entry.json").write_text(content)
    (world.data / "trash/a file").touch()
    assert [each["id"] for each in entries(world)] == [name]
    assert world.ok("trash", "empty", "-y").stdout == f"deleted 'feat' ({name})\n"


def test_trash_of_a_repository_that_is_gone_is_told_and_deleted(world: World) -> None:
    home = world.started("feat")
    (name,) = removed(world, "feat")
    home.rename(home.with_name("moved"))
    assert len(entries(world)) == 1
    refused(world.par("trash", "empty"), 2, "this needs confirmation", "par trash empty -y")
    assert world.ok("trash", "empty", "-y").stdout == f"deleted 'feat' ({name})\n"
    assert list((world.data / "trash").iterdir()) == []


def test_a_link_that_was_deleted_in_the_trash_costs_nothing_that_was_staged(world: World) -> None:
    home = world.started("feat")
    folder = world.worktree("feat")
    (folder / "file0").write_text("staged\n")
    world.git(folder, "add", "file0")
    (folder / "file0").write_text("changed since\n")
    before = world.git(folder, "status", "--porcelain=v2", "--branch")
    world.ok("rm", "feat")
    (link,) = world.data.glob("trash/*/0/.git")
    link.unlink()
    world.ok("undo")
    assert world.git(folder, "status", "--porcelain=v2", "--branch") == before
    assert world.git(folder, "show", ":file0") == "staged"
    assert len(list((home / ".git/worktrees").iterdir())) == 1

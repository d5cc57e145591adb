"""Many pars at once, and many contexts: nothing is lost, nobody waits in silence, and every command works."""

import fcntl
import json
import random
from pathlib import Path

import pytest

from conftest import World

PROCESSES = 50
REPOSITORIES = 10


def test_fifty_processes_over_all_verbs_lose_nothing(world: World) -> None:
    homes = [world.repository(f"app{number}") for number in range(REPOSITORIES)]
    for number in range(6):
        world.ok("start", f"old-{number}", cwd=homes[number])
    for number in (4, 5):
        world.ok("rm", f"old-{number}")
    words: list[tuple[str, ...]] = [
        ("start", f"new-{number}", "-p", str(homes[number % REPOSITORIES])) for number in range(20)
    ]
    words += [("rm", f"old-{number}") for number in range(4)]
    words += [("restore", f"old-{number}") for number in (4, 5)]
    words += [("send", "all", "true"), ("ls",), ("ls", "--json")] * 8
    assert len(words) == PROCESSES
    random.Random(1).shuffle(words)
    begun = [(each, world.start_par(*each)) for each in words]
    ended = [(each, process.communicate(timeout=110), process.returncode) for each, process in begun]
    for each, (_, stderr), status in ended:
        # A text for a session that is being removed right now cannot arrive, and that is said
        assert status in ({0, 8} if each[0] == "send" else {0}), (each, stderr)
        assert "bug" not in stderr, stderr
    labels = {*(f"new-{number}" for number in range(20)), "old-4", "old-5"}
    assert set(world.index["contexts"]) == labels
    assert {record["phase"] for record in world.index["contexts"].values()} == {"ready"}
    listed = world.ok("ls", "--json").json["contexts"]
    assert {each["label"]: each["state"] for each in listed} == dict.fromkeys(labels, "running")
    assert len(world.sessions()) == len(labels)
    assert {each["label"] for each in world.ok("trash", "--json").json["trash"]} == {
        f"old-{n}" for n in range(4)
    }
    assert world.ok("doctor", "--json").json["findings"] == []


def test_who_waits_says_for_whom_after_a_second(world: World) -> None:
    home = world.repository()
    world.ok("start", "first", cwd=home)
    held = next((world.data / "locks").glob("repository-*"))
    with held.open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = world.start_par("start", "second", cwd=home)
        assert waiting.stderr is not None
        line = waiting.stderr.readline()
    assert (
        line == f"waiting for the repository {home}/.git, which par start first (pid {pid_in(line)}) uses\n"
    )
    assert waiting.communicate(timeout=30)[1] == ""
    assert waiting.returncode == 0


def pid_in(line: str) -> str:
    return line.partition("(pid ")[2].partition(")")[0]


@pytest.fixture
def crowd(world: World) -> World:
    """1,000 contexts in the index, of which none is on disk, and 200 live sessions."""
    home = world.repository()
    world.ok("start", "real", cwd=home)
    document = world.index
    record = document["contexts"]["real"]
    for number in range(999):
        label = f"c{number}"
        copy = json.loads(json.dumps(record))
        copy["session"] = label
        copy["root"] = copy["worktrees"][0]["path"] = str(Path(record["root"]).parent / label)
        document["contexts"][label] = copy
    (world.data / "global_state.json").write_text(json.dumps(document))
    for number in range(200):
        target = ("-t", f"=c{number}:")
        session = ("new-session", "-d", "-s", f"c{number}", "cat")
        marked = ("set-option", *target, "@par_label", f"c{number}")
        world.tmux(*session, ";", *marked, ";", "set-option", "-F", *target, "@par_pane", "#{pane_id}")
    return world


def test_a_thousand_contexts_and_two_hundred_sessions(crowd: World) -> None:
    listed = crowd.ok("ls", "--json").json["contexts"]
    assert len(listed) == 1000
    assert {each["state"] for each in listed} == {"running", "broken"}
    assert len(crowd.ok("ls").stdout.splitlines()) == 1000 + 1
    assert len(crowd.ok("labels").stdout.splitlines()) == 1000
    sent = crowd.par("send", "all", "hello", "--json")
    assert sent.status == 8
    assert sum(each["state"] == "typed" for each in sent.json["receipts"]) == 201
    home = crowd.home / "src/app"
    assert crowd.ok("start", "one-more", cwd=home).status == 0
    assert crowd.ok("rm", "one-more").status == 0
    assert crowd.ok("restore").status == 0

"""Several hosts at once, and this machine: one list, one receipt each, and none that waits for another."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import machines as other
from conftest import Terminal, World, eventually, refused, sealed_world
from machines import Machines, machines
from test_json import SCHEMAS, faults

__all__ = ["machines"]
pytestmark = other.needed
HOST = {"name": "string", "state": "ok | failed", "age": "integer | null", "error": "string | null"}


@contextmanager
def swallowed() -> Iterator[int]:
    """A port that takes connections, and from then on says nothing."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        yield int(deaf.getsockname()[1])


def write_hosts(world: World, *names: str, **ports: int) -> None:
    """Let config.yaml name hosts: those of sshd, and others by a port."""
    lines = [f"  {each}: {each}" for each in names]
    lines += [f"  {each}: ssh://127.0.0.1:{port}" for each, port in ports.items()]
    config = world.home / ".config/par/config.yaml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("\n".join(["hosts:", *lines, ""]))


def listed(world: World, *words: str, status: int = 0) -> tuple[list[str], dict[str, Any]]:
    """The labels of `par ls --json`, and its hosts by their names."""
    found = world.par("ls", "--json", *words)
    assert found.status == status, found
    document = found.json
    hosts = {each["name"]: each for each in document.pop("hosts")}
    assert [*faults(document, SCHEMAS["par ls"])] == []
    assert [*faults([*hosts.values()], [HOST])] == []
    return [each["label"] for each in document["contexts"]], hosts


def test_one_list_of_this_machine_and_hosts_and_what_a_silent_one_said_last(
    world: World, machines: Machines
) -> None:
    there = machines.worlds["build1"]
    for label in ("feat", "fix"):
        there.ok("start", label, cwd=there.repository(label))
    world.ok("start", "feat", cwd=world.repository())
    assert "hosts" not in world.ok("ls", "--json").json
    world.ok("host", "add", "build1")
    labels, hosts = listed(world)
    assert labels == ["feat", "build1:feat", "build1:fix"]
    assert hosts == {"build1": {"name": "build1", "state": "ok", "age": 0, "error": None}}
    kept = world.data / "hosts/build1.said.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert json.loads(kept.read_text())["contexts"][1]["label"] == "fix"
    assert listed(world, "build1:f*")[0] == ["build1:feat", "build1:fix"]
    assert listed(world, "*:feat", "feat")[0] == ["feat", "build1:feat"]
    assert listed(world, "--host", "build*", "fix")[0] == ["build1:fix"]
    assert listed(world, "--repo", "fix")[0] == ["build1:fix"]
    assert [each["label"] for each in world.ok("ls", "--json", "--local").json["contexts"]] == ["feat"]
    refused(world.par("ls", "build1:fxi"), 3, "there is no context 'build1:fxi'", "par ls build1:fix")
    rows = [each.split("\t") for each in world.ok("ls").stdout.splitlines()]
    assert [row[:2] + row[3:5] for row in rows[1:]] == [
        ["feat", "running", "feat", "app"],
        ["build1:feat", "running", "feat", "feat"],
        ["build1:fix", "running", "fix", "fix"],
    ]
    # From now on it takes connections, and says nothing
    with swallowed() as port:
        write_hosts(world, build1=port)
        labels, hosts = listed(world, "--timeout", "0.5")
        assert labels == ["feat", "build1:feat", "build1:fix"]
        assert hosts["build1"]["state"] == "failed"
        assert hosts["build1"]["error"] == "build1 did not answer within 0.5 s"
        said = world.ok("ls", "--timeout", "0.5")
        assert [row.split("\t")[1] for row in said.stdout.splitlines()] == [
            "state",
            "running",
            "silent",
            "silent",
        ]
        assert said.stderr.startswith("par: build1 did not answer within 0.5 s; as seen now\nhint: ssh ")
        terminal = Terminal(world)
        terminal.par("ls --timeout 0.5")
        terminal.wait("build1:fix (seen now)")
        screen = terminal.screen(colours=True).splitlines()
        assert ["\x1b[90m" in each for each in screen if "feat" in each and "─" not in each][-2:] == [
            False,
            True,
        ]
        assert listed(world, "build1:*", "--timeout", "0.5", status=124)[0] == labels[1:]
        world.ok("host", "rm", "build1")
    assert not kept.exists()


def test_ten_hosts_at_once_one_of_them_dead(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    there.ok("start", "feat", cwd=there.repository())
    names = [f"host{number}" for number in range(9)]
    for each in names:
        machines.add(each, there)
    world.ok("host", "add", "build1")
    with swallowed() as port:
        write_hosts(world, *names, dead=port)
        world.ok("ls", "--timeout", "20", "--host", "host*")
        begun = time.monotonic()
        labels, hosts = listed(world, "--timeout", "4")
        assert time.monotonic() - begun < 4 * 1.2
        assert labels == [f"{each}:feat" for each in names]
        assert hosts["dead"]["error"] == "dead did not answer within 4 s"
        assert hosts["dead"]["age"] is None


def started(world: World, label: str, name: str = "app") -> None:
    """A context whose session is there, in a repository called so."""
    folder = world.home / "src" / name
    world.ok("start", label, cwd=folder if folder.exists() else world.repository(name))


def shows(world: World, line: str) -> bool:
    return line in world.ok("capture", "feat").stdout.splitlines()


def merged(world: World, *words: str, status: int = 0, text: str | None = None) -> dict[str, Any]:
    """The document of a command on several machines; its hosts by their names."""
    found = world.par(*words, "--json", text=text)
    assert found.status == status, found
    document: dict[str, Any] = found.json
    hosts = document.pop("hosts")
    assert [*faults(hosts, [HOST])] == []
    assert [*faults(document, SCHEMAS[f"par {words[0]}"])] == []
    return {**document, "hosts": {each["name"]: each for each in hosts}}


def test_one_command_for_contexts_here_and_on_hosts(world: World, machines: Machines) -> None:
    here, build1 = world, machines.worlds["build1"]
    with sealed_world() as build2, swallowed() as port:
        machines.add("build2", build2)
        for each in (here, build1, build2):
            started(each, "feat")
        started(build1, "fix")
        for name in ("build1", "build2"):
            world.ok("host", "add", name)
        # Text that is read once, receipts in the order asked
        command = "printf '%s-%s\\n' see 42"
        asked = ("build2:feat", "feat", "build1:f*")
        order = ["build2:feat", "feat", "build1:feat", "build1:fix"]
        sent = merged(world, "send", *asked, "-", text=command)
        assert [(each["label"], each["state"]) for each in sent["receipts"]] == [
            (each, "typed") for each in order
        ]
        for machine in (here, build1, build2):
            eventually(partial(shows, machine, "see-42"))
        # A glob of hosts may find nothing on some of them, and `all` without a host is of here
        said = world.ok("send", "*:fix", "all", "true", "--dry-run").stdout
        assert [each.partition(": ")[0] for each in said.splitlines()] == ["build1:fix", "feat"]
        # One result for each, and the highest exit status; what ends is told as it does
        ran = world.par(
            "run", "--all-hosts", "feat", "build1:fix", "--", "sh", "-c", "case $PWD in *fix) exit 3; esac"
        )
        assert ran.status == 8
        rows = [each.split("\t")[:4] for each in ran.stdout.splitlines()[1:]]
        assert rows == [
            ["feat", "app", "ok", "0"],
            ["build1:feat", "app", "ok", "0"],
            ["build2:feat", "app", "ok", "0"],
            ["build1:fix", "app", "failed", "3"],
        ]
        assert "build1: fix (app): exit 3, " in ran.stderr
        assert "par: build1: the command failed in fix\nhint: less -R " in ran.stderr
        assert (
            world.ok("wait", "build1:*", "feat", "--for", "idle").stdout == "build1:feat\nbuild1:fix\nfeat\n"
        )
        assert world.ok("labels", "--all-hosts").stdout == "feat\nbuild1:feat\nbuild1:fix\nbuild2:feat\n"
        assert world.ok("status", "--host", "build*").stdout == "3 contexts\n"
        assert merged(world, "status", "--all-hosts")["contexts"] == 4
        long = world.ok("ls", "--long", "--all-hosts", "--plain").stdout.splitlines()
        assert [each.split("\t")[0] for each in long] == [
            "label",
            "feat",
            "build1:feat",
            "build1:fix",
            "build2:feat",
        ]
        # A host that is broken is a row with its reason, and hides nobody
        write_hosts(world, "build1", "build2", dead=port)
        (world.home / ".config/par/config.yaml").write_text(
            f"hosts: {{build1: build1, dead: {{destination: 'ssh://127.0.0.1:{port}', timeout: 1}}}}\n"
        )
        sent = merged(world, "send", "dead:x", "feat", "build1:nothing", "build1:feat", "true", status=8)
        told = [(each["label"], each["state"]) for each in sent["receipts"]]
        assert told == [
            ("dead:x", "refused"),
            ("feat", "typed"),
            ("build1:nothing", "refused"),
            ("build1:feat", "refused"),
        ]
        reason = "there is no context 'build1:nothing'"
        assert sent["receipts"][2]["reason"] == sent["hosts"]["build1"]["error"] == reason
        assert sent["receipts"][0]["reason"].startswith("dead: Connection ")
        # What is removed and comes back, with a question for each machine
        gone = world.par("rm", "feat", "build1:*", "-y")
        assert gone.status == 0
        assert "removed 'feat'" in gone.stdout
        assert "removed 'build1:feat'" in gone.stdout
        assert {each["label"] for each in merged(world, "trash", "--all-hosts", status=8)["trash"]} == {
            "feat",
            "build1:feat",
            "build1:fix",
        }
        back = merged(world, "restore", "build1:fix", "feat", "build1:feat")
        assert [each["label"] for each in back["contexts"]] == ["build1:fix", "feat", "build1:feat"]
        assert (here.sessions(), build1.sessions()) == (["feat"], ["feat", "fix"])

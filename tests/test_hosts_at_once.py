"""Several hosts at once, and this machine: one list, one receipt each, and none that waits for another."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import machines as other
from conftest import Terminal, World, refused
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


ANSWER = 'import sys; print(sys.argv[1], "here"); print(sys.argv[1], "here", file=sys.stderr)'

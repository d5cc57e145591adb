"""`par code HOST:LABEL` and `par forward`: an editor and ports that lead elsewhere, by a real sshd."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import machines as other
from conftest import Result, World, eventually, refused
from machines import Machines, know, machines

__all__ = ["machines"]
pytestmark = other.needed


@contextmanager
def listening(port: int, says: bytes = b"") -> Iterator[None]:
    """A program that listens at a port of this machine, and of all of those that are on it."""
    with socket.create_server(("127.0.0.1", port)) as server:
        server.settimeout(10)
        yield
        if says:
            caller, _ = server.accept()
            caller.sendall(says)
            caller.close()


def heard(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def test_ports_over_there_are_reached_here(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    home = there.repository()
    (home / ".par.yaml").write_text("ports: 2\n")
    there.repository("plain")
    machines.configure("  RemoteCommand echo mine\n")  # for the user's own ssh
    know(world, "build1")
    world.ok("start", "web", "--host", "build1", "-p", "src/app")
    world.ok("start", "two", "--host", "build1", "-p", "src/app")
    world.ok("start", "bare", "--host", "build1", "-p", "src/plain")
    first, second = (there.index["contexts"][each]["worktrees"][0]["port"] for each in ("web", "two"))
    assert world.par("forward") == Result(0, "", "nothing is forwarded: par forward HOST:LABEL\n")
    # Where nobody has it here it is the same number
    two = world.ok("forward", "two", "--host", "build1").stdout.splitlines()
    assert two == [f"build1:two: localhost:{each} is port {each} there" for each in (second, second + 1)]
    # Both are one machine here, so that what listens over there has the number here too
    with listening(first, b"over there"):
        said = world.ok("forward", "build1:WEB")
        rows = world.ok("forward", "--json").json["forwards"][2:]
        assert [(each["label"], each["repository"], each["port"]) for each in rows] == [
            ("build1:web", None, first),
            ("build1:web", None, first + 1),
        ]
        local = [each["local"] for each in rows]
        assert first not in local
        assert said.stdout == (
            f"build1:web: localhost:{local[0]} is port {first} there\n"
            f"build1:web: localhost:{local[1]} is port {first + 1} there\n"
        )
        near = heard(local[0])
    with near:
        assert near.recv(100) == b"over there"
    # Once more it is the same, and it outlives the connection that commands share
    world.ok("host", "ls")
    assert world.ok("forward", "web", "--host", "build1").stdout == said.stdout
    refused(
        world.par("forward", "web"),
        2,
        "'web' is on this machine: its ports are here already",
        "par forward HOST:LABEL",
    )
    refused(
        world.par("forward", "build1:bare"),
        3,
        "'build1:bare' has no ports",
        "write ports: 1 into its .par.yaml",
    )
    ended = "".join(f"build1:web: localhost:{each} is forwarded no more\n" for each in local)
    assert world.ok("forward", "build1:web", "--stop").stdout == ended
    with listening(local[0]):
        pass
    # A connection that broke forwards nothing
    assert world.ok("forward").stdout.splitlines() == two
    machines.cut()
    eventually(lambda: world.ok("forward", "--json").json == {"version": 1, "forwards": []})
    refused(world.par("forward", "--stop"), 3, "nothing is forwarded", "par forward")
    assert world.ok("forward", "two", "--host", "build1").stdout.splitlines() == two
    assert len(world.ok("forward", "--stop").stdout.splitlines()) == 2


def test_an_editor_is_given_the_folder_over_there(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    for name in ("api", "web"):
        there.repository(name)
    know(world, "build1")
    world.ok("start", "feat", "--host", "build1", "-p", "src/api")
    world.ok("workspace", "start", "both", "--host", "build1", "-p", "src")
    called = world.home / "called"
    for name in ("code", "cursor"):
        editor = world.home / "programs" / name
        editor.write_text(f'#!/bin/sh\nprintf "%s\\n" "${{0##*/}}" "$@" > "{called}"\n')
        editor.chmod(0o755)
    feat = there.index["contexts"]["feat"]["worktrees"][0]["path"]
    both = Path(there.index["contexts"]["both"]["worktrees"][0]["path"]).parent
    for words, program, path in (
        (("code", "build1:feat"), "code", feat),
        (("cursor", "FEAT", "--host", "build1"), "cursor", feat),
        (("code", "build1:both"), "code", both / "both.code-workspace"),
        (("code", "build1:both/web"), "code", both / "web"),
    ):
        world.ok(*words)
        assert called.read_text().splitlines() == [program, "--remote", "ssh-remote+build1", str(path)]
    assert (both / "both.code-workspace").is_file()
    # An editor that knows nothing of other machines is not asked for this
    settings = world.home / ".config/par/config.yaml"
    settings.write_text(f"{settings.read_text()}editor: vim\n")
    world.ok("code", "build1:feat")
    assert called.read_text().splitlines()[0] == "code"

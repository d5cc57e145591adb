"""What a host says is a stranger's text, and it may say nothing at all, or break off."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import machines as other
from conftest import ROOT, World, eventually, refused
from machines import Machines, know, machines

__all__ = ["machines"]
pytestmark = other.needed

# A program in place of the login shell: it says that par is there, and then what the test wants
LIAR = """
import os, re, sys
mark = re.search("par-[0-9a-f]{24}", os.environ["SSH_ORIGINAL_COMMAND"])[0]
print(mark, "here", flush=True)
print(mark, "here", file=sys.stderr, flush=True)
exec(open(sys.argv[1]).read(), {"mark": mark})
"""
UNCLEAR = "liar says what cannot be understood: "


class Liar:
    """A host `liar` that says what it is told to."""

    def __init__(self, world: World, machines: Machines) -> None:
        self._world, self._script = world, machines.folder / "says"
        program = machines.folder / "liar"
        program.write_text(LIAR)
        machines.add("liar", world, f"{sys.executable} {program} {self._script}")
        settings = world.home / ".config/par"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "config.yaml").write_text("hosts: {liar: liar}\n")

    def says(self, script: str) -> None:
        self._script.write_text(f"import json, os, sys, time\n{script}\n")

    def refuses(self, script: str, message: str, *words: str) -> None:
        self.says(script)
        refused(self._world.par("doctor", "--host", "liar", *words), 8, message, "ssh liar")


def test_what_a_host_says_is_bounded_checked_and_shown_as_text(world: World, machines: Machines) -> None:
    liar = Liar(world, machines)
    big = "import itertools\nfor _ in range(50): os.write(1, b'x' * 1_000_000)"
    begun = time.monotonic()
    liar.refuses(big, "liar said more than 8 MB", "--json")
    liar.refuses(big.replace("write(1", "write(2"), "liar said more than 8 MB")
    assert time.monotonic() - begun < 20
    garbage = "os.write(1, bytes(range(256)))"
    liar.says(garbage)
    assert world.par("doctor", "--host", "liar", "--json").status == 8
    liar.refuses('print("[1]")', f"{UNCLEAR}it is no document of this version", "--json")
    liar.refuses("print('{\"version\": 2}')", f"{UNCLEAR}it is no document of this version", "--json")
    one = json.dumps({"version": 1, "contexts": []})
    liar.refuses(f"print('{one}' * 2)", f"{UNCLEAR}Extra data: line 1 column 31 (char 30)", "--json")
    liar.refuses("print('[' * 100_000)", f"{UNCLEAR}it lies too deep", "--json")
    row = json.dumps({"version": 1, "contexts": [{"label": "x"}]})
    liar.refuses(f"print({row!r})", f"{UNCLEAR}the document has no findings", "--json")
    for label in ("../x", "here:feat", "all", "-x", "a\x1b[2J"):
        agents = {"waiting": [label], "failed": [], "working": [], "quiet": [], "done": []}
        said = json.dumps({"version": 1, "contexts": 1, "agents": agents})
        liar.says(f"print({said!r})")
        result = world.par("status", "--host", "liar", "--json")
        assert (result.status, result.stdout) == (8, ""), label
        assert result.stderr.startswith(f"par: {UNCLEAR}label '"), label
        assert "\x1b" not in result.stderr
    liar.says("print('\\x1b[31mred\\x07\\u202e\\tcell'); print('\\x1b]0;title\\x07', file=sys.stderr)")
    result = world.par("doctor", "--host", "liar")
    assert result.stdout == "\\u{1b}[31mred\\u{7}\\u{202e}\tcell\n"
    assert result.stderr == "\\u{1b}]0;title\\u{7}\n"
    liar.says("print(mark, 'whatever')")
    refused(world.par("doctor", "--host", "liar"), 8, "liar asks what cannot be understood", "ssh liar")


ROW: dict[str, Any] = {
    "label": "feat",
    "kind": "session",
    "state": "running",
    "init": "",
    "agent": "",
    "agent_since": None,
    "current": False,
    "repository": {"name": "app", "path": "/app"},
    "branch": "feat",
    "session": {"name": "feat", "id": "$1", "attached": 0},
    "worktrees": [],
    "created_at": "2026-01-01T00:00:00+00:00",
    "program": {"command": None, "prompt": None, "state": ""},
}
WORKTREE = {
    "repository": "/app",
    "path": "/feat",
    "branch": "feat",
    "head": None,
    "port": 1025,
    "ports": 60_000,
}
RESULT = {"label": "feat", "repository": "app", "exit": 0, "reason": None, "seconds": 0, "log": None}


def test_what_par_never_says_is_no_answer(world: World, machines: Machines) -> None:
    liar = Liar(world, machines)

    def lists(**wrong: object) -> None:
        liar.says(f"print({json.dumps({'version': 1, 'contexts': [{**ROW, **wrong}]})!r})")

    for key in ("created_at", "agent_since"):
        lists(**{key: "9999-12-31T23:59:59-14:00"})
        result = world.par("ls", "--host", "liar")
        assert result.status == 8, result
        assert f"contexts[0].{key} is not time | null" in result.stderr
    said = json.dumps({"version": 1, "results": [RESULT]}).replace('"seconds": 0', '"seconds": 1e999')
    liar.says(f"print({said!r})")
    result = world.par("run", "liar:feat", "--json", "--", "true")
    assert (result.status, "results[0].seconds is not number | null" in result.stdout) == (8, True), result
    lists()
    code = world.par("code", "liar:feat", "--editor", "true")
    refused(code, 3, "'liar:feat' has no worktree", "par ls --host liar")
    lists(worktrees=[WORKTREE])
    unclear = f"{UNCLEAR}ValueError('ports that there are not')"
    refused(world.par("forward", "liar:feat"), 8, unclear, "ssh liar")


def test_what_a_pane_over_there_shows_is_text_and_colours_in_the_preview(
    world: World, machines: Machines
) -> None:
    liar = Liar(world, machines)
    pieces = (r"\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\", r"\x1b[31mred\x1b[0m\x1b]1337;File=:QQ==\x07")
    liar.says(
        f'print("{pieces[0]}{pieces[1]}\\x1b]8;;https://x\\x1b\\\\link\\x1b]8;;\\x1b\\\\ \\x9b2J\\tend")'
    )
    preview = subprocess.Popen(
        ["bash", str(ROOT / "scripts/describe.sh"), "liar:feat", "remote"],
        env={**world.env, "TMUX": f"{world.home}/none,1,0", "PAR_PYTHON": sys.executable},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert preview.stdout
    seen = b""
    while b"end" not in seen and (piece := os.read(preview.stdout.fileno(), 4096)):
        seen += piece
    os.killpg(preview.pid, signal.SIGKILL)
    preview.wait()
    preview.stdout.close()
    assert b"?Ptmux;??]52;c;eA==??" in seen
    assert b"\x1b[31mred\x1b[0m?]1337;File=:QQ==?link ?2J    end" in seen


@pytest.mark.long
def test_a_connection_that_is_stopped_or_was_killed_is_no_obstacle(world: World, machines: Machines) -> None:
    machines.worlds["build1"].repository()
    know(world, "build1")
    world.ok("ls", "--host", "build1")
    shown = world.home / "programs/ssh"
    ssh = shown.read_text()
    shown.write_text(ssh.replace("exec", f'echo "$*" >>{world.home}/typed\nexec'))
    place = next(each for each in (world.data / "hosts").iterdir() if each.is_socket())

    def master() -> int:
        said = world.run("ssh", "-O", "check", "-o", f"ControlPath={place}", "build1").stderr
        found = re.search(r"pid=(\d+)", said)
        assert found, said
        return int(found[1])

    os.kill(master(), signal.SIGKILL)
    assert place.is_socket()
    world.ok("ls", "--host", "build1")
    # As it is for the first connection
    assert "ServerAliveInterval=10" in (world.home / "typed").read_text().splitlines()[-1]
    os.kill(master(), signal.SIGKILL)
    place.unlink()
    # A path in the ssh_config of any encoding
    with (machines.folder / "hosts").open("ab") as config:
        config.write(b"Host build1\n  IdentityFile /no/schl\xfcssel\n")
    world.ok("ls", "--host", "build1")
    pid = master()
    world.ok("ls", "--host", "build1")
    # It could have to make another one
    assert "ServerAliveInterval=10" in (world.home / "typed").read_text().splitlines()[-1]
    os.kill(pid, signal.SIGSTOP)
    try:
        world.ok("host", "rm", "build1")
    finally:
        os.kill(pid, signal.SIGKILL)


def test_a_host_that_is_not_reached_says_why_and_what_shows_it(world: World, machines: Machines) -> None:
    settings = world.home / ".config/par/config.yaml"
    settings.parent.mkdir(parents=True)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        machines.configure(f"Host silent\n  Port {silent.getsockname()[1]}\nHost closed\n  Port 1\n")
        settings.write_text(
            "hosts: {silent: {destination: silent, timeout: 1}, closed: closed, locked: nobody@build1}\n"
        )
        begun = time.monotonic()
        said = world.par("doctor", "--host", "silent")
        assert time.monotonic() - begun < 5
        assert said.status == 8
        assert said.stderr.startswith("par: silent: Connection ")
        assert said.stderr.endswith("\nhint: ssh silent\n")
        closed = "closed: ssh: connect to host 127.0.0.1 port 1: Connection refused"
        refused(world.par("doctor", "--host", "closed"), 8, closed, "ssh closed")
        locked = world.par("doctor", "--host", "locked")
        assert "locked: nobody@127.0.0.1: Permission denied (publickey)." in locked.stderr
        assert locked.stderr.endswith("\nhint: ssh nobody@build1\n")
        known = machines.folder / "known_hosts"
        known.rename(known.with_name("elsewhere"))
        settings.write_text("hosts: {build1: build1}\n")
        unknown = world.par("doctor", "--host", "build1")
        assert "Host key verification failed." in unknown.stderr
        assert unknown.stderr.endswith("\nhint: ssh build1\n")


def test_a_connection_that_is_cut_in_the_middle_leaves_nothing_half_done(
    world: World, machines: Machines, tmp_path: Path
) -> None:
    there = machines.worlds["build1"]
    home = there.repository()
    know(world, "build1")
    begun = there.home / "begun"
    hook = home / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {begun}\nexec sleep 20\n")
    hook.chmod(0o755)
    starting = world.start_par("start", "feat", "--host", "build1", "-p", "src/app")
    eventually(begun.exists, "the checkout over there")
    assert len(machines.connections()) == 1
    machines.cut()
    _, said = starting.communicate(timeout=20)
    assert starting.returncode == 8
    assert "par: the connection to build1 broke" in said
    assert "hint: par ls --host build1" in said
    eventually(lambda: there.index["contexts"] == {}, "the way back over there")
    assert there.branches(home) == {"main"}
    assert world.ok("ls", "--host", "build1", "--json").json["contexts"] == [], "it connects again"


def test_a_message_whose_connection_is_cut_says_how_to_look(world: World, machines: Machines) -> None:
    liar = Liar(world, machines)
    reached = machines.folder / "reached"
    liar.says(f"open({str(reached)!r}, 'w').close(); time.sleep(20)")
    sending = world.start_par("send", "liar:feat", "make test")
    eventually(reached.exists, "the message over there")
    machines.cut()
    said, told = sending.communicate(timeout=20)
    receipt = "liar:feat: perhaps not sent, the connection to liar broke\n"
    assert (sending.returncode, said) == (8, receipt)
    assert told.startswith("par: the connection to liar broke")
    assert told.endswith("\nhint: par ls --host liar\n")

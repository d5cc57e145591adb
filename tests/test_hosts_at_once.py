"""Several hosts at once, and this machine: one list, one receipt each, and none that waits for another."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import machines as other
from conftest import Terminal, World, eventually, refused, sealed_world
from machines import Machines, know, machines, new_machines, put_par
from test_hosts_hostile import Liar
from test_json import SCHEMAS, faults

__all__ = ["machines", "new_machines"]
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
    world.started("feat")
    assert "hosts" not in world.ok("ls", "--json").json
    know(world, "build1")
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
        assert said.stderr.startswith("par: build1 did not answer within 0.5 s; as seen just now\nhint: ssh ")
        terminal = Terminal(world)
        terminal.par("ls --timeout 0.5")
        terminal.wait("build1:fix (no answer, seen just now)")
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
    there.started("feat")
    names = [f"host{number}" for number in range(9)]
    for each in names:
        machines.add(each, there)
    know(world, "build1")
    with swallowed() as port:
        write_hosts(world, *names, dead=port)
        world.ok("ls", "--timeout", "20", "--host", "host*")
        begun = time.monotonic()
        labels, hosts = listed(world, "--timeout", "4")
        assert time.monotonic() - begun < 4 * 1.2
        assert labels == [f"{each}:feat" for each in names]
        assert hosts["dead"]["error"] == "dead did not answer within 4 s"
        assert hosts["dead"]["age"] is None


def shows(world: World, line: str) -> bool:
    return line in world.screen("=feat:").splitlines()


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
        other.put_par(build2)
        machines.add("build2", build2)
        for each in (here, build2):
            each.started("feat")
        build1.started("feat", "fix")
        know(world, "build1", "build2")
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
        assert "par: build1: the command failed in fix\nhint: on build1: less -R " in ran.stderr
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
        assert world.ok("ls", "--long", "--plain", "--timeout", "20").stdout.splitlines() == long
        assert len(world.ok("ls", "--long", "--local", "--plain").stdout.splitlines()) == 2
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
        begun = time.monotonic()
        known = world.ok("ls", "--long", "--plain", "--timeout", "4")
        assert time.monotonic() - begun < 4 * 1.2
        assert [each.split("\t")[0] for each in known.stdout.splitlines()[1:]] == [
            "feat",
            "build1:feat",
            "build1:fix",
        ]
        assert known.stderr.startswith("par: dead: Connection ")
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


def test_a_host_that_says_nonsense_is_a_reason_and_hides_nobody(world: World, machines: Machines) -> None:
    build1 = machines.worlds["build1"]
    build1.started("feat")
    know(world, "build1")
    liar = Liar(world, machines)
    write_hosts(world, "liar", "build1")
    row = build1.ok("ls", "--json").json["contexts"][0]
    unclear = "liar says what cannot be understood: "
    for script, reason in {
        "for _ in range(50): os.write(1, b'x' * 1_000_000)": "liar said more than 8 MB",
        "os.write(1, bytes(range(256)))": unclear,
        said([{**row, "label": "../x"}]): f"{unclear}label '../x' ",
        said([{**row, "label": "build1:feat"}]): f"{unclear}label 'build1:feat' ",
        said([{**row, "state": "flying"}]): f"{unclear}contexts[0].state is not ",
        said([row]) + ";" + said([row]): f"{unclear}Extra data",
        "print('par: \\x1b[31mred', file=sys.stderr); sys.exit(7)": "liar: \\u{1b}[31mred",
    }.items():
        liar.says(script)
        labels, hosts = listed(world, "--timeout", "15")
        assert labels == ["build1:feat"], script
        assert hosts["liar"]["state"] == "failed"
        assert hosts["liar"]["error"].startswith(reason), hosts
        assert hosts["build1"]["error"] is None
    # What it says may not look like more than text, and is kept only when it can be understood
    odd = {"branch": "\x1b]0;title\x07x\ty"}
    liar.says(said([{**row, **odd, "label": "odd", "worktrees": [{**row["worktrees"][0], **odd}]}]))
    assert listed(world)[0] == ["liar:odd", "build1:feat"]
    shown = world.ok("ls", "--plain").stdout
    assert "\\u{1b}]0;title\\u{7}x\\u{9}y" in shown
    assert "\x1b" not in shown + (world.data / "hosts/liar.tsv").read_text()
    sent = merged(world, "send", "liar:odd", "build1:feat", "true", status=8)
    assert [each["state"] for each in sent["receipts"]] == ["refused", "typed"]
    assert sent["receipts"][0]["reason"].startswith(f"{unclear}the document has no receipts")


def said(contexts: list[dict[str, Any]]) -> str:
    """A script that prints a document of `par ls`."""
    return f"print({json.dumps({'version': 1, 'contexts': contexts})!r})"


def test_what_is_broken_off_ends_over_there_too(world: World, new_machines: Machines) -> None:
    machines = new_machines
    build1 = machines.worlds["build1"]
    put_par(build1)  # later than it is reached: what ends is a whole process
    world.started("feat")
    build1.started("feat")
    know(world, "build1")
    liar = Liar(world, machines)
    write_hosts(world, "build1", "liar")
    # A connection that is cut in the middle of a send: nobody knows
    begun = world.home / "begun"
    liar.says(f"open({str(begun)!r}, 'w'); time.sleep(60)")
    sending = world.start_par("send", "liar:x", "feat", "true", "--json")
    eventually(begun.exists, "the send over there")
    eventually(lambda: "true" in world.screen("=feat:"))
    machines.cut()
    told = json.loads(sending.communicate(timeout=30)[0])
    assert sending.returncode == 8
    assert [(each["label"], each["state"]) for each in told["receipts"]] == [
        ("liar:x", "unknown"),
        ("feat", "typed"),
    ]
    assert told["receipts"][0]["reason"].startswith("the connection to liar broke")
    # Ctrl-C, more than once: what ran is ended everywhere, and told
    for times in (1, 3):
        running = world.start_par("run", "feat", "build1:feat", "--json", "--", "sleep", "60")
        for machine in (world, build1):
            eventually(partial(runs, machine), "the command")
        for _ in range(times):
            running.send_signal(signal.SIGINT)
            time.sleep(0.01)
        told = json.loads(running.communicate(timeout=30)[0])
        assert running.returncode == 130
        assert [(each["label"], each["exit"]) for each in told["results"]] == [
            ("feat", None),
            ("build1:feat", None),
        ]
        eventually(lambda: not any(map(runs, (world, build1))), "the end of it everywhere")
    # A question for each machine, one after the other; Ctrl-C at one is a no to all that is not answered
    terminal = Terminal(world)
    asking = "Remove this context? [y/N]:"
    for answers in (["C-c"], ["y", "Enter", "y", "Enter"]):
        terminal.type("clear")
        terminal.par("rm 'f*' 'build1:*'; echo status $?")
        terminal.wait(asking)
        terminal.press(*answers[:2])
        if answers[2:]:
            eventually(lambda: terminal.screen().count(asking) == 2)
            assert f"\nbuild1: {asking}" in terminal.screen()
            terminal.press(*answers[2:])
        terminal.wait("status 0" if answers[2:] else "status 130")
    assert (world.sessions(), build1.sessions()) == ([], [])


def runs(world: World) -> bool:
    """Whether the window of a command is there."""
    return "run" in world.tmux("list-windows", "-a", "-F", "#{window_name}").splitlines()

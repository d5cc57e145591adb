"""`par open HOST:LABEL`, by a real sshd: a session here that shows the one over there, and connects again."""

from __future__ import annotations

import machines as other
from conftest import Terminal, World, eventually, refused, sealed_world
from machines import Machines, know, machines

__all__ = ["machines"]
pytestmark = other.needed


def shown(world: World) -> str:
    """Which session the one client of a world shows."""
    return world.tmux("list-clients", "-F", "#{?@par_remote,#{@par_remote},#{session_name}}")


def test_a_session_over_there_is_shown_and_comes_back_after_a_break(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    there.started("feat", "feat-2")
    # A login shell would forget the PATH that leads to the tests' ssh
    (world.home / ".tmux.conf").write_text("set -g default-command sh\n")
    know(world, "build1")
    world.started("local")
    there.tmux("set-option", "-g", "status-right", "OVER-THERE")
    nobody = "not a terminal: there is no tmux client to show a session in"
    refused(world.par("open", "build1:feat"), 2, nobody, "par ls")
    terminal = Terminal(world)
    terminal.par("open build1:faet; echo status $?")
    terminal.wait("par: there is no context 'build1:faet'\nhint: par open build1:feat")
    terminal.par("open local")
    eventually(lambda: shown(world) == "local")
    terminal.par("open --host build1 FEAT")
    eventually(lambda: shown(world) == "build1:feat")
    terminal.wait("OVER-THERE")
    clients = there.tmux("list-clients", "-F", "#{session_name} #{client_termfeatures}").split()
    assert clients[0] == "feat"
    assert {"RGB", "clipboard"} < set(clients[1].split(","))
    # Only the status line over there is seen, and its prefix is the one here pressed twice
    assert "[build1-fe" not in terminal.screen()
    terminal.type("echo $((6 * 7))")
    terminal.wait("\n42\n")
    terminal.press("C-b", "C-b", "c")
    eventually(lambda: len(there.tmux("list-windows", "-t", "=feat:").splitlines()) == 2)
    # What is copied there comes into the clipboard here, where tmux takes what programs offer
    world.tmux("set-option", "-s", "set-clipboard", "on")
    client = there.tmux("list-clients", "-F", "#{client_name}")
    there.tmux("set-buffer", "-w", "-t", client, "from over there")
    eventually(lambda: world.tmux("show-buffer") == "from over there")
    # It is no context here, but one that was open before
    assert [each["label"] for each in world.ok("ls", "--json", "--local").json["contexts"]] == ["local"]
    world.ok("doctor")
    world.tmux("switch-client", "-t", "=local:")
    eventually(lambda: shown(world) == "local")
    terminal.par("open -")
    eventually(lambda: shown(world) == "build1:feat")
    assert len(world.sessions()) == 2
    for pid in machines.connections():
        world.run("kill", str(pid))
    eventually(lambda: not there.tmux("list-clients", "-F", "x"))
    terminal.wait("OVER-THERE")
    eventually(lambda: there.tmux("list-clients", "-F", "#{session_name}") == "feat")
    terminal.press("C-b", "C-b", "d")
    eventually(lambda: shown(world) == "local")
    eventually(lambda: world.sessions() == ["local"])
    # One that is stopped over there is made again
    there.tmux("kill-session", "-t", "=feat-2:")
    terminal.par("open build1:feat-2")
    eventually(lambda: shown(world) == "build1:feat-2")
    eventually(lambda: there.tmux("list-clients", "-F", "#{session_name}") == "feat-2")
    there.tmux("kill-session", "-t", "=feat-2:")
    eventually(lambda: shown(world) == "local")
    look_at_them_together(world, there)


def look_at_them_together(world: World, there: World) -> None:
    """The control center shows those of hosts that are open here, and opens all that run there when asked."""
    assert world.ok("control-center", "--json").json["shown"] == ["local"]
    for words in (("control-center", "--host", "build1"), ("--host", "build1", "control-center")):
        assert world.ok(*words, "--json").json["shown"] == ["local", "build1:feat"]
    assert world.ok("control-center", "--json").json["shown"] == ["local", "build1:feat"]
    eventually(lambda: "OVER-THERE" in world.screen("=control-center:feat"))
    assert sorted(world.sessions()) == ["build1-feat", "control-center", "local"]
    there.tmux("kill-session", "-t", "=feat:")
    eventually(lambda: sorted(world.sessions()) == ["control-center", "local"])
    refused(
        world.par("control-center", "--host", "biuld1"),
        3,
        "there is no host 'biuld1'",
        "par control-center --host build1",
    )
    # What hosts told is counted for the status line
    there.ok("start", "another", cwd=there.home / "src/app")
    world.ok("ls", "--timeout", "30")
    assert world.tmux("show-options", "-gv", "@par_hosts") == "1"
    world.ok("host", "rm", "build1")
    assert world.tmux("show-options", "-gv", "@par_hosts") == "0"


def test_a_terminal_that_is_unknown_over_there_is_no_obstacle(world: World, machines: Machines) -> None:
    (world.home / ".tmux.conf").write_text("set -g default-command sh\n")
    terminal = Terminal(world)
    with sealed_world() as there:
        other.put_par(there)
        machines.add("build2", there, TERM="tmux-of-tomorrow")
        there.started("feat")
        know(world, "build2")
        terminal.par("open build2:feat")
        eventually(lambda: there.tmux("list-clients", "-F", "#{client_termname}") == "screen-256color")
        # Left for good, it is over here too
        terminal.press("C-b", "C-b", "d")
        terminal.wait("[exited]")
    assert world.sessions() == []

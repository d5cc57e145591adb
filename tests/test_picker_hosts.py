"""The picker with contexts of a host, by a real sshd: what it told last at once, then what it tells now."""

from __future__ import annotations

import pytest

import machines as other
from conftest import World, eventually
from desk import Desk
from machines import Machines, know, machines

__all__ = ["machines"]
pytestmark = other.needed


@pytest.mark.long
def test_it_fills_in_as_hosts_answer_and_its_keys_work_there(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    home = there.started("feat")
    know(world, "build1")
    world.ok("send", "build1:feat", "echo SEEN-$((40 + 2))")
    world.ok("ls")
    desk = Desk(world)
    desk.fake("here")
    # What has come since is there as soon as the host has said so, without a key
    there.ok("start", "late", cwd=home)
    desk.open("picker", "build1:feat")
    desk.wait_rows("○ here app", "○ build1:late app", "○ build1:feat app")
    desk.terminal.press("f", "e", "a", "t")
    desk.terminal.wait("SEEN-42")
    desk.terminal.press("C-s")
    desk.terminal.wait("Send to build1:feat:")
    desk.terminal.type("echo TO-$((1+1))")
    eventually(lambda: "TO-2" in there.screen("=feat:"))
    desk.gone()
    desk.open("picker", "build1:late")
    desk.terminal.press("l", "a", "t", "e")
    desk.wait_rows("○ build1:late app")
    desk.terminal.press("C-x")
    desk.terminal.wait("par --host build1 undo brings")
    desk.terminal.press("y")
    desk.gone()
    assert there.ok("labels").stdout == "feat\n"
    # The undo is where the removal was, whatever was removed here before
    desk.open("picker", "build1:feat")
    desk.terminal.press("C-z")
    desk.gone()
    assert there.ok("labels").stdout == "feat\nlate\n"
    there.ok("rm", "late")
    desk.open("picker", "build1:feat")
    desk.wait_rows("○ here app", "○ build1:feat app")
    # Typed in a hurry, while the host is asked
    desk.terminal.press("f", "e", "a", "t", "Enter")
    desk.gone()
    eventually(lambda: desk.tmux("list-clients", "-F", "#{@par_remote}") == "build1:feat")
    eventually(lambda: there.tmux("list-clients", "-F", "#{session_name}") == "feat")
    # A host that is not reached has its rows in grey, with the error where the preview would be
    machines.end()
    desk.tmux("switch-client", "-c", desk.client(), "-t", "=home:")
    desk.tmux("kill-session", "-t", "=build1-feat:")
    desk.open("picker", "build1:feat")
    desk.wait_rows("○ here app", "○ build1:feat no answer app")
    row = next(each for each in desk.terminal.screen(colours=True).splitlines() if "build1:feat" in each)
    assert "\x1b[90m" in row
    desk.terminal.press("f", "e", "a", "t")
    desk.terminal.wait("Connection refused")

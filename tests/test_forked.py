"""What keys and hosts call as a fork (forked.py) is to its caller as a par of its own."""

from __future__ import annotations

import signal
import subprocess
import sys

from conftest import ROOT, World, eventually, forked_python

# What is called, and the signal that comes while it waits
CALLS: dict[str, tuple[tuple[str, ...], int]] = {
    "prints": (("labels",), 0),
    "refuses": (("path", "nothing"), 0),
    "is interrupted": (("wait", "one"), signal.SIGINT),
    "is hung up on": (("wait", "one"), signal.SIGHUP),
    "is ended": (("wait", "one"), signal.SIGTERM),
    "is killed": (("wait", "one"), signal.SIGKILL),
}


def test_a_fork_is_to_its_caller_as_a_par_of_its_own(two: World) -> None:
    two.tmux("set-option", "-p", "-t", f"={two.session('one')}:", "@par_state", "working")
    for name, (words, number) in CALLS.items():
        alone, forked = (ended(two, python, words, number) for python in (sys.executable, forked_python()))
        assert forked == alone, name


def ended(world: World, python: str, words: tuple[str, ...], number: int) -> tuple[int, str, str]:
    """How a call by `python` ends and what it says."""
    running = subprocess.Popen(
        [ROOT / "scripts/par", "-S", world.sockets / "default", *words],
        env={**world.env, "PAR_PYTHON": python},
        cwd=world.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if number:
        eventually(lambda: listeners(world), "a par that waits")
        args = world.run("ps", "-o", "args=", "-p", str(running.pid)).stdout
        assert ("forked.main" in args) == (python != sys.executable)
        running.send_signal(number)
    stdout, stderr = running.communicate(timeout=60)
    eventually(lambda: not listeners(world), "the end of all that it started")
    return running.returncode, stdout, stderr


def listeners(world: World) -> list[str]:
    """What waits for changes of this world's server."""
    shown = world.run("ps", "-eo", "args=").stdout.splitlines()
    return [line for line in shown if f"-S {world.home}/" in line and "wait-for" in line]

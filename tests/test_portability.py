"""The scripts run with every awk, with busybox, and with the bash of macOS."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from conftest import ROOT, World, eventually
from desk import Desk
from test_completion import bash

APPLETS = ("awk", "sort", "sed", "cut", "head", "tail", "readlink", "grep", "cat", "sleep", "stty")
TOOLS = {
    "original-awk": {"awk": "original-awk"},
    "mawk": {"awk": "mawk"},
    "gawk": {"awk": "gawk"},
    "busybox-awk": {"awk": "busybox"},
    "busybox": dict.fromkeys(APPLETS, "busybox"),
}
# What bash 3.2 does not know, each with a line that has it
NEWER = {
    r"\b(mapfile|readarray|coproc)\b": "mapfile -t lines",
    r"\$\{[A-Za-z_]\w*(\[[^]]*\])?(,,?|\^\^?)": "${name,,}",
    r"\$\{[A-Za-z_]\w*(\[[^]]*\])?@[A-Za-z]\}": "${name@Q}",
    r"\$\{\w+\[-\d": "${lines[-1]}",
    r"\$\{\w+: -?\d+: -|\$\{\w+:\d+:-\d": "${name:0:-1}",
    r"\b(declare|local|typeset)\s+-\w*[Angul]": "local -n name",
    r"\|&|&>>|;;&|;&": "make |& cat",
    r"printf[^|;]*%[^ ]*\(.*\)T": "printf '%(%F)T'",
    r"\bread\b[^|;]*\s-\w*N": "read -rN1",
    r"\bread\b[^|;]*\s-t *0?\.": "read -t 0.1",
    r"\bwait\s+-n\b": "wait -n",
    r"\[\[? -v ": "[[ -v name ]]",
    r"\bexec \{\w+\}|\{\w+\}[<>]": "exec {file}<x",
    r"\$(EPOCH|BASHPID|SRANDOM)|\bglobstar\b|\binherit_errexit\b": "$EPOCHSECONDS",
}


def newer(text: str) -> list[str]:
    """The lines that bash 3.2 would not take."""
    code = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [line.strip() for line in code if any(re.search(pattern, line) for pattern in NEWER)]


@pytest.mark.parametrize("line", NEWER.values())
def test_what_bash_3_2_does_not_know_is_noticed(line: str) -> None:
    assert newer(line) == [line]


def test_the_scripts_need_no_newer_bash_than_3_2() -> None:
    scripts = [*ROOT.glob("scripts/*.sh"), ROOT / "scripts/par", ROOT / "par.tmux"]
    assert {path.name: found for path in scripts if (found := newer(path.read_text()))} == {}


def tools(folder: Path, programs: dict[str, str]) -> str:
    """A folder of links for the front of PATH; the test is skipped where one of the programs is missing."""
    folder.mkdir()
    for name, program in programs.items():
        path = shutil.which(program)
        if not path:
            pytest.skip(f"no {program}")
        (folder / name).symlink_to(path)
    return str(folder)


@pytest.mark.long
@pytest.mark.parametrize("programs", TOOLS.values(), ids=TOOLS)
def test_every_popup_works_with(programs: dict[str, str], world: World) -> None:
    path = f"{tools(world.home / 'tools', programs)}:{world.env['PATH']}"
    home = world.home / "src/app"
    home.mkdir(parents=True)
    desk = Desk(world, folder=home, variables={"PATH": path})
    world.started("feat", "rests")
    world.git(home, "branch", "topic")
    desk.par("start", "größe-世界", cwd=home)
    desk.tmux("set-option", "-t", "=feat:", "@par_state", "waiting", ";", "kill-session", "-t", "=rests:")
    desk.open("picker", "? keys")
    desk.wait_rows("○ feat waiting app", "○ größe-世界 app", "· rests app")
    desk.terminal.press("Up")
    desk.terminal.press("r", "e", "s", "t")
    desk.terminal.wait(f"repository  {home}")
    desk.terminal.press("Escape")
    desk.open("new-from", "in context feat")
    desk.terminal.press("Escape")
    desk.open("checkout", "in context feat")
    desk.terminal.press("t", "o", "p", "i", "c")
    eventually(lambda: sum(" ago " in line for line in desk.popup()) == 1)
    desk.terminal.press("Enter")
    desk.shows("topic")
    desk.open("send", "Send to (tab marks several)")
    desk.terminal.press("f", "e", "a", "t", "Enter")
    desk.terminal.wait("Send to feat: type the command")
    desk.terminal.type("true")
    desk.terminal.wait("y sends it all the same")
    desk.terminal.press("y")
    desk.terminal.wait("par: sent to feat")
    desk.open("remove", "Remove (tab marks several)")
    desk.terminal.press("f", "e", "a", "t", "Enter")
    desk.terminal.wait("y removes")
    desk.terminal.press("y")
    desk.terminal.wait("par: removed 'feat'")
    desk.open("trash", "Bring back")
    desk.terminal.press("Enter")
    desk.terminal.wait("par: restored 'feat': session in app")
    desk.open("help", "choose a context")
    desk.terminal.press("x")
    desk.gone()
    desk.terminal.press("C-b", "M-a")
    desk.terminal.wait("Resurrect the stopped")
    desk.terminal.press("r")
    desk.terminal.wait("par: every context has its session")
    desk.gone()
    desk.tmux("respawn-pane", "-k", "-t", "=home:", "-c", str(world.home), "sh")
    desk.tmux("switch-client", "-c", desk.client(), "-t", "=home:")
    desk.open("new", "choose one, or type its folder")
    desk.terminal.wait(str(home))
    assert bash(World(world.home, {**world.env, "PATH": path}), home, "par checkout top") == ["topic"]

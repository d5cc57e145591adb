"""Contexts on other machines, by a real sshd: par is put there, and the same commands run there."""

from __future__ import annotations

import os
import shutil

import machines as other
from conftest import World, eventually, refused
from machines import Machines, machines

__all__ = ["machines"]
pytestmark = other.needed


def test_a_context_over_there_from_its_start_to_its_restoration(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    there.repository()
    added = world.ok("host", "add", "build1").stdout.splitlines()
    assert [line.split(":")[:2] for line in added[:3]] == [
        ["build1", " tmux"],
        ["build1", " git"],
        ["build1", " python"],
    ]
    assert (world.home / ".config/par/config.yaml").read_text() == "hosts:\n  build1: build1\n"
    made = world.ok("start", "feat", "--host", "build1", "-p", "src/app").stdout
    assert made.splitlines()[0] == "session 'build1:feat' in app"
    assert made.splitlines()[-1] == "open it: par open build1:feat"
    assert there.sessions() == ["feat"]
    assert world.sessions() == []
    assert [each["label"] for each in world.ok("ls", "--json", "--host=build1").json["contexts"]] == [
        "build1:feat"
    ]
    world.ok("send", "build1:feat", "echo see-$((40 + 2))")
    eventually(lambda: "see-42" in world.ok("capture", "build1:feat").stdout.splitlines())
    removed = world.ok("rm", "build1:feat").stdout
    assert "removed 'build1:feat'" in removed
    assert "par restore build1:feat" in removed
    assert there.sessions() == []
    refused(
        world.par("ls", "feat", "--host", "build1"),
        3,
        "there is no context 'build1:feat'",
        "par --host build1 ls",
    )
    world.ok("restore", "build1:feat")
    assert there.ok("labels").stdout == "feat\n"


def test_a_host_that_is_not_there_is_refused(world: World, machines: Machines) -> None:
    refused(world.par("open", "build1:x"), 3, "there is no host 'build1'", "par host add build1")
    world.ok("host", "add", "build1")
    refused(world.par("rm", "biuld1:x"), 3, "there is no host 'biuld1'", "did you mean 'build1'?")
    both = "these contexts are not all on one host"
    refused(world.par("rm", "x", "build1:x"), 2, both, "par rm for one after the other")


# What some shell, or a program on the way, would read more than text in
WORDS = (
    *(
        "",
        " ",
        "a  b",
        "'",
        '"',
        "`id`",
        "$(id)",
        "$HOME",
        "!",
        "!!",
        "\\",
        "a\\",
        "\\n",
        "line\nbreak",
        "\ttab",
    ),
    *(
        "*",
        "?",
        "[a]",
        "~",
        "{a,b}",
        "é世",
        "\udcff",
        "-x",
        "--",
        "#",
        ";",
        "&",
        "|",
        "<",
        ">",
        "%s",
        "^",
        "=ls",
    ),
    *("(", ")", "\x1b[31m", "\x01", "\u202e", "a" * 5000),
)
SHELLS = ("bash", "dash", "zsh", "fish", "csh", "tcsh")
LOGIN = 'exec $LOGIN_SHELL -c "$SSH_ORIGINAL_COMMAND"'
TELL = "import os, sys; open('words', 'wb').write(b'\\0'.join(map(os.fsencode, sys.argv[1:])))"


def test_words_arrive_exactly_whatever_the_login_shell_is(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    home = there.repository()
    there.ok("start", "feat", cwd=home)
    for name in SHELLS:
        shell = shutil.which(name)
        assert shell, f"{name} is to be installed, see .ci/run"
        machines.add(name, there, LOGIN, LOGIN_SHELL=shell, SHELL=shell)
        world.ok("host", "add", f"with-{name}", name)
        python = there.run("sh", "-c", "command -v python3").stdout.strip()
        said = world.par("run", f"with-{name}:feat", "--", python, "-c", TELL, *WORDS)
        assert said.status == 0, (name, said)
        arrived = (there.worktree("feat") / "words").read_bytes()
        assert arrived == b"\0".join(map(os.fsencode, WORDS)), name
        (there.worktree("feat") / "words").unlink()

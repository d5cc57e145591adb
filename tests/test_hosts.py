"""Contexts on other machines, by a real sshd: par is put there, and the same commands run there."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

import machines as other
from conftest import Terminal, World, eventually, refused
from machines import Machines, know, machines

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
    eventually(lambda: "see-42" in there.screen("=feat:").splitlines())
    assert "see-42" in world.ok("capture", "build1:feat").stdout.splitlines()
    removed = world.ok("rm", "build1:feat").stdout
    assert "removed 'build1:feat'" in removed
    assert "par restore build1:feat" in removed
    assert there.sessions() == []
    refused(
        world.par("ls", "feat", "--host", "build1"),
        3,
        "there is no context 'build1:feat'",
        "par ls --host build1",
    )
    world.ok("restore", "build1:feat")
    assert there.ok("labels").stdout == "feat\n"
    world.ok("ls")  # now it is known where the label is
    missing = "there is no context 'feat'"
    refused(world.par("rm", "feat", "--purge"), 3, missing, "par rm build1:feat --purge")
    refused(world.par("path", "FEAT"), 3, "there is no context 'FEAT'", "par path build1:feat")
    world.ok("host", "rm", "build1")
    refused(world.par("path", "feat"), 3, missing, "par ls")


def test_the_value_of_an_option_names_no_host(world: World) -> None:
    home = world.repository()
    for label, prompt in (("one", "--host=build1"), ("two", "--host"), ("three", "--all-hosts")):
        world.ok("start", label, "--run", "true", "--prompt", prompt, cwd=home)
        assert world.index["contexts"][label]["prompt"] == prompt
    refused(
        world.par("start", "four", "--host=build1", cwd=home),
        3,
        "there is no host 'build1'",
        "par host add build1",
    )


def test_a_host_that_is_not_there_is_refused(world: World, machines: Machines) -> None:
    refused(world.par("open", "build1:x"), 3, "there is no host 'build1'", "par host add build1")
    know(world, "build1")
    refused(world.par("rm", "biuld1:x"), 3, "there is no host 'biuld1'", "did you mean 'build1'?")
    for word in ("build1:", "build1:a:b", "build1:build1:a"):
        refused(world.par("rm", word), 2, f"'{word}' is not HOST:LABEL", "par host ls")
    long = "a command line for a host may have 48 KB"
    answer = world.par("labels", "--host", "build1", "x" * 60_000)
    refused(answer, 2, long, "par send LABEL - < FILE takes a long text")
    both = "these contexts are not all on one host"
    refused(world.par("prune", "x", "build1:x"), 2, both, "par prune for one after the other")


def test_a_repository_that_is_not_there_yet_is_cloned_first(
    world: World, machines: Machines, terminal: Terminal
) -> None:
    there = machines.worlds["build1"]
    bare, local = world.clone()
    know(world, "build1")
    folder = f"the remote 'origin' is a folder of this machine: {bare}"
    refused(world.par("start", "feat", "--clone", "--host", "build1", cwd=local), 3, folder, "git remote -v")
    alone = "--clone is for another machine: --host HOST"
    refused(world.par("start", "feat", "--clone", cwd=local), 2, alone, "git clone URL")
    world.git(local, "remote", "set-url", "origin", "https://me:secret@git.example.org/owner/app.git")
    there.git(
        there.home, "config", "--global", f"url.{bare}.insteadOf", "https://git.example.org/owner/app.git"
    )
    made = world.ok("start", "feat", "--clone", "--host", "build1", cwd=local)
    clone = there.home / "src/app"
    assert made.stderr.splitlines() == [
        "build1 clones https://git.example.org/owner/app.git where it is not there yet",
        f"cloning https://git.example.org/owner/app.git to {clone}",
    ]
    assert there.branches(clone) == {"main", "feat"}
    again = world.ok("start", "more", "--clone", "--host", "build1", "--json", cwd=local)
    assert again.json["context"]["label"] == "build1:more"
    assert len(again.stderr.splitlines()) == 1
    there.git(there.home, "config", "--global", "--unset", f"url.{bare}.insteadOf")
    away = world.par("start", "x", "--clone", "--host", "build1", "-p", "other", cwd=local)
    assert (away.status, "par: git clone: " in away.stderr) == (8, True), away
    assert sorted(each.name for each in there.home.iterdir() if "other" in each.name) == []
    terminal.type(f"cd {local}")
    terminal.par("start shown --open --host build1 -p src/app")
    eventually(lambda: there.tmux("list-clients", "-F", "#{session_name}") == "shown", "a client over there")


def test_what_is_read_from_here_is_read_there(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    there.repository()
    know(world, "build1")
    (world.home / "prompt").write_text("it's from here\n")
    command = f'{sys.executable} -c \'import sys; open("said", "w").write(sys.argv[1])\''
    world.ok("start", "feat", "--host", "build1", "-p", "src/app", "--run", command, "--prompt", "@prompt")
    said = there.worktree("feat") / "said"
    eventually(lambda: said.exists() and said.read_text() == "it's from here\n")
    world.ok("send", "build1:feat", "-", text="echo typed-$((6 * 7))")
    eventually(lambda: "typed-42" in there.screen("=feat:"))
    assert "typed-42" in world.ok("capture", "build1:feat").stdout


def test_what_is_for_a_terminal_is_made_for_the_one_here(
    world: World, machines: Machines, terminal: Terminal
) -> None:
    there = machines.worlds["build1"]
    there.started("feat")
    (there.worktree("feat") / "file0").write_text("new\x1b]0;title\x07\n")
    know(world, "build1")
    patch = world.ok("diff", "build1:feat").stdout
    assert patch == there.ok("diff", "feat").stdout
    assert "+new\x1b]0;title\x07\n" in patch
    terminal.par("diff build1:feat")
    terminal.wait("+new\\u{1b}]0;title\\u{7}")
    assert "\x1b[31m-content 0" in terminal.screen(colours=True)
    there.ok("rm", "feat")
    terminal.type("clear")
    terminal.par("trash --host build1")
    assert "│ feat" in terminal.wait("└──")
    assert world.ok("trash", "--host", "build1").stdout.startswith("Label\t")


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


@pytest.mark.long
def test_words_arrive_exactly_whatever_the_login_shell_is(world: World, machines: Machines) -> None:
    there = machines.worlds["build1"]
    there.started("feat")
    found = {name: shell for name in SHELLS if (shell := shutil.which(name))}
    for name, shell in found.items():
        machines.add(name, there, LOGIN, LOGIN_SHELL=shell, SHELL=shell)
        world.ok("host", "add", f"with-{name}", name)
        said = world.par("run", f"with-{name}:feat", "--", sys.executable, "-IS", "-c", TELL, *WORDS)
        assert said.status == 0, (name, said)
        arrived = (there.worktree("feat") / "words").read_bytes()
        assert arrived == b"\0".join(map(os.fsencode, WORDS)), name
        (there.worktree("feat") / "words").unlink()
    if missing := set(SHELLS) - found.keys():
        pytest.skip(f"not tried with {', '.join(missing)}: .ci/run installs them")

"""The key `before_remove`: what a repository wants done before a worktree of it is removed."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from conftest import Result, World, eventually, has_ended, refused

ALWAYS = "always"


def wanting(world: World, *commands: str | dict[str, str], **more: object) -> Path:
    """A new repository that wants these commands run before a removal."""
    home = world.repository()
    # JSON is YAML
    (home / ".par.yaml").write_text(json.dumps({"before_remove": commands, **more}))
    return home


def told(result: Result) -> list[str]:
    """What a removal printed besides where its trash is, both streams in turn."""
    return [
        line for line in (*result.stdout.splitlines(), *result.stderr.splitlines()) if "the trash" not in line
    ]


@pytest.mark.parametrize("purge", [(), ("--purge",)], ids=["trash", "purge"])
def test_commands_run_in_order_in_the_worktree_before_it_goes(world: World, purge: tuple[str, ...]) -> None:
    shell = world.home / "shell"
    shell.write_text('#!/bin/sh\nPATH=$PATH:by-shell\nexport PATH\nexec sh "$@"\n')
    shell.chmod(0o755)
    commands = (
        'echo "$COLOR $LABEL $PWD ${PATH##*:} [$GIT_DIR]"',
        {"name": "closed", "command": "cat; tmux list-sessions -F '#{session_name}' | sort"},
        "echo error >&2",
    )
    env = {"COLOR": "red #(x);", "LABEL": "{label}"}
    home = wanting(world, *commands, env=env, shell=str(shell))
    for label in ("feat", "other"):
        world.ok("start", label, cwd=home, PAR_TRUST=ALWAYS)
    root, known = world.worktree("feat"), world.sessions()
    result = world.ok("rm", *purge, "--json", "feat", text="input\n", GIT_DIR="elsewhere", PAR_TRUST=ALWAYS)
    # All sessions are still there then
    assert result.stderr.splitlines() == [f"red #(x); feat {root} by-shell []", *sorted(known), "error"]
    assert [each["label"] for each in result.json["removed"]] == ["feat"]
    assert (world.sessions(), root.exists()) == ([world.session("other")], False)


def test_a_command_that_fails_stops_the_removal_unless_forced(world: World) -> None:
    last = {"name": "last", "command": "expr $PWD : '.*one'>/dev/null || kill -9 $$"}
    home = wanting(world, "echo began", "case $PWD in *two) exit 3; esac", last)
    for label in ("one", "two", "three"):
        world.ok("start", label, cwd=home, PAR_TRUST=ALWAYS)
    before = world.index["contexts"]["two"], world.index["contexts"]["three"]
    result = world.par("rm", "one", "two", "three", PAR_TRUST=ALWAYS)
    assert (result.status, told(result)) == (
        8,
        [
            "removed 'one': worktree, branch one, session",
            *("began", "began"),
            "par: before_remove of 'two': case $PWD in *two) exit 3; esac: exit status 3",
            "hint: par rm --force two",
        ],
    )
    assert (world.index["contexts"]["two"], world.index["contexts"]["three"]) == before
    assert len(world.sessions()) == 2
    assert told(world.ok("rm", "--force", "two", "three", PAR_TRUST=ALWAYS)) == [
        "removed 'two': worktree, branch two, session",
        "removed 'three': worktree, branch three, session",
        "began",
        "before_remove of 'two': case $PWD in *two) exit 3; esac: exit status 3; going on, as --force says",
        "before_remove of 'two': last: killed by signal 9; going on, as --force says",
        "began",
        "before_remove of 'three': last: killed by signal 9; going on, as --force says",
    ]
    assert world.index["contexts"] == {}


def test_one_repository_of_a_workspace_keeps_all_of_it(world: World) -> None:
    root = world.home / "both"
    for name in ("api", "web"):
        home = world.repository(name, under=root)
        (home / ".par.yaml").write_text("before_remove: ['echo $PWD; test ${PWD##*/} = api']\n")
    world.ok("workspace", "start", "feat", cwd=root, PAR_TRUST=ALWAYS)
    folder, before = world.index["contexts"]["feat"]["root"], world.index
    result = world.par("rm", "feat", PAR_TRUST=ALWAYS)
    fault = "before_remove of 'feat/web': echo $PWD; test ${PWD##*/} = api: exit status 1"
    assert (result.status, told(result)) == (
        8,
        [f"{folder}/api", f"{folder}/web", f"par: {fault}", "hint: par rm --force feat"],
    )
    assert (world.index, len(world.sessions())) == (before, 1)
    assert all(Path(folder, name, "file0").exists() for name in ("api", "web"))


def test_only_approved_commands_run_and_only_where_they_belong(world: World) -> None:
    home = wanting(world, "touch ~/ran")
    for label in ("one", "two", "lost"):
        world.ok("start", label, cwd=home)
    root = world.worktree("one")
    result = world.ok("rm", "one", "two")
    assert result.stderr == f"before_remove is not approved, so it is not run: par trust '{home}'\n"
    assert not root.exists()
    world.git(home, "worktree", "add", "-q", "-b", "mine", str(world.home / "mine"))
    world.ok("adopt", str(world.home / "mine"))
    world.git(home, "worktree", "remove", "--force", str(world.worktree("lost")))
    bare, clone = world.clone("hub")
    world.git(bare, "update-ref", "refs/pull/1/head", "HEAD")
    (clone / ".par.yaml").write_text("before_remove: [touch ~/ran]\n")
    world.ok("checkout", "pr/1", cwd=clone)
    assert world.ok("rm", "mine", "lost", "pr-1", PAR_TRUST=ALWAYS).stderr == ""
    assert not (world.home / "ran").exists()


def test_a_file_with_a_mistake_stops_the_removal_unless_forced(world: World) -> None:
    home = wanting(world, "touch ~/ran")
    world.ok("start", "feat", cwd=home)
    (home / ".par.yaml").write_text("befor_remove: [touch ~/ran]\n")
    fault = f"{home}/.par.yaml:1: befor_remove: unknown key"
    hint = "correct it, or go without its before_remove: par rm --force feat"
    refused(world.par("rm", "feat", PAR_TRUST=ALWAYS), 6, f"'feat' stays: {fault}", hint)
    result = world.ok("rm", "feat", "--force", PAR_TRUST=ALWAYS)
    assert result.stderr == f"going on without its before_remove, which cannot be read: {fault}\n"
    world.ok("restore", "feat")
    (home / ".par.yaml").write_text("before_remove: [touch ~/ran]\nshell: no-such-shell\n")
    missing = "before_remove of 'feat': touch ~/ran: there is no program 'no-such-shell'"
    refused(world.par("rm", "feat", PAR_TRUST=ALWAYS), 8, missing, "par rm --force feat")
    assert not (world.home / "ran").exists()


def test_a_file_with_a_mistake_keeps_its_own_contexts_only(world: World) -> None:
    home, other = wanting(world, "exit 0"), world.repository("other")
    for label, where in (("one", home), ("two", other), ("three", home)):
        world.ok("start", label, cwd=where)
    (home / ".par.yaml").write_text("befor_remove: []\n")
    fault = f"{home}/.par.yaml:1: befor_remove: unknown key"
    told = world.par("rm", "all", "-y")
    assert (told.status, told.stdout.splitlines()[0]) == (6, "removed 'two': worktree, branch two, session")
    assert told.stderr.splitlines() == [
        "par: 2 contexts stay: one, three",
        f"  one: {fault}",
        f"  three: {fault}",
        "hint: correct it, or go without its before_remove: par rm --force one three",
    ]
    assert [*world.index["contexts"]] == ["one", "three"]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_nothing_is_removed_when_the_commands_are_interrupted(world: World, sent: signal.Signals) -> None:
    home = wanting(world, "echo $$ > ~/pid; exec sleep 1000")
    world.ok("start", "feat", cwd=home, PAR_TRUST=ALWAYS)
    before = world.index, world.sessions()
    running = world.start_par("rm", "feat", PAR_TRUST=ALWAYS)
    pid = eventually(lambda: (world.home / "pid").exists() and (world.home / "pid").read_text().strip())
    # Nobody waits for it: it is in no lock
    assert world.ok("start", "other", cwd=home).status == 0
    world.ok("rm", "--purge", "other")
    assert running.stderr
    notice = "before_remove of 'feat' is running: echo $$ > ~/pid; exec sleep 1000\n"
    assert running.stderr.readline() == notice
    running.send_signal(sent)
    assert running.communicate(timeout=10) == ("", "\npar: interrupted\n" if sent is signal.SIGINT else "")
    assert running.returncode == 128 + sent
    assert has_ended(pid)
    assert (world.index, world.sessions()) == before
    world.ok("rm", "--purge", "feat")

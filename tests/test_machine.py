"""What a machine can do to par: one line and exit status 7 or 8, never a bug, and nothing half done."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import PAR, Result, World, eventually, refused
from par.cli import unexpected
from par.system import processes

UNLOCKABLE = """import errno, fcntl, sys
def flock(descriptor, operation):
    raise OSError(errno.ENOLCK, "No locks available")
fcntl.flock = flock
sys.path.insert(0, sys.argv.pop(1))
from par.__main__ import main
sys.exit(main())"""

# Runs par once for each argument, in a child each: a Python's start is two thirds of a call
IN_TURN = """import os, sys
sys.path.insert(0, sys.argv.pop(1))
from par.__main__ import main
for words in map(str.split, sys.argv[1:]):
    if not os.fork():
        sys.argv[1:] = words
        sys.exit(main())
    if status := os.waitstatus_to_exitcode(os.wait()[1]):
        sys.exit(status)"""
PAR_IN_TURN = (PAR[0], "-I", "-c", IN_TURN, PAR[-1])


def in_shell(world: World, redirection: str, *words: str, cwd: Path | None = None) -> Result:
    """Run par with its streams as a shell's `redirection` has them."""
    return world.run("sh", "-c", f'exec "$@" {redirection}', "sh", *PAR, *words, cwd=cwd)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_hinder_nothing(world: World, closed: str) -> None:
    words = ("start feat", "ls", "rm feat", "restore feat", "doctor")
    script = f'exec "$@" {closed}'
    result = world.run("sh", "-c", script, "sh", *PAR_IN_TURN, *words, cwd=world.repository())
    assert (result.status, "par:" in result.stderr) == (0, False), result
    assert [*world.index["contexts"]] == ["feat"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_answer_that_cannot_be_written_is_told_and_a_reader_that_went_away_is_no_failure(
    world: World,
) -> None:
    result = in_shell(world, ">/dev/full", "start", "feat", cwd=world.repository())
    refused(result, 7, "the output cannot be written: No space left on device", "par doctor --environment")
    assert [*world.index["contexts"]] == ["feat"]
    assert in_shell(world, "| true", "ls") == Result(0, "", "")


def test_disk_without_locks_is_told(world: World) -> None:
    home = world.repository()
    for words in (("start", "feat"), ("trash", "empty", "-y")):
        result = world.run(PAR[0], "-I", "-c", UNLOCKABLE, PAR[-1], *words, cwd=home)
        if result.status:
            told = f"the data folder {world.data} lies where no file can be locked: No locks available"
            refused(result, 7, told, "set XDG_DATA_HOME to a folder on a disk of this machine")
    assert world.branches(home) == {"main"}


def test_folder_that_is_gone_under_the_feet(world: World) -> None:
    world.started("feat")
    here = 'mkdir here; cd here; rmdir ../here; exec "$@"'
    result = world.run("sh", "-c", here, "sh", *PAR_IN_TURN, "ls", "doctor", "rm feat", "start other")
    # All but the last went well
    assert (result.status, "removed 'feat'" in result.stdout, "session" in result.stdout) == (8, True, True)
    assert result.stderr.startswith("par: ")
    assert ("bug" in result.stderr, "Traceback" in result.stderr) == (False, False)


@pytest.mark.parametrize("limit", ["-f 0", "-n 7", "-n 9"])
def test_limits_leave_all_as_it_was(world: World, limit: str) -> None:
    home = world.started("feat")
    before = world.index
    for words in (("start", "other"), ("rm", "feat")):
        result = world.run("sh", "-c", f'ulimit {limit}; exec "$@"', "sh", *PAR, *words, cwd=home)
        assert "a bug in par" not in result.stderr, result
        if result.status:
            assert result.status in {7, 8}, result
    world.ok("ls")
    assert world.par("doctor").status == 0
    if world.index != before:
        world.ok("restore", "feat")


def test_data_folder_of_another_user_is_refused_before_anything_is_written(world: World) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    home = world.started("feat")
    os.chown(world.data, 12345, 12345)
    told = f"the data folder {world.data} belongs to another user (uid 12345)"
    for words in (("start", "other"), ("rm", "feat")):
        hint = "run par as that user, without sudo; or set XDG_DATA_HOME"
        refused(world.par(*words, cwd=home), 7, told, hint)
    assert world.branches(home) == {"main", "feat"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be what sudo makes of a user")
def test_sudo_with_the_users_home_is_refused_before_anything_belongs_to_root(world: World) -> None:
    home = world.repository()
    for each in (world.home, *world.home.rglob("*")):
        os.chown(each, 12345, 12345, follow_symlinks=False)
    world.git(home, "config", "--global", "--add", "safe.directory", str(home))
    os.chown(world.home / ".gitconfig", 12345, 12345)
    told = f"the data folder {world.data} belongs to another user (uid 12345)"
    hint = "run par as that user, without sudo; or set XDG_DATA_HOME"
    for words in (("start", "feat"), ("rm", "feat"), ("trust",), ("trash", "empty", "-y"), ("resurrect",)):
        result = world.par(*words, cwd=home, SUDO_UID="12345")
        if words[0] == "start":
            refused(result, 7, told, hint)
        assert "a bug in par" not in result.stderr
    owners = {each.lstat().st_uid for each in world.home.rglob("*") if "tmux-" not in str(each)}
    assert (owners, world.sessions()) == ({12345}, [])
    # A bug is told, and no log of root's is left beside what is the user's
    broken = "import sys; sys.path.insert(0, sys.argv.pop(1)); from par.cli.unexpected import explained;"
    broken += "print(explained(ValueError('x')).hint)"
    said = world.run(PAR[0], "-I", "-c", broken, PAR[-1], SUDO_UID="12345")
    assert said.stdout.startswith("please report it at "), said
    assert not world.data.exists()


@pytest.mark.parametrize("name", ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EMFILE", "EISDIR"])
def test_what_a_machine_does_is_told_with_what_a_person_can_do(name: str) -> None:
    error = OSError(getattr(errno, name), os.strerror(getattr(errno, name)), "/some/where\x1b")
    said = unexpected.explained(error)
    assert (said.status, said.message) == (7, f"{error.strerror}: '/some/where\\u{{1b}}'")
    words = {"ENOSPC": "df -h", "EDQUOT": "quota -s", "EIO": "dmesg", "EROFS": "mount", "EMFILE": "ulimit"}
    # doctor finds nothing wrong with what par has: it is not the remedy
    assert words.get(name, "") in said.hint
    assert said.hint != "par doctor"


def test_command_waits_once_for_an_index_that_another_holds(world: World) -> None:
    world.started("one", "two")
    index = world.data / "global_state.json"
    index.write_text(index.read_text().replace('"ready"', '"removing"'))
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from par.state import locks;"
        "locks.INDEX_SECONDS = 3.0;"
        "from par.__main__ import main; sys.exit(main())"
    )
    with (world.data / "locks/index").open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        begun = time.monotonic()
        result = world.run(PAR[0], "-I", "-c", script, PAR[-1], "ls", "--json")
        assert time.monotonic() - begun < 5.8
    assert (result.status, result.stdout.count('"removing"')) == (0, 2), result


def test_pars_with_other_data_folders_are_one_after_the_other_in_a_repository(world: World) -> None:
    home = world.repository()
    for name in ("one", "two"):
        (world.home / name).mkdir()
    hook = home / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\necho begin >>{world.home}/when; sleep 0.5; echo end >>{world.home}/when\n")
    hook.chmod(0o755)
    both = [world.start_par("start", n, cwd=home, XDG_DATA_HOME=f"{world.home}/{n}") for n in ("one", "two")]
    for each in both:
        each.communicate(timeout=60)
        assert each.returncode == 0
    assert (world.home / "when").read_text().split() == ["begin", "end", "begin", "end"]
    eventually(lambda: len(world.sessions()) == 2)


@pytest.mark.parametrize("is_told", [True, False])
def test_what_a_process_started_is_found_with_and_without_a_list_of_the_systems(
    monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    if is_told and not processes.is_told():
        pytest.skip("only Linux lists them")
    monkeypatch.setattr(processes, "is_told", lambda: is_told)
    with subprocess.Popen(
        ("sh", "-c", "sh -c 'sleep 60; true' & echo; wait"), stdout=subprocess.PIPE
    ) as outer:
        assert outer.stdout
        outer.stdout.readline()
        found = eventually(lambda: len(pids := processes.descendants(outer.pid)) == 2 and pids)
        for pid in (*found, outer.pid):
            os.kill(pid, signal.SIGKILL)

"""What par looks up in a file to start one program less is what git or tmux would have said."""

from __future__ import annotations

import os
import shutil
import signal

from conftest import World, refused


def test_a_branch_is_checked_out_however_head_says_so(world: World) -> None:
    home, place = world.repository(), world.home / "theirs"
    world.git(home, "worktree", "add", "-q", "-b", "topic", str(place))
    head = home / ".git/worktrees/theirs/HEAD"
    taken = (4, f"branch 'topic' is checked out at '{place}'", f"cd '{place}'")
    blanks = ("ref: NAME\n", "ref:NAME\n", "ref:\t NAME", "ref:\nNAME\n", "ref: \n NAME\n")
    for said in (each.replace("NAME", "refs/heads/topic") for each in blanks):
        head.write_text(said)
        refused(world.par("checkout", "topic", cwd=home), *taken)
    head.unlink()
    head.symlink_to("refs/heads/topic")  # as git made it before 2005, and with core.preferSymlinkRefs
    refused(world.par("checkout", "topic", cwd=home), *taken)
    world.git(place, "checkout", "-q", "--detach")
    world.git(home, "symbolic-ref", "refs/heads/alias", "refs/heads/topic")
    world.git(place, "checkout", "-q", "alias")
    refused(world.par("checkout", "topic", cwd=home), *taken)
    odd = "topic\u00a0"
    world.git(place, "checkout", "-q", "-b", odd)
    taken = (4, f"branch 'topic\\u{{a0}}' is checked out at '{place}'", f"cd '{place}'")
    refused(world.par("checkout", odd, "--label", "odd", cwd=home), *taken)
    world.ok("checkout", "topic", cwd=home)
    assert world.git(world.worktree("topic"), "branch", "--show-current") == "topic"


def test_nothing_waits_for_a_tmux_that_says_nothing_where_nothing_is_made(world: World) -> None:
    home = world.started("feat")
    refusal = world.par("checkout", "nope", cwd=home)
    server = int(world.tmux("display-message", "-p", "#{pid}"))
    os.kill(server, signal.SIGSTOP)
    try:
        assert world.par("checkout", "nope", cwd=home) == refusal
    finally:
        os.kill(server, signal.SIGCONT)
    only_git = world.home / "only-git"
    only_git.mkdir()
    (only_git / "git").symlink_to(str(shutil.which("git")))
    for words in (("checkout", "nope"), ("checkout", "main"), ("start", "x", "--base", "nope")):
        assert world.par(*words, cwd=home, PATH=str(only_git)) == world.par(*words, cwd=home)
    without = world.par("start", "x", cwd=home, PATH=str(only_git))
    refused(without, 3, "tmux is not on PATH", "install tmux 3.2 or newer")


def test_what_is_configured_for_a_branch_comes_back_however_it_is_written(world: World) -> None:
    home = world.repository()
    config = home / ".git/config"
    sections = ('branch "work0"', 'BRANCH "work1"', "branch.work2", r'branch "wo\rk3"')
    for number, section in enumerate(sections):
        name = f"work{number}"
        world.ok("start", name, cwd=home)
        said = f"[{section}]\n\tdescription = {number}\n"
        config.write_text(config.read_text() + said)
        key = f"branch.{name}.description"
        assert world.git(home, "config", key) == f"{number}", section
        world.ok("rm", name)
        is_gone = world.run("git", "config", key, cwd=home).status == 1
        assert is_gone is (section != 'BRANCH "work1"'), section  # which git reads, but does not remove
        world.ok("restore", name)
        assert world.git(home, "config", key) == f"{number}", section


def test_a_label_in_the_trash_is_found_whatever_its_case(world: World) -> None:
    home = world.repository()
    for label, typed in (
        ("feat/one", "FEAT/One"),
        ("gr\u00f6\u00dfe", "GR\u00d6SSE"),
        ("\u017ftart", "start"),
    ):
        world.ok("start", label, cwd=home)
        world.ok("rm", label)
        world.ok("restore", typed)
        assert label in world.index["contexts"], typed


def formats(world: World, session: str) -> dict[str, str]:
    """What a window has of its own in the list of windows."""
    said = world.tmux("show-options", "-w", "-t", f"={session}:").splitlines()
    return dict(line.split(" ", 1) for line in said if line.startswith("window-status-"))


def test_the_control_center_sets_no_format_that_is_set_and_none_of_the_users(world: World) -> None:
    home = world.repository()
    for label in ("one", "two"):
        world.ok("start", label, cwd=home)
    world.tmux("set-option", "-w", "-t", "=two:", "window-status-current-format", "my own")
    world.ok("control-center", "--no-attach")
    before = formats(world, "two")
    assert before["window-status-current-format"] == '"my own"'
    assert "_par_mark" in before["window-status-format"]
    asked = "#{m:window-status-*,#{hook_argument_0}}"
    world.tmux("set-hook", "-g", "after-set-option[9]", f"if-shell -F '{asked}' 'set-option -ga @sets x'")
    world.ok("control-center", "--no-attach")
    assert world.tmux("show-options", "-g", "-v", "-q", "@sets") == ""
    world.tmux("set-option", "-g", "window-status-current-format", "<#W>")
    world.ok("control-center", "--no-attach")
    assert formats(world, "one")["window-status-current-format"] == '"<#W#{E:@_par_mark}>"'
    assert formats(world, "two") == before
    assert world.tmux("show-options", "-g", "-v", "@sets") == "xx"  # the user's, and that of one


def test_a_format_of_the_users_stays_whenever_it_came_and_whatever_is_in_it(world: World) -> None:
    world.started("one", "two")
    world.ok("control-center", "--no-attach")
    world.tmux("set-option", "-w", "-t", "=one:", "window-status-format", "a\nb\tc, #{W}")
    mine = formats(world, "one")["window-status-format"]
    world.tmux("set-option", "-g", "window-status-format", "#W\nof all")
    for _ in range(2):
        world.ok("control-center", "--no-attach")
        assert formats(world, "one")["window-status-format"] == mine
        assert "_par_mark" in formats(world, "two")["window-status-format"]
    (world.home / "src/app").joinpath("a\nb").mkdir()
    world.tmux("respawn-pane", "-k", "-t", "=two:", "-c", str(world.home / "src/app/a\nb"))
    world.ok("control-center", "--no-attach")

"""What par looks up in a file to start one program less is what git or tmux would have said."""

from __future__ import annotations

from conftest import World, refused


def test_a_branch_is_checked_out_however_head_says_so(world: World) -> None:
    home, place = world.repository(), world.home / "theirs"
    world.git(home, "worktree", "add", "-q", "-b", "topic", str(place))
    head = home / ".git/worktrees/theirs/HEAD"
    taken = (4, f"branch 'topic' is checked out at '{place}'", f"cd '{place}'")
    for said in ("ref: refs/heads/topic\n", "ref:refs/heads/topic\n", "ref:\t refs/heads/topic"):
        head.write_text(said)
        refused(world.par("checkout", "topic", cwd=home), *taken)
    head.unlink()
    head.symlink_to("refs/heads/topic")  # as git made it before 2005, and with core.preferSymlinkRefs
    refused(world.par("checkout", "topic", cwd=home), *taken)
    world.git(place, "checkout", "-q", "--detach")
    world.ok("checkout", "topic", cwd=home)
    assert world.git(world.worktree("topic"), "branch", "--show-current") == "topic"


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


def is_shown(line: str) -> bool:
    return line.startswith("window-status-")


def test_the_control_center_sets_no_format_that_is_set(world: World) -> None:
    home = world.repository()
    for label in ("one", "two"):
        world.ok("start", label, cwd=home)
    own = ("-w", "-t", "=two:", "window-status-current-format")
    world.tmux("set-option", *own, "my own")
    world.ok("control-center", "--no-attach")
    assert "_par_mark" in world.tmux("show-options", "-w", "-v", "-t", "=one:", "window-status-format")
    assert [*filter(is_shown, world.tmux("show-options", "-w", "-t", "=two:").splitlines())] == [
        'window-status-current-format "my own"'
    ]
    formats = "#{m:window-status-*,#{hook_argument_0}}"
    world.tmux("set-hook", "-g", "after-set-option[9]", f"if-shell -F '{formats}' 'set-option -ga @sets x'")
    world.ok("control-center", "--no-attach")
    assert world.tmux("show-options", "-g", "-v", "-q", "@sets") == ""
    world.tmux("set-option", "-g", "window-status-current-format", "<#W>")
    world.ok("control-center", "--no-attach")
    shown = world.tmux("show-options", "-w", "-v", "-t", "=one:", "window-status-current-format")
    assert shown == "<#W#{E:@_par_mark}>"
    assert world.tmux("show-options", "-g", "-v", "@sets") == "xxx"  # the user's, and both of one

"""The picker: its rows, their order, the preview, and what each key does for the client that pressed it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import pytest

from conftest import ROOT, World, eventually
from desk import Desk, only
from plugin import PREFIX, copy

HEADER = "? keys"


def visit(desk: Desk, session: str) -> None:
    """Use `session`, then go home, and wait for the next second: tmux counts in whole ones."""
    desk.tmux("switch-client", "-c", desk.client(), "-t", f"{session}:")
    desk.tmux("switch-client", "-c", desk.client(), "-t", "=home:")
    begun = int(time.time())
    eventually(lambda: int(time.time()) > begun)


def test_rows_tell_everything_in_the_right_order(world: World) -> None:
    desk = Desk(world)
    world.started("one", "two", "gone", "held", "rests")
    desk.par("start", "asks", cwd=world.repository("api"))
    for label, option, value in (
        ("asks", "@par_state", "waiting"),
        ("two", "@par_state", "working"),
        ("one", "@par_init", "running"),
        ("held", "@par_init", "failed"),
    ):
        desk.tmux("set-option", "-t", f"={world.session(label)}:", option, value)
    desk.tmux("kill-session", "-t", f"={world.session('rests')}:")
    shutil.rmtree(world.worktree("gone"))
    visit(desk, f"={world.session('two')}")
    visit(desk, f"={world.session('one')}")
    desk.tmux("switch-client", "-c", desk.client(), "-t", f"={world.session('two')}:")
    desk.open("picker", HEADER)
    desk.wait_rows(
        "○ asks waiting api",
        "○ one init running app",
        "○ held init failed app",
        "✗ gone app",
        "· rests app",
        "● two* working app",
    )


def test_typing_filters_and_enter_switches(world: World) -> None:
    desk = Desk(world)
    for label in ("alpha", "beta", "gamma"):
        desk.fake(label)
    desk.open("picker", "alpha")
    desk.terminal.press("b", "e", "t")
    desk.wait_rows("○ beta app")
    desk.terminal.press("Enter")
    desk.shows("beta")
    desk.gone()


def test_a_key_before_the_rows_are_there_takes_what_fits_best(world: World) -> None:
    folder, shown = world.home / "slow", world.home / "shown"
    folder.mkdir()
    wait = f"until [ -e {shown} ]; do sleep 0.05; done"
    (folder / "awk").write_text(f'#!/bin/sh\n{wait}\nexec {shutil.which("awk")} "$@"\n')
    (folder / "awk").chmod(0o755)
    desk = Desk(world, variables={"PATH": f"{folder}:{world.env['PATH']}"})
    for label in ("one", "two"):
        desk.par("start", label, cwd=world.repository(label))
    visit(desk, f"={world.session('one')}")
    for keys, label in ((["Enter"], "one"), (["t", "w", "Enter"], "two")):
        desk.terminal.press(PREFIX, "A")
        desk.terminal.wait("par>")
        desk.terminal.press(*keys)
        eventually(lambda: "par>" not in desk.terminal.screen())
        shown.touch()
        desk.shows(label)
        desk.gone()
        shown.unlink()
        desk.tmux("switch-client", "-c", desk.client(), "-t", "=home:")
    # So does a removal, which asks
    desk.terminal.press(PREFIX, "A")
    desk.terminal.wait("par>")
    desk.terminal.press("o", "n", "C-x")
    eventually(lambda: "par>" not in desk.terminal.screen())
    shown.touch()
    desk.terminal.wait("Remove one?")


def test_escape_leaves_everything_as_it_was(world: World) -> None:
    desk = Desk(world)
    desk.fake("alpha")
    desk.open("picker", "alpha")
    desk.terminal.press("Escape")
    desk.gone()
    assert desk.shown() == "home"


def test_preview_follows_the_selection_and_the_pane_in_its_colours(world: World) -> None:
    desk = Desk(world)
    first = desk.fake("first", program="printf '\\033[31mRED-ONE\\033[m\\n'; exec cat")
    desk.fake("second", program="printf '\\033[32mGREEN-TWO\\033[m\\n'; exec cat")
    desk.open("picker", "RED-ONE")
    desk.terminal.press("Down")
    desk.terminal.wait("GREEN-TWO")
    assert "RED-ONE" not in desk.terminal.screen()
    desk.terminal.press("Up")
    desk.terminal.wait("RED-ONE")
    assert re.search(r"\x1b\[31m(\x1b\[\d+m)*RED-ONE", desk.terminal.screen(colours=True))
    desk.tmux("send-keys", "-t", f"{first}:", "typed while it was looked at", "Enter")
    desk.terminal.wait("typed while it was looked at")
    # And of a large one that is full of colours the end, at once
    text = world.home / "text"
    line = "".join(f"\033[3{number % 8}mab漢" for number in range(70))
    text.write_text("".join(f"{line}\n" for _ in range(80)) + "AT-ITS-END")
    large = desk.fake("large", program=f"read _; cat {text}; exec cat")
    desk.tmux("resize-window", "-t", f"{large}:", "-x", "300", "-y", "100")
    desk.tmux("send-keys", "-t", f"{large}:", "Enter")
    desk.terminal.press("C-r")
    desk.terminal.wait("large")
    desk.terminal.press(*"large")
    desk.terminal.wait("AT-ITS-END")


def test_preview_ends_with_the_picker(world: World) -> None:
    desk = Desk(world)
    desk.fake("first", program="echo BUSY; exec cat")
    desk.open("picker", "BUSY")
    assert previews(world)
    desk.terminal.press("Escape")
    desk.gone()
    eventually(lambda: not previews(world))


def previews(world: World) -> list[str]:
    """The processes of previews in this world."""
    listed = (Path("/proc") / pid.name / "environ" for pid in Path("/proc").iterdir() if pid.name.isdigit())
    return [str(each) for each in listed if is_preview(world, each)]


def is_preview(world: World, environ: Path) -> bool:
    try:
        words = (environ.parent / "cmdline").read_bytes()
        return b"PAR_PREVIEW" in words and f"HOME={world.home}\0".encode() in environ.read_bytes()
    except OSError:  # it has just ended
        return False


def test_a_stopped_context_is_described_and_opened(world: World) -> None:
    desk = Desk(world)
    home = world.started("feat")
    desk.tmux("kill-session", "-t", f"={world.session('feat')}:")
    desk.open("picker", "Enter makes its session again.")
    shown = desk.popup()
    assert f"││ repository  {home}" not in shown
    desk.wait_rows("· feat app")
    desk.terminal.press("Enter")
    desk.shows("feat")
    desk.gone()
    folder = desk.tmux("display-message", "-p", "-t", f"={world.session('feat')}:", "#{pane_current_path}")
    assert folder == str(world.worktree("feat"))


def test_an_error_is_shown_until_a_key(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    shutil.rmtree(world.worktree("feat"))
    desk.open("picker", "✗ feat")
    desk.terminal.press("Enter")
    desk.terminal.wait("(any key)")
    assert "".join(desk.popup()[:2]).startswith(
        f"par: the worktree of 'feat' is gone:'{world.data}/worktrees/"
    )
    assert "hint: par doctor --fix" in desk.popup()
    desk.terminal.press("x")
    desk.wait_rows("✗ feat app")


def test_a_session_that_has_just_died_is_an_error_too(world: World) -> None:
    desk = Desk(world)
    session = desk.fake("feat")
    desk.open("picker", "○ feat")
    desk.tmux("kill-session", "-t", session)
    desk.terminal.press("Enter")
    desk.terminal.wait("(any key)")
    assert desk.popup()[0] == f"can't find session: {session}"
    desk.terminal.press("x")
    desk.terminal.wait(HEADER)
    desk.wait_rows()
    assert desk.shown() == "home"


def test_a_context_of_another_server_says_so(world: World) -> None:
    desk = Desk(world)
    world.ok("-L", "there", "start", "far", cwd=world.repository("app"))
    desk.open("picker", "far")
    desk.wait_rows("· far on another tmux server app")
    desk.terminal.press("Enter")
    desk.terminal.wait("(any key)")
    assert desk.popup()[0].startswith("par: this terminal is inside another tmux server than")


def test_the_client_that_pressed_the_key_is_switched(world: World) -> None:
    desk = Desk(world)
    desk.fake("feat")
    other = desk.attach("other")
    desk.open("picker", "○ feat")
    other.type("echo typed last")
    other.wait("\ntyped last")
    desk.tmux("send-keys", "-t", "=home:", "")
    desk.terminal.press("Enter")
    desk.shows("feat")
    assert desk.shown("other") == "home"


def has_answer(desk: Desk, session: str) -> bool:
    return "$(who) #{x}" in desk.tmux("capture-pane", "-p", "-t", f"={session}:").splitlines()


def test_marked_contexts_get_the_command(world: World) -> None:
    desk = Desk(world)
    world.started("one", "two", "three")
    desk.open("picker", "three")
    desk.terminal.press("t")
    desk.wait_rows("○ two app", "○ three app")
    desk.terminal.press("Tab", "Tab")
    desk.terminal.wait("(2)")
    desk.terminal.press("C-s")
    desk.terminal.wait("the command")
    desk.terminal.type("echo '$(who)' \"#{x}\" ;:")
    desk.terminal.wait("par: sent to t")
    desk.gone()
    for label in ("two", "three"):
        eventually(partial(has_answer, desk, world.session(label)))
    assert "who" not in desk.tmux("capture-pane", "-p", "-t", f"={world.session('one')}:")


def test_remove_says_what_it_means_and_asks(world: World) -> None:
    desk = Desk(world)
    home = world.started("feat")
    desk.open("picker", "○ feat")
    desk.terminal.press("C-x")
    desk.terminal.wait("y removes, any other key does not.")
    assert [line for line in desk.popup() if line] == [
        "Remove feat?",
        "This kills the session and what runs in it. The worktree and the branch that par created go to",
        "the trash: par undo brings them back whole.",
        "y removes, any other key does not.",
    ]
    desk.terminal.press("n")
    desk.wait_rows("○ feat app")
    assert world.worktree("feat").is_dir()
    desk.terminal.press("C-x")
    desk.terminal.wait("y removes")
    assert desk.terminal.screen().count("Remove feat?") == 1
    desk.terminal.press("y")
    desk.terminal.wait("par: removed 'feat': worktree, branch feat, session - par undo brings it back")
    desk.gone()
    assert (world.index["contexts"], world.branches(home)) == ({}, {"main"})


def test_what_was_removed_with_work_in_it_comes_back(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    (world.worktree("feat") / "new").write_text("work\n")
    desk.open("picker", "○ feat")
    desk.terminal.press("C-x")
    desk.terminal.wait("y removes")
    desk.terminal.press("y")
    desk.terminal.wait("par: removed 'feat'")
    desk.open("picker", "No contexts yet.")
    desk.terminal.press("C-z")
    desk.terminal.wait("par: restored 'feat': session in app")
    desk.gone()
    assert (world.worktree("feat") / "new").read_text() == "work\n"


def test_nothing_that_is_asked_in_a_popup_can_be_stopped(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    world.ok("rm", "feat")
    desk.open("picker", "No contexts yet.")
    desk.terminal.press("C-t")
    desk.terminal.wait("Bring back")
    desk.terminal.press("C-z")
    desk.terminal.press("f", "e")
    desk.terminal.wait("> fe")
    desk.terminal.press("Enter")
    desk.terminal.wait("par: restored 'feat'")


def test_the_label_that_was_typed_in_full_comes_first(world: World) -> None:
    desk = Desk(world)
    desk.fake("beta-long")
    desk.fake("beta")
    desk.open("picker", HEADER)
    desk.wait_rows("○ beta-long app", "○ beta app")
    desk.terminal.press("b", "e", "t", "a")
    desk.wait_rows("○ beta app", "○ beta-long app")
    desk.terminal.press("Enter")
    eventually(lambda: desk.shown() == "beta")


def test_remove_refuses_what_the_user_locked(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    world.git(world.worktree("feat"), "worktree", "lock", ".")
    desk.open("picker", "○ feat")
    desk.terminal.press("C-x")
    desk.terminal.wait("y removes")
    desk.terminal.press("y")
    desk.terminal.wait("(any key)")
    assert any("locked" in line for line in desk.popup())
    desk.terminal.press("x")
    desk.wait_rows("○ feat app")
    assert world.worktree("feat").is_dir()


def test_the_context_one_is_in_can_be_removed(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    desk.tmux("switch-client", "-c", desk.client(), "-t", f"={world.session('feat')}:")
    desk.open("picker", "● feat*")
    desk.terminal.press("C-x")
    desk.terminal.wait("y removes")
    desk.terminal.press("y")
    desk.shows("home")
    desk.terminal.wait("par: removed 'feat'")
    desk.gone()


def test_control_center_is_opened_for_the_client(world: World) -> None:
    desk = Desk(world)
    world.started("feat")
    desk.attach("other")
    desk.open("picker", "○ feat")
    desk.terminal.press("C-o")
    eventually(lambda: desk.shown() == "feat" or "control-center" in desk.tmux("list-clients"))
    desk.gone()
    names = desk.tmux("list-clients", "-F", "#{client_name} #{session_name}").splitlines()
    assert sorted(names) == sorted([f"{desk.client()} control-center", f"{desk.client('other')} home"])


def test_refresh_and_help(world: World) -> None:
    desk = Desk(world)
    desk.fake("one")
    desk.open("picker", "○ one")
    desk.fake("two")
    desk.terminal.press("C-r")
    desk.wait_rows("○ one app", "○ two app")
    desk.terminal.press("?")
    desk.terminal.wait("(any key)")
    assert "  enter   open it               tab     mark it" in desk.popup()
    desk.terminal.press("x")
    desk.wait_rows("○ one app", "○ two app")


def test_new_begins_with_what_was_typed_in_vain(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"))
    desk.fake("one")
    desk.open("picker", "○ one")
    desk.terminal.press("z", "z")
    desk.wait_rows()
    desk.terminal.press("C-n")
    desk.terminal.wait("New context in app, from main: type its label")
    desk.terminal.press("Enter")
    desk.shows("zz")


def test_without_contexts_it_says_what_to_do_and_enter_makes_the_first(world: World) -> None:
    desk = Desk(world, folder=world.repository("app"))
    desk.open("picker", "No contexts yet.")
    desk.terminal.press("z", "z", "Enter")
    desk.terminal.wait("New context in app, from main: type its label")
    desk.terminal.wait("> zz")
    desk.terminal.press("Enter")
    desk.shows("zz")
    desk.gone()


def test_a_list_that_cannot_be_made_is_told_and_leaves_the_tree(world: World) -> None:
    desk = Desk(world, variables={"PATH": only(world.home / "bin", "fzf")})
    awk = world.home / "bin/awk"
    awk.unlink()
    awk.write_text("#!/bin/sh\necho awk: no such luck >&2\nexit 2\n")
    awk.chmod(0o755)
    desk.fake("feat")
    for flow in ("send", "remove"):
        desk.open(flow, "(any key)")
        assert desk.popup()[:2] == ["par: the contexts cannot be listed", "awk: no such luck"]
        desk.terminal.press("x")
    # Nothing can be done to what is said there, but it can be tried again
    desk.open("picker", "awk: no such luck")
    broken = awk.rename(world.home / "broken")
    awk.symlink_to(str(shutil.which("awk")))
    desk.terminal.press("C-x")
    desk.wait_rows("○ feat app")
    broken.rename(awk)
    desk.terminal.press("C-r")
    desk.terminal.wait("par: the contexts cannot be listed")
    desk.terminal.press("Enter")
    desk.terminal.wait("○ feat  app  feat")


def test_the_preview_is_there_and_can_be_hidden_on_a_terminal_of_80_columns(world: World) -> None:
    desk = Desk(world, columns=80, lines=24)
    desk.fake("feat", program="echo LOOK; exec cat")
    desk.open("picker", "LOOK")
    assert len(desk.popup()) in {21, 22}  # tmux 3.2 gives a popup a line less than all
    desk.terminal.press("M-p")
    eventually(lambda: "LOOK" not in desk.terminal.screen())


@pytest.mark.parametrize("place", ["option", "private"])
def test_fzf_is_found_without_path(world: World, place: str) -> None:
    fzf = world.data / "venv-1/lib/python3.11/site-packages/iterfzf/fzf"
    if place == "option":
        fzf = world.home / "my tools" / "fzf"
    fzf.parent.mkdir(parents=True)
    fzf.symlink_to(str(shutil.which("fzf")))
    desk = Desk(world, variables={"PATH": only(world.home / "bin")})
    if place == "option":
        desk.tmux("set-option", "-g", "@par-fzf", "~/my tools/fzf")
    desk.fake("feat")
    desk.open("picker", HEADER)
    desk.wait_rows("○ feat app")
    desk.terminal.press("Enter")
    desk.shows("feat")


@pytest.mark.parametrize("wanted", ["tree", "auto", "fzf"])
def test_the_tree_needs_nothing(world: World, wanted: str) -> None:
    path = {} if wanted == "tree" else {"PATH": only(world.home / "bin")}
    desk = Desk(world, variables=path)
    desk.tmux("set-option", "-g", "@par-picker", wanted)
    session = desk.fake("feat", branch="#(touch pwned) #{session_id}")
    desk.tmux("set-option", "-t", session, "@par_state", "waiting")
    desk.attach("other")
    desk.open("picker", "○ feat  app  #(touch pwned) #{session_id}  waiting")
    eventually(lambda: "par: picker" not in desk.terminal.screen(), "the end of the popup")
    desk.terminal.press("Enter")
    desk.shows("feat")
    assert desk.shown("other") == "home"


def test_a_small_terminal(world: World) -> None:
    desk = Desk(world, columns=40, lines=12)
    world.data.mkdir(parents=True)
    os.mkfifo(world.data / "contexts.tsv")  # which nobody waits for
    desk.open("picker", "No contexts yet")
    for label in ("one", "two"):
        desk.fake(label)
    desk.terminal.press("C-r")
    desk.wait_rows("○ one app", "○ two app")
    desk.terminal.press("Down", "Enter")
    desk.shows("two")


def test_odd_surroundings(world: World) -> None:
    """A server under another name, fish, indexes from 1, an odd path, options that break fzf."""
    fish = str(shutil.which("fish"))
    desk = Desk(
        world,
        folder=world.repository("app"),
        server="odd",
        root=copy(world.home / "my plugins" / 'it\'s {par} ~x #{x} #(x) %H "q" $HOME ;\\'),
        before=(f"set -g default-shell {fish}", "set -g base-index 1", "set -g pane-base-index 1"),
        variables={
            "SHELL": fish,
            "FZF_DEFAULT_OPTS": "--filter=zzz --print0",
            "FZF_DEFAULT_COMMAND": "false",
        },
    )
    desk.fake("feat", program="echo LOOK; exec cat")
    desk.open("picker", "LOOK")
    desk.terminal.press("C-n")
    desk.terminal.wait("New context in app, from main: type its label")
    desk.terminal.type("fresh")
    desk.shows("fresh")
    desk.open("picker", "● fresh*")
    desk.terminal.press("f", "e", "a", "t")
    desk.wait_rows("○ feat app")
    desk.terminal.press("Enter")
    desk.shows("feat")


def test_a_broken_fzf_leaves_the_tree(world: World) -> None:
    broken = world.home / "fzf"
    broken.write_text("#!/bin/sh\necho unknown option >&2\nexit 2\n")
    broken.chmod(0o755)
    desk = Desk(world)
    desk.tmux("set-option", "-g", "@par-fzf", str(broken))
    desk.fake("feat")
    desk.open("picker", "unknown option")
    desk.terminal.wait("(any key)")
    desk.terminal.press("x")
    desk.terminal.wait("○ feat  app  feat")
    eventually(lambda: "par: picker" not in desk.terminal.screen(), "the end of the popup")


def test_who_waits_longest_comes_first_and_who_shows_no_life_is_quiet(world: World) -> None:
    desk = Desk(world, before=("set -g @par-quiet-after 1",))
    now = int(time.time())
    states = {
        "new": ("waiting", 0),
        "old": ("waiting", 7300),
        "busy": ("working", 200),
        "over": ("done", 90000),
    }
    for label, (word, age) in states.items():
        pane = desk.tmux("display-message", "-p", "-t", desk.fake(label), "#{pane_id}")
        for name, value in (("@par_state", word), ("@par_state_at", str(now - age))):
            desk.tmux("set-option", "-p", "-t", pane, name, value)
    gone = desk.tmux("display-message", "-p", "-t", desk.fake("gone"), "#{pane_id}")
    desk.tmux("set-option", "-p", "-t", gone, "@par_state", "waiting")
    desk.tmux("set-option", "-p", "-t", gone, "@par_state_by", "robot")
    desk.tmux("respawn-pane", "-k", "-t", gone, "sh")
    eventually(lambda: desk.tmux("display-message", "-p", "#{e|-:#{T;l:%s},#{window_activity}}") > "1")
    desk.open("picker", "○ new")
    shown = [" ".join(row.split()) for row in desk.rows()]
    assert shown[:2] == ["○ old waiting 2h app", "○ new waiting app"]
    assert set(shown[2:]) == {"○ busy quiet 3m app", "○ over done 1d app", "○ gone app"}


def test_contexts_of_hosts_are_shown_as_they_were_known(world: World) -> None:
    desk = Desk(world)
    desk.fake("here")
    known(
        world,
        "build1",
        0,
        there("fix", agent="waiting", since=130),
        there("docs/a", branch="\x1b[31mother\t2"),
    )
    known(world, "gpu.2", 0, there("train", "stopped"), there("broke", "broken", init="failed"))
    known(world, "old", 7300, there("lost", agent="waiting", since=7300))
    shown = desk.tmux("new-session", "-d", "-P", "-F", "#{session_id}", "echo OVER-THERE; exec cat")
    desk.tmux("set-option", "-t", shown, "@par_remote", "build1:docs/a")
    desk.open("picker", HEADER)
    desk.wait_rows(
        "○ build1:fix waiting 2m app",
        "○ build1:docs/a app \\u{1b}[31mother\\u{9}2",
        "○ here app",
        "○ old:lost waiting 2h, seen 2h ago app",
        "✗ gpu.2:broke init failed app",
        "· gpu.2:train app",
    )
    assert "\x1b[90m" in next(row for row in desk.terminal.screen(colours=True).splitlines() if "lost" in row)
    # Of one that is shown here already it is what is seen there, and enter goes to it
    # Not before: fzf may not end a preview that is just beginning
    desk.terminal.wait("there is no host 'build1'")
    desk.terminal.press("/")
    desk.terminal.wait("OVER-THERE")
    desk.terminal.press("Enter")
    eventually(lambda: desk.shown() not in {"home", "here"})
    assert desk.tmux("list-clients", "-F", "#{session_id}") == shown


def there(
    label: str, state: str = "running", *, branch: str = "", agent: str = "", since: int = 0, init: str = ""
) -> dict[str, object]:
    """A context as a host tells it, whose agent has said so for so many seconds."""
    at = datetime.fromtimestamp(time.time() - since, timezone.utc).isoformat() if agent else None
    told = {"label": label, "kind": "session", "state": state, "branch": branch or label, "init": init}
    return {**told, "repository": {"name": "app"}, "agent": agent, "agent_since": at}


def known(world: World, host: str, age: int, *contexts: dict[str, object]) -> None:
    """Let par know what a host said so many seconds ago."""
    script = (
        "import json, sys; from par.state import host_rows;"
        "host_rows.write(sys.argv[1], json.loads(sys.argv[3]), int(sys.argv[2]))"
    )
    words = (host, str(int(time.time()) - age), json.dumps(contexts))
    done = world.run(sys.executable, "-c", script, *words, PYTHONPATH=str(ROOT / "python"))
    assert done.status == 0, done

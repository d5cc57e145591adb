"""`par control-center`: one session with the contexts' own windows, and nothing of the user's harmed."""

from __future__ import annotations

from typing import Any

from conftest import Result, Terminal, World, eventually

CENTER = "=control-center:"


def windows(world: World, target: str = CENTER) -> list[str]:
    """The windows of a session in their order: index, id and name."""
    return world.tmux(
        "list-windows", "-t", target, "-F", "#{window_index} #{window_id} #{window_name}"
    ).splitlines()


def window_id(world: World, label: str) -> str:
    """The id of the window that a context was made with."""
    return world.tmux("display-message", "-p", "-t", f"={world.session(label)}:", "#{window_id}")


def contexts(world: World, *labels: str) -> list[str]:
    """New contexts with these labels; the ids of their windows."""
    home = world.home / "src/app"
    if not home.exists():
        world.repository()
    for label in labels:
        world.ok("start", label, cwd=home)
    return [window_id(world, label) for label in labels]


def build(world: World) -> Any:
    """The document of the control center after it was brought up to date."""
    return world.ok("control-center", "--json").json


def wait_until_shown(world: World, name: str) -> None:
    """Wait until the one client there is shows the session called `name`."""
    eventually(lambda: world.tmux("list-clients", "-F", "#{session_name}") == name, f"the client on {name}")


def test_the_live_windows_of_all_contexts_are_linked(world: World) -> None:
    one, two = contexts(world, "one", "two")
    result = world.par("control-center", "--no-attach", LC_ALL="C")
    assert result == Result(0, "control-center: 2 contexts\n", "")
    assert windows(world) == [f"0 {one} one", f"1 {two} two"]
    folder = world.worktree("two")
    world.tmux("send-keys", "-t", f"{CENTER}1", "touch typed-here", "Enter")
    eventually((folder / "typed-here").exists)
    assert sorted(world.sessions()) == sorted(["control-center", world.session("one"), world.session("two")])
    assert world.tmux("list-panes", "-a", "-F", "#{pane_id}").splitlines().count("%1") == 2


def test_called_again_it_adds_and_removes_and_ends_no_program(world: World) -> None:
    one, two = contexts(world, "one", "two")
    build(world)
    pids = world.tmux("list-panes", "-s", "-t", CENTER, "-F", "#{pane_pid}").splitlines()
    assert build(world) == build(world)
    (three,) = contexts(world, "three")
    world.tmux("kill-session", "-t", f"={world.session('one')}:")
    extra = world.tmux("new-window", "-d", "-P", "-F", "#{window_id}", "-t", f"={world.session('two')}:")
    document = build(world)
    assert document == {
        "version": 1,
        "session": {"id": world.tmux("display-message", "-p", "-t", CENTER, "#{session_id}")},
        "shown": ["two", "three"],
        "stopped": ["one"],
    }
    # The window of the killed session runs on in the control center alone: it is not taken away
    assert [row.split()[1:] for row in windows(world)] == [[one, "one"], [two, "two"], [three, "three"]]
    assert world.tmux("list-panes", "-s", "-t", CENTER, "-F", "#{pane_pid}").splitlines()[:2] == pids
    assert extra in world.tmux("list-windows", "-t", f"={world.session('two')}:", "-F", "#{window_id}")
    assert build(world) == document


def test_a_window_that_is_no_longer_a_contexts_is_only_unlinked(world: World) -> None:
    one, two = contexts(world, "one", "two")
    build(world)
    world.tmux("set-option", "-t", f"={world.session('one')}:", "-u", "@par_label")
    assert build(world)["shown"] == ["two"]
    assert [row.split()[1] for row in windows(world)] == [two]
    assert [row.split()[1] for row in windows(world, f"={world.session('one')}:")] == [one]


def test_a_stopped_context_is_named_and_its_window_comes_when_it_lives(world: World) -> None:
    contexts(world, "one", "two", "three")
    for label in ("one", "three"):
        world.tmux("kill-session", "-t", f"={world.session(label)}:")
    assert world.par("control-center", "--no-attach") == Result(
        0, "control-center: 1 context\n", "not shown, their sessions are stopped: one, three (par open one)\n"
    )
    assert [row.split()[2] for row in windows(world)] == ["two"]
    world.tmux("kill-server")
    none = world.par("control-center", "--no-attach")
    assert none == Result(3, "", "par: no context has a session\nhint: par open one\n")
    assert world.sessions() == []


def test_without_contexts_there_is_nothing_to_show(world: World) -> None:
    result = world.par("control-center", "--no-attach")
    assert result == Result(3, "", "par: there is no context to show\nhint: par start LABEL\n")
    assert world.sessions() == []


def test_sessions_of_the_user_with_a_like_name_are_left_alone(world: World) -> None:
    (one,) = contexts(world, "one")
    world.tmux("new-session", "-d", "-s", "control-center-notes", "-n", "notes")
    notes = windows(world, "=control-center-notes:")
    build(world)
    assert [row.split()[1] for row in windows(world)] == [one]
    assert windows(world, "=control-center-notes:") == notes
    world.ok("rm", "one")
    assert world.sessions() == ["control-center-notes"]
    assert windows(world, "=control-center-notes:") == notes


def test_a_users_own_session_of_the_name_is_refused(world: World) -> None:
    contexts(world, "one")
    world.tmux("new-session", "-d", "-s", "control-center", "-n", "notes")
    before = world.tmux("list-windows", "-a", "-F", "#{session_name} #{window_id} #{window_name}")
    result = world.par("control-center", "--no-attach")
    assert result == Result(
        4,
        "",
        "par: a session called 'control-center' is already there, and is not par's\n"
        "hint: tmux rename-session -t '=control-center:' NAME\n",
    )
    assert world.tmux("list-windows", "-a", "-F", "#{session_name} #{window_id} #{window_name}") == before


def test_a_copy_that_tmux_resurrect_left_gives_way(world: World) -> None:
    contexts(world, "one", "two")
    for label in ("one", "two"):
        verb = ("new-window", "-t", CENTER) if label == "two" else ("new-session", "-s", "control-center")
        world.tmux(*verb, "-d", "-c", str(world.worktree(label)), "-n", f"copy-{label}")
    copies = windows(world)
    result = world.par("control-center", "--no-attach")
    assert result == Result(
        0,
        "control-center: 2 contexts\n",
        "the 'control-center' that came back without par's marks is called 'control-center-2' now: "
        "tmux kill-session -t '=control-center-2:'\n",
    )
    assert [row.split()[2] for row in windows(world)] == ["one", "two"]
    assert windows(world, "=control-center-2:") == copies
    assert build(world)["shown"] == ["one", "two"]


def test_a_users_own_windows_in_it_stay(world: World) -> None:
    contexts(world, "one", "two")
    build(world)
    world.tmux("new-window", "-d", "-t", CENTER, "-n", "mine")
    world.tmux("new-session", "-d", "-s", "notes", "-n", "linked")
    world.tmux("link-window", "-d", "-s", "=notes:", "-t", f"{CENTER}9")
    assert build(world)["shown"] == ["one", "two"]
    assert [row.split()[2] for row in windows(world)] == ["one", "two", "mine", "linked"]
    world.ok("rm", "one", "two")
    assert [row.split()[2] for row in windows(world)] == ["mine", "linked"]
    assert world.sessions() == ["control-center", "notes"]
    contexts(world, "three")
    assert build(world)["shown"] == ["three"]
    assert {row.split()[2] for row in windows(world)} == {"mine", "linked", "three"}


def test_rm_takes_its_window_away_and_the_last_one_the_session(world: World) -> None:
    contexts(world, "feat", "feat-2")
    build(world)
    world.ok("rm", "feat")
    assert [row.split()[2] for row in windows(world)] == ["feat-2"]
    world.ok("rm", "feat-2")
    assert world.sessions() == []


def test_base_index_and_names_with_blanks_do_not_matter(world: World) -> None:
    (world.home / ".tmux.conf").write_text(
        "set -g base-index 1\nset -g pane-base-index 1\nset -g renumber-windows on\n"
    )
    home = world.repository("my app#{x}")
    for label in ("one", "日本語"):
        world.ok("start", label, cwd=home)
    assert build(world)["shown"] == ["one", "日本語"]
    ids = [window_id(world, label) for label in ("one", "日本語")]
    assert windows(world) == [f"1 {ids[0]} one", f"2 {ids[1]} 日本語"]
    world.ok("rm", "one")
    assert [row.split()[1:] for row in windows(world)] == [[ids[1], "日本語"]]


def test_outside_it_attaches_and_inside_it_switches(world: World, terminal: Terminal) -> None:
    one, two = contexts(world, "one", "two")
    terminal.par("control-center")
    wait_until_shown(world, "control-center")
    terminal.par("open two")
    wait_until_shown(world, world.session("two"))
    terminal.par("control-center")
    wait_until_shown(world, "control-center")
    assert [row.split()[1] for row in windows(world)] == [one, two]


def test_rm_from_within_leaves_the_client_there(world: World, terminal: Terminal) -> None:
    contexts(world, "one", "two")
    terminal.par("control-center")
    wait_until_shown(world, "control-center")
    world.tmux("select-window", "-t", f"{CENTER}{window_id(world, 'one')}")
    terminal.par("rm one")
    eventually(lambda: list(world.index["contexts"]) == ["two"])
    wait_until_shown(world, "control-center")
    assert [row.split()[2] for row in windows(world)] == ["two"]
    assert set(world.sessions()) == {world.session("two"), "control-center"}
    assert world.branches(world.home / "src/app") == {"main", "two"}


def test_client_switches_that_client_and_no_terminal_shows_nothing(world: World, terminal: Terminal) -> None:
    contexts(world, "one")
    refused = world.par("control-center")
    assert refused == Result(
        2, "", "par: not a terminal: there is no tmux client to show a session in\nhint: par ls\n"
    )
    assert world.sessions() == [world.session("one")]
    terminal.par("open one")
    wait_until_shown(world, world.session("one"))
    client = world.tmux("list-clients", "-F", "#{client_name}")
    assert world.par("control-center", "--client", client) == Result(0, "control-center: 1 context\n", "")
    wait_until_shown(world, "control-center")

"""The menu: what it offers, that each item does it for the client that asked, and that no text in it runs."""

from __future__ import annotations

import subprocess

import pytest

from conftest import World, eventually
from plugin import PREFIX, Plugin

ITEMS = [
    "New context (n)",
    "New from a branch (f)",
    "Check out (c)",
    "New workspace (k)",
    "Open (o)",
    "Next waiting (w)",
    "Control center (C)",
    "Send (s)",
    "Send to all (a)",
    "Rename (R)",
    "Remove (x)",
    "Undo (u)",
    "Trash (t)",
    "Help (?)",
]
# A terminal of 12 lines has room for ten
LESS = [each for each in ITEMS if each[-2] not in "fkaRt"]


def items(screen: str) -> list[str]:
    """The items of the menu that is shown, without the lines between them."""
    inside = [line.split("│")[1] for line in screen.splitlines() if line.count("│") == 2]
    return [" ".join(line.split()) for line in inside]


def lively(world: World, columns: int = 120, lines: int = 30) -> Plugin:
    """The plugin with a context that waits and one that does not; the client is in a repository."""
    plugin = Plugin(world, folder=world.repository(), columns=columns, lines=lines).start()
    plugin.context("asks", "waiting")
    plugin.context("rests")
    throw_away(world)
    return plugin


def throw_away(world: World) -> None:
    """Something is in the trash."""
    entry = world.data / "trash/0123456789ab/entry.json"
    entry.parent.mkdir(parents=True)
    entry.write_text("{}")


@pytest.mark.parametrize(("columns", "lines"), [(120, 30), (80, 24), (40, 12)])
def test_it_offers_everything_on_a_terminal_of_any_size(world: World, columns: int, lines: int) -> None:
    plugin = lively(world, columns, lines)
    terminal = plugin.attach()
    terminal.press(PREFIX, "M-a")
    terminal.wait("Help")
    # The client draws a line in pieces
    eventually(lambda: items(terminal.screen()) == (ITEMS if lines > 12 else LESS), "the menu")


def test_what_is_stopped_can_be_brought_back(world: World) -> None:
    plugin = Plugin(world, columns=80, lines=24).start()
    plugin.par("start", "feat", cwd=world.repository())
    terminal = plugin.attach()
    terminal.press(PREFIX, "M-a")
    assert "Resurrect the stopped (r)" not in items(terminal.wait("Help"))
    terminal.press("q")
    eventually(lambda: "Help" not in terminal.screen())
    plugin.tmux("kill-session", "-t", f"={world.session('feat')}:")
    terminal.press(PREFIX, "M-a")
    assert items(terminal.wait("Resurrect"))[-2:] == ["Resurrect the stopped (r)", "Help (?)"]


def test_what_cannot_be_done_cannot_be_chosen(world: World) -> None:
    plugin = Plugin(world).start()
    terminal = plugin.attach()
    terminal.press(PREFIX, "M-a")
    offered = items(terminal.wait("Help"))
    without_key = [name for name in ITEMS if name not in offered]
    assert without_key == [
        "Next waiting (w)",
        "Control center (C)",
        "Send (s)",
        "Send to all (a)",
        "Undo (u)",
        "Trash (t)",
    ]
    terminal.press("s", "w", "C")
    assert items(terminal.screen()) == offered


@pytest.mark.parametrize(
    ("key", "shows"),
    [
        ("n", "par: new"),
        ("f", "par: new from"),
        ("c", "par: checkout"),
        ("o", "par: picker"),
        ("s", "par: send"),
        ("a", "par: send all"),
        ("R", "par: rename"),
        ("x", "par: remove"),
        ("k", "par: workspace"),
        ("t", "par: trash"),
        ("?", "par: help"),
    ],
)
def test_each_item_opens_its_popup(world: World, key: str, shows: str) -> None:
    plugin = lively(world)
    terminal = plugin.attach()
    terminal.press(PREFIX, "M-a")
    terminal.wait("Help")
    terminal.press(key)
    terminal.wait(plugin.titled(shows))


def test_next_waiting_and_the_control_center_switch(world: World) -> None:
    repository = world.repository()
    plugin = Plugin(world).start()
    plugin.par("start", "asks", cwd=repository)
    plugin.tmux("set-option", "-t", f"={world.session('asks')}:", "@par_state", "waiting")
    terminal, other = plugin.attach("one"), plugin.attach("two")
    other.type("true")
    for key, shown in (("w", "asks"), ("C", "control-center")):
        terminal.press(PREFIX, "M-a")
        terminal.wait("Help")
        terminal.press(key)
        plugin.shows(shown, "one")
        eventually(lambda: "Help" not in terminal.screen())
    assert plugin.shown("two") == "home"


@pytest.mark.parametrize("columns", [40, 120])
def test_hostile_names_run_nothing(world: World, columns: int) -> None:
    touch = f"touch {world.home}/x"
    evil = f"#({touch})'\"; {touch}; $({touch})`{touch}`#{{E:@bad}}"
    plugin = Plugin(world, columns=columns, lines=12).start()
    session_id = plugin.context("asks", "waiting")
    plugin.tmux("set-option", "-g", "@bad", evil)
    for name in ("@par_label", "@par_branch", "@par_repo", "@par_path"):
        plugin.tmux("set-option", "-t", session_id, name, evil)
    folder = world.home / "a#(touch x);$(touch x)'`touch x`\u202e🙂"
    folder.mkdir()
    doubled = evil.replace("#", "##")
    plugin.tmux("new-session", "-d", "-s", "bad", "-n", doubled, "-c", str(folder).replace("#", "##"), "cat")
    plugin.tmux("select-pane", "-t", "=bad:", "-T", doubled)
    terminal = plugin.attach()
    plugin.tmux("switch-client", "-c", plugin.client(), "-t", "=bad:")
    terminal.press(PREFIX, "M-a")
    assert [each for each in items(terminal.wait("Help")) if each != "Undo"] == [
        each for each in LESS if each != "Undo (u)"
    ]
    terminal.press("w")
    eventually(lambda: plugin.tmux("list-clients", "-F", "#{session_id}") == session_id)
    terminal.press(PREFIX, "M-a")
    terminal.wait("Help")
    terminal.press("?")
    terminal.wait("(any key)")
    assert not list(world.home.rglob("x"))


def test_a_client_without_a_screen_is_left_alone(world: World) -> None:
    plugin = Plugin(world).start()
    words = ("tmux", "-u", "-C", "attach", "-t", "=home:")
    with subprocess.Popen(
        words, env=world.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as control:
        eventually(lambda: plugin.tmux("list-clients"))
        client = plugin.tmux("list-clients", "-F", "#{client_name}")
        pane_id = plugin.tmux("display-message", "-p", "#{pane_id}")
        for script in ("menu.sh", "popup.sh picker"):
            # It would wait for ever
            plugin.tmux("run-shell", f"#{{q:@_par_root}}/scripts/{script} {client} {pane_id}")
        assert plugin.tmux("list-panes", "-a", "-F", "#{pane_mode}") == ""
        assert control.stdin
        control.stdin.close()
        control.wait(10)


def test_a_client_that_is_gone_is_no_error(world: World) -> None:
    plugin = Plugin(world).start()
    for script in ("menu.sh", "popup.sh picker", "next.sh", "last.sh", "center.sh"):
        plugin.tmux("run-shell", f"#{{q:@_par_root}}/scripts/{script} /dev/pts/none %0")
    assert plugin.tmux("list-panes", "-a", "-F", "#{pane_mode}") == ""

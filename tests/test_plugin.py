"""par.tmux gives a server the plugin's keys and options, however often it runs, and touches nothing else."""

from __future__ import annotations

import difflib
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, World, eventually
from plugin import PREFIX, Plugin, copy

DEFAULTS = {"A": "popup.sh picker", "M-a": "menu.sh"}
EVERY_KEY = {
    "@par-key": ("C-p", "popup.sh picker", "par: choose a context"),
    "@par-menu-key": ("M-m", "menu.sh", "par: show the menu"),
    "@par-new-key": ("N", "popup.sh new", "par: start a context"),
    "@par-send-key": ("S", "popup.sh send", "par: type a command into contexts"),
    "@par-center-key": ("G", "center.sh", "par: show all contexts in the control center"),
    "@par-next-key": ("W", "next.sh", "par: go to the next context that waits for you"),
    "@par-last-key": ("B", "last.sh", "par: go to the context before this one"),
}


def notes(plugin: Plugin) -> dict[str, str]:
    """The notes of the plugin's keys, as `prefix ?` shows them."""
    lines = [line.partition(" par: ") for line in plugin.tmux("list-keys", "-N", "-T", "prefix").splitlines()]
    return {key.split()[-1]: f"par: {note}" for key, _, note in lines if note}


def added(before: str, after: str) -> list[str]:
    """The lines that were added between two texts; nothing may have gone."""
    changes = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:2] != "  "]
    assert all(line[0] in "+?" for line in changes), changes
    return [line[2:] for line in changes if line[0] == "+"]


def test_the_keys_are_bound_and_explained(world: World) -> None:
    plugin = Plugin(world).start()
    assert plugin.keys() == DEFAULTS
    assert notes(plugin) == {"A": "par: choose a context", "M-a": "par: show the menu"}


def test_every_key_can_be_chosen(world: World) -> None:
    chosen = tuple(f"set -g {option} {key}" for option, (key, _, _) in EVERY_KEY.items())
    plugin = Plugin(world, before=chosen).start()
    assert plugin.keys() == {key: script for key, script, _ in EVERY_KEY.values()}
    assert notes(plugin) == {key: note for key, _, note in EVERY_KEY.values()}


@pytest.mark.parametrize("value", ["none", "''"])
def test_a_key_can_be_left_out(world: World, value: str) -> None:
    plugin = Plugin(world, before=(f"set -g @par-key {value}",)).start()
    assert plugin.keys() == {"M-a": "menu.sh"}


def test_any_key_of_tmux_can_be_chosen_and_changed(world: World) -> None:
    signs = ("\\;", '\\"', "\\'", "\\\\", "\\#", "\\%", "\\~", "\\{", "\\}", "\\$", "*", "-", "é")
    keys = (*signs, "C-Space", "M-Up", "F5")
    plugin = Plugin(world, before=(f"set -g @par-next-key {keys[0]}",)).start()
    assert plugin.keys() == {**DEFAULTS, ";": "next.sh"}
    for key in (key for key in keys for _ in range(2)):
        plugin.reload(f"set -g @par-next-key {key}")
        assert plugin.keys() == {**DEFAULTS, key.removeprefix("\\") or key: "next.sh"}, key
    plugin.reload("set -g @par-next-key C-y")
    assert plugin.keys() == {**DEFAULTS, "C-y": "next.sh"}


@pytest.mark.parametrize("chosen", [(), ("set -g @par-new-key C-n",)])
def test_a_user_who_unbound_every_key_gets_those_of_the_plugin(world: World, chosen: tuple[str, ...]) -> None:
    plugin = Plugin(world, before=("unbind-key -a", *chosen)).start()
    assert plugin.keys() == {**DEFAULTS, **({"C-n": "popup.sh new"} if chosen else {})}


def test_three_reloads_change_nothing(world: World) -> None:
    before = ("set -g @par-status-position right", "set -g @par-next-key W")
    plugin = Plugin(world, before=before).start()
    first = plugin.state()
    assert first[1].count("[8417]") == 3
    for _ in range(3):
        plugin.reload(*before)
    assert plugin.state() == first


def test_a_changed_key_leaves_the_old_one_free(world: World) -> None:
    plugin = Plugin(world).start()
    plugin.reload("set -g @par-key C-p", "set -g @par-menu-key none")
    assert plugin.keys() == {"C-p": "popup.sh picker"}
    listed = plugin.tmux("list-keys", "-T", "prefix")
    assert " A " not in listed
    assert " M-a " not in listed


def test_an_old_key_that_the_user_has_bound_since_stays_his(world: World) -> None:
    plugin = Plugin(world).start()
    plugin.reload("bind A display-message mine", "set -g @par-key C-p")
    assert plugin.keys() == {"C-p": "popup.sh picker", "M-a": "menu.sh"}
    assert re.search(r"-T prefix +A +display-message mine", plugin.tmux("list-keys", "-T", "prefix"))


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_default_key_that_the_user_has_bound_stays_his(world: World, place: str) -> None:
    mine = ("bind A display-message mine",)
    plugin = Plugin(world, before=mine if place == "before" else (), after=mine if place == "after" else ())
    plugin.start()
    for _ in range(2):
        assert plugin.keys() == {"M-a": "menu.sh"}
        assert re.search(r"-T prefix +A +display-message mine", plugin.tmux("list-keys", "-T", "prefix"))
        plugin.reload(*plugin.before, after=plugin.after)


def test_nothing_of_the_user_is_touched(world: World) -> None:
    own = (
        "set-hook -g session-closed 'set -g @mine closed'",
        "set-hook -ga session-closed 'set -g @mine again'",
        "set-hook -g session-created[3] 'set -g @mine created'",
        "set -g status-right 'it is #(true) %H:%M'",
        "set -g @par_status mine",
        "bind A display-message mine",
        "bind -n M-a display-message mine",
        "bind -T other x display-message mine",
    )
    plugin = Plugin(world, root=world.home / "nowhere", before=own).start()
    options, hooks, keys = plugin.state()
    plugin.tmux("set-environment", "-g", "PLUGIN", str(ROOT))
    plugin.reload(*own)
    after = plugin.state()
    # A hook's array that is set anew loses its other members: the plugin's has an index of its own
    names = ["after-set-option[8417]", "alert-bell[8417]", "session-closed[8417]"]
    # One that holds nothing is listed by its name alone
    held = ["\n".join(line for line in each.splitlines() if " " in line) for each in (hooks, after[1])]
    assert [line.partition(" ")[0] for line in added(*held)] == names
    assert [line.split()[3:5] for line in added(keys, after[2])] == [["M-a", "run-shell"]]
    assert all(line.startswith(("@par", "@_par")) for line in added(options, after[0]))
    assert plugin.tmux("show-options", "-gv", "@par_status") == "mine"


def test_a_key_that_tmux_does_not_know_is_told_and_spares_the_others(world: World) -> None:
    plugin = Plugin(world).start()
    terminal = plugin.attach()
    plugin.reload("set -g @par-key Nonsense")
    terminal.wait("par: unknown key: Nonsense")
    assert plugin.keys() == {"M-a": "menu.sh"}


def test_it_takes_two_calls_of_tmux(world: World) -> None:
    log, folder = world.home / "calls", world.home / "bin"
    folder.mkdir()
    plugin = Plugin(world, variables={"PATH": f"{folder}:{world.env['PATH']}"})
    wrapper = folder / "tmux"
    wrapper.write_text(
        f'#!/bin/sh\n[ -z "$TMUX" ] || echo called >>\'{log}\'\nexec {shutil.which("tmux")} "$@"\n'
    )
    wrapper.chmod(0o755)
    plugin.start()
    assert plugin.keys() == DEFAULTS
    assert log.read_text() == "called\n" * 2


def test_it_is_small_and_quick(world: World) -> None:
    assert len((ROOT / "par.tmux").read_text().splitlines()) < 60
    plugin = Plugin(world).start()
    env = {**world.env, "TMUX": plugin.tmux("display-message", "-p", "#{socket_path},#{pid},0")}

    def measure(*command: str) -> float:
        # Processor time, as what else runs on this machine does not change it
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for _ in range(10):
            subprocess.run(command, env=env, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # On a machine with nothing else to do it takes 15 ms
    assert measure(str(ROOT / "par.tmux")) < 6 * measure("bash", "-c", "tmux start-server; tmux start-server")


def test_it_is_silent_and_content_without_a_server(world: World) -> None:
    done = world.run(str(ROOT / "par.tmux"))
    assert (done.status, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "name", ["with space", "it's", "a#(touch x)$(touch x)`touch x`;b", 'quo"ted\\', "[é]*"]
)
def test_the_plugin_may_lie_anywhere(world: World, name: str) -> None:
    root = copy(world.home / name)
    plugin = Plugin(world, root=root).start()
    plugin.context("asks", "waiting")
    terminal = plugin.attach()
    terminal.press(PREFIX, "M-a")
    terminal.wait("Next waiting")
    terminal.press("w")
    plugin.shows("asks")
    terminal.press(PREFIX, "M-a")
    terminal.wait("Help")
    terminal.press("?")
    terminal.wait("choose a context")
    assert not list(world.home.rglob("x"))


@pytest.mark.parametrize("shell", ["fish", "zsh"])
def test_keys_work_whatever_the_shell_is(world: World, shell: str) -> None:
    path = shutil.which(shell)
    if not path:
        pytest.skip(f"no {shell}")
    root = copy(world.home / "it's a place")
    before = (f"set -g default-shell {path}", "set -g @par-next-key W")
    plugin = Plugin(world, root=root, server="other", before=before).start()
    plugin.context("asks", "waiting")
    terminal = plugin.attach()
    terminal.press(PREFIX, "W")
    plugin.shows("asks")
    terminal.press(PREFIX, "A")
    terminal.wait("● asks")


@pytest.mark.parametrize(
    ("version", "is_new"),
    [
        *(
            ("3.2", False),
            ("3.2a", False),
            ("next-3.2", False),
            ("3.3", True),
            ("3.3a", True),
            ("3.10", True),
        ),
        *(("4.0", True), ("next-3.4", True), ("master", True), ("openbsd-7.1", True)),
    ],
)
def test_an_older_server_gets_no_flag_that_it_lacks(world: World, version: str, is_new: bool) -> None:
    log, folder, real = world.home / "calls", world.home / "bin", str(shutil.which("tmux"))
    folder.mkdir()
    plugin = Plugin(world, variables={"PATH": f"{folder}:{world.env['PATH']}"}).start()
    plugin.attach()
    true_version = plugin.tmux("display-message", "-p", "#{version}")
    wrapper = folder / "tmux"
    wrapper.write_text(
        f"#!/bin/sh\ncase $* in *display-popup*|*display-message\\ -d*) echo \"$*\" >>'{log}'; exit ;; esac\n"
        f"'{real}' \"$@\" | sed 's/{re.escape(true_version)}/{version}/'\n"
    )
    wrapper.chmod(0o755)
    for script in ("popup.sh help", "next.sh"):
        plugin.tmux("run-shell", f"#{{q:@_par_root}}/scripts/{script} {plugin.client()} %0")
    popup, message = log.read_text().splitlines()
    assert (" -T " in popup) == is_new
    assert (" -c " in message) == is_new


@pytest.mark.parametrize(
    ("columns", "lines", "chosen", "wanted"),
    [
        (120, 30, (), (96, 21)),
        (120, 30, ("set -g @par-popup-width 50", "set -g @par-popup-height 50%"), (50, 15)),
        (120, 30, ("set -g @par-popup-width 500", "set -g @par-popup-height 500"), (120, 30)),
        (40, 12, (), (40, 12)),
        (80, 24, (), (80, 24)),
    ],
)
def test_the_popup_has_the_size_that_was_chosen(
    world: World, columns: int, lines: int, chosen: tuple[str, ...], wanted: tuple[int, int]
) -> None:
    plugin = Plugin(world, columns=columns, lines=lines, before=chosen).start()
    # tmux 3.2 never gives a popup the whole terminal
    less = plugin.tmux("display-message", "-p", "#{version}").startswith("3.2")
    size = f"{min(wanted[0], columns - less)}x{min(wanted[1], lines - less)}"
    terminal = plugin.attach()
    terminal.press(PREFIX, "A")
    terminal.wait(plugin.titled("par: picker"))

    def shown() -> str:
        framed = [line for line in terminal.screen().splitlines() if set("┌└│") & set(line)]
        return f"{len(framed[0].strip())}x{len(framed)}"

    eventually(lambda: shown() == size, size)


def test_a_size_that_tmux_does_not_understand_is_told(world: World) -> None:
    plugin = Plugin(world, before=("set -g @par-popup-width '#(touch x)wide'",)).start()
    terminal = plugin.attach()
    terminal.press(PREFIX, "A")
    terminal.wait("par: the popup does not open: ")


def test_next_goes_round_the_contexts_that_wait(world: World) -> None:
    plugin = Plugin(world, before=("set -g @par-next-key W",)).start()
    for label, state in (("a", "waiting"), ("b", ""), ("c", "waiting"), ("d", "done"), ("e", "waiting")):
        plugin.context(label, state)
    plugin.tmux("set-option", "-t", "=home:", "@par_state", "waiting")
    terminal = plugin.attach()
    for label in ("a", "c", "e", "a"):
        terminal.press(PREFIX, "W")
        plugin.shows(label)


def test_next_says_so_when_no_context_waits(world: World) -> None:
    plugin = Plugin(world, before=("set -g @par-next-key W",)).start()
    plugin.context("a", "done")
    terminal = plugin.attach()
    terminal.press(PREFIX, "W")
    terminal.wait("par: no other context waits for you")
    assert plugin.shown() == "home"


def test_last_goes_to_and_fro(world: World) -> None:
    plugin = Plugin(world, before=("set -g @par-last-key B",)).start()
    ids = {label: plugin.context(label) for label in ("a", "b", "c")}
    terminal = plugin.attach()
    for label in ("a", "b", "c"):
        plugin.tmux("switch-client", "-c", plugin.client(), "-t", f"{ids[label]}:")
    for label in ("b", "c", "b"):
        terminal.press(PREFIX, "B")
        plugin.shows(label)


def test_last_passes_over_what_is_no_context(world: World) -> None:
    plugin = Plugin(world, before=("set -g @par-last-key B",)).start()
    ids = {label: plugin.context(label) for label in ("a", "never")}
    terminal = plugin.attach()
    terminal.press(PREFIX, "B")
    terminal.wait("par: no context was open before this one")
    plugin.tmux("switch-client", "-c", plugin.client(), "-t", f"{ids['a']}:")
    plugin.tmux("switch-client", "-c", plugin.client(), "-t", "=home:")
    terminal.press(PREFIX, "B")
    plugin.shows("a")


def test_the_client_that_pressed_the_key_is_switched(world: World) -> None:
    plugin = Plugin(world, before=("set -g @par-next-key W",)).start()
    plugin.context("asks", "waiting")
    first, second = plugin.attach("one"), plugin.attach("two")
    second.type("true")
    first.press(PREFIX, "W")
    plugin.shows("asks", "one")
    assert plugin.shown("two") == "home"
    second.press(PREFIX, "W")
    plugin.shows("asks", "two")


def test_the_center_key_shows_all_contexts(world: World) -> None:
    plugin = Plugin(world, before=("set -g @par-center-key G",)).start()
    terminal = plugin.attach()
    terminal.press(PREFIX, "G")
    terminal.wait("par: there is no context to show - par start LABEL")
    home = world.repository()
    for label in ("one", "two"):
        plugin.par("start", label, cwd=home)
    terminal.press(PREFIX, "G")
    plugin.shows("control-center")
    assert plugin.tmux("list-windows", "-t", "=control-center:", "-F", "#{@par_context}") == "one\ntwo"
    assert plugin.tmux("list-panes", "-a", "-F", "#{pane_mode}").strip() == ""


def python_that_builds(folder: Path, *, pip: str = "exit 0") -> None:
    """Put a `python3` into `folder` whose environments are this Python, and whose pip does as told."""
    made = folder / "environment-python"
    made.write_text(
        f'#!/bin/sh\ncase $* in *"-m pip install"*) {pip} ;; esac\nexec "{sys.executable}" "$@"\n'
    )
    python = folder / "python3"
    python.write_text(
        "#!/bin/sh\ncase $* in\n"
        f"  *'-m venv'*) echo built >>'{folder}/builds'\n"
        f'    mkdir -p "$4/bin"; cp \'{made}\' "$4/bin/python" ;;\n'
        f"  *) echo 12 '{python}' ;;\nesac\n"
    )
    for path in (made, python):
        path.chmod(0o755)


def until_there(path: Path) -> str:
    """A command of the shell that waits for `path`, but not for ever."""
    return f"n=0; until [ -e '{path}' ] || [ $n -gt 400 ]; do n=$((n + 1)); sleep 0.05; done; exit 0"


def bare_path(folder: Path) -> str:
    """A PATH in `folder` with what a server of macOS or a minimal Linux has: no par, fzf or Python."""
    folder.mkdir()
    for name in (
        *("awk", "bash", "cat", "chmod", "cp", "cut", "env", "find", "git", "grep", "kill", "ln", "mkdir"),
        *("mv", "readlink", "rm", "sed", "sh", "sleep", "sort", "stty", "tmux", "touch", "tr"),
    ):
        path = shutil.which(name)
        assert path, name
        (folder / name).symlink_to(path)
    return str(folder)


def fresh(world: World, **variables: str) -> Plugin:
    """The plugin on a machine that never ran par, with the center's key on G."""
    path = bare_path(world.home / "bin")
    keys = ("set -g @par-center-key G", "set -g @par-next-key W", "set -g display-time 100")
    return Plugin(world, before=keys, variables={"PATH": path, **variables})


def messages(plugin: Plugin, text: str) -> int:
    """How often a message was shown that begins so."""
    log = plugin.tmux("show-messages").splitlines()
    return sum(f'@_par_message "{text}' in line or f"@_par_message '{text}" in line for line in log)


def test_the_environment_is_built_when_first_needed_and_only_then(world: World) -> None:
    plugin = fresh(world)
    python_that_builds(world.home / "bin", pip=until_there(world.home / "go"))
    plugin.start()
    plugin.context("asks", "waiting")
    terminal = plugin.attach()
    terminal.press(PREFIX, "W")
    plugin.shows("asks")
    assert not (world.home / "bin/builds").exists()
    for _ in range(3):
        terminal.press(PREFIX, "G")
    terminal.wait("par: preparing its private Python environment (once) ...")
    (world.home / "go").touch()
    terminal.wait("par: there is no context to show")
    assert messages(plugin, "par: preparing") == 1
    assert messages(plugin, "par: ready") == 1
    assert (world.home / "bin/builds").read_text() == "built\n"


def test_a_failed_build_is_told_once_with_what_repairs_it(world: World) -> None:
    plugin = fresh(world)
    python_that_builds(world.home / "bin", pip="exit 1")
    plugin.root = copy(world.home / "my plugin")
    plugin.start()
    terminal = plugin.attach()
    terminal.press(PREFIX, "G")
    terminal.wait("par: preparing failed - run ~/my\\ plugin/scripts/par ls")
    eventually(lambda: not plugin.tmux("show-options", "-gqv", "@_par_builder"))
    assert messages(plugin, "par: preparing failed") == 1
    assert (world.home / "bin/builds").read_text() == "built\n"
    python_that_builds(world.home / "bin")
    terminal.press(PREFIX, "G")
    terminal.wait("par: there is no context to show")


def test_no_python_at_all_is_told(world: World) -> None:
    plugin = fresh(world).start()
    terminal = plugin.attach()
    terminal.press(PREFIX, "G")
    terminal.wait("par: no Python 3.10 or newer on PATH - apt install python3-venv (or brew install python)")
    assert plugin.tmux("list-panes", "-a", "-F", "#{pane_mode}") == ""


def test_a_builder_that_died_is_succeeded(world: World) -> None:
    plugin = fresh(world)
    python_that_builds(world.home / "bin")
    plugin.start()
    with subprocess.Popen(["true"]) as dead:
        pass
    plugin.tmux("set-option", "-g", "@_par_builder", str(dead.pid))
    terminal = plugin.attach()
    terminal.press(PREFIX, "G")
    terminal.wait("par: there is no context to show")


def test_a_build_outlives_the_popup_that_asked_for_it(world: World) -> None:
    plugin = fresh(world)
    plugin.folder = world.repository()
    python_that_builds(world.home / "bin", pip=until_there(world.home / "go"))
    plugin.start()
    terminal = plugin.attach()
    terminal.press(PREFIX, "M-a")
    terminal.wait("New context")
    terminal.press("n")
    terminal.wait("its label")
    terminal.type("feat")
    terminal.wait("preparing its private Python environment")
    terminal.press("C-c")
    eventually(lambda: "par: new" not in terminal.screen(), "the end of the popup")
    (world.home / "go").touch()
    eventually(lambda: list(world.data.glob("venv-*/bin/python")))
    eventually(lambda: messages(plugin, "par: ready") == 1)


def test_nothing_is_left_running(world: World) -> None:
    plugin = Plugin(world, before=("set -g @par-next-key W",)).start()
    terminal = plugin.attach()
    terminal.press(PREFIX, "W")
    terminal.wait("par: no other context waits")
    pid = plugin.tmux("display-message", "-p", "#{pid}")

    def children() -> list[str]:
        done = world.run("ps", "-o", "args=", "--ppid", pid)
        return [line for line in done.stdout.splitlines() if "scripts/" in line]

    eventually(lambda: not children())

"""The status line counts contexts and those that wait, at once, with no process, where the user wants it."""

from __future__ import annotations

import time

import pytest

from conftest import Terminal, World, eventually
from plugin import Plugin

QUIET = ("set -g status-interval 0", "set -g status-right ''", "set -g window-status-current-format ''")
RIGHT = (*QUIET, "set -g @par-status-position right")


def line(terminal: Terminal) -> str:
    """The status line."""
    return terminal.screen().rstrip("\n").splitlines()[-1].rstrip()


def waits(terminal: Terminal, text: str) -> float:
    """Wait until the status line is `text`, and tell after how many seconds."""
    begun = time.monotonic()
    try:
        eventually(lambda: line(terminal) == text)
    except AssertionError:
        raise AssertionError(f"the status line is {line(terminal)!r}, not {text!r}") from None
    return time.monotonic() - begun


def option(plugin: Plugin, name: str) -> str:
    return plugin.tmux("show-options", "-gv", name)


def padded(text: str) -> str:
    """What stands on the right side of a line of 60 columns that begins with the session."""
    return f"[home]{text.rjust(54)}".rstrip()


def test_the_count_is_right_within_a_second_of_every_change(world: World) -> None:
    repository = world.repository()
    plugin = Plugin(world, columns=60, before=RIGHT).start()
    terminal = plugin.attach()
    assert line(terminal) == "[home]"
    plugin.par("start", "one", cwd=repository)
    took = [waits(terminal, padded("par 1 "))]
    plugin.par("start", "two", cwd=repository)
    took.append(waits(terminal, padded("par 2 ")))
    # As an agent says it, in its own pane
    plugin.tmux("send-keys", "-t", f"={world.session('two')}:", "tmux set-option @par_state waiting", "Enter")
    eventually(lambda: "waiting" in plugin.tmux("list-sessions", "-F", "#{@par_state}"))
    took.append(waits(terminal, padded("par 2  1 waiting  ")))
    plugin.tmux("set-option", "-t", f"={world.session('two')}:", "@par_state", "done")
    took.append(waits(terminal, padded("par 2 ")))
    for init in ("failed", "held"):
        plugin.tmux("set-option", "-t", f"={world.session('two')}:", "@par_init", init)
        took.append(waits(terminal, padded(f"par 2  1 {init}  ")))
        plugin.tmux("set-option", "-t", f"={world.session('two')}:", "@par_init", "running")
        took.append(waits(terminal, padded("par 2 ")))
    plugin.tmux("kill-session", "-t", f"={world.session('one')}:")
    took.append(waits(terminal, padded("par 1 ")))
    plugin.par("rm", "two")
    took.append(waits(terminal, "[home]"))
    assert max(took) < 1


def test_what_a_stranger_wrote_is_held_by_design(world: World) -> None:
    plugin = Plugin(world, columns=60, before=RIGHT).start()
    session = plugin.context("review")
    plugin.tmux("set-option", "-t", session, "@par_path", f"{world.data}/review/0123abcd/review")
    plugin.tmux("set-option", "-t", session, "@par_init", "held")
    terminal = plugin.attach()
    waits(terminal, padded("par 1 "))
    plugin.tmux("set-option", "-t", session, "@par_init", "failed")
    waits(terminal, padded("par 1  1 failed  "))


def test_a_pane_that_ends_takes_its_context_off_the_count(world: World) -> None:
    plugin = Plugin(world, columns=60, before=RIGHT).start()
    terminal = plugin.attach()
    plugin.context("one", "waiting")
    waits(terminal, padded("par 1  1 waiting  "))
    plugin.tmux("send-keys", "-t", "=par-one:", "C-d")
    waits(terminal, "[home]")


def test_hosts_are_counted_as_they_told_last(world: World) -> None:
    plugin = Plugin(world, columns=60, before=RIGHT).start()
    terminal = plugin.attach()
    plugin.context("one")
    plugin.tmux("set-option", "-g", "@par_hosts", "3")
    waits(terminal, padded("par 1 hosts 3 "))
    plugin.tmux("set-option", "-g", "@par_hosts_waiting", "2")
    waits(terminal, padded("par 1 hosts 3  2 waiting  "))
    for name in ("@par_hosts", "@par_hosts_waiting"):
        plugin.tmux("set-option", "-g", name, "0")
    waits(terminal, padded("par 1 "))


def test_no_process_is_started_for_it(world: World) -> None:
    plugin = Plugin(world, before=RIGHT).start()
    assert "#(" not in option(plugin, "@par_status") + option(plugin, "status-right")
    assert "#(" not in plugin.tmux("show-hooks", "-g").partition("session-closed[8417]")[2].partition("\n")[0]


def test_other_sessions_do_not_count(world: World) -> None:
    plugin = Plugin(world, columns=60, before=RIGHT).start()
    plugin.tmux("set-option", "-t", "=home:", "@par_state", "waiting")
    plugin.tmux("new-session", "-d", "-s", "control-center")
    plugin.tmux("set-option", "-t", "=control-center:", "@par_center", "1")
    plugin.context("one")
    waits(plugin.attach(), padded("par 1 "))


def test_a_server_that_has_only_waiting_contexts_is_counted_right_up_to_a_hundred(world: World) -> None:
    plugin = Plugin(world, columns=60, before=RIGHT).start()
    script = "".join(
        f"new-session -d -s c{number} cat\nset -t =c{number}: @par_label c{number}\n"
        f"set -t =c{number}: @par_state waiting\n"
        for number in range(100)
    )
    (world.home / "many").write_text(script)
    plugin.tmux("source-file", str(world.home / "many"))
    terminal = plugin.attach()
    waits(terminal, padded("par 100  100 waiting  "))


def test_the_warning_stands_out_and_the_colours_around_it_come_back(world: World) -> None:
    own = "set -g status-right '#[fg=red,bg=white]A #{E:@par_status}B'"
    plugin = Plugin(world, columns=60, before=(*QUIET, own, "set -g status-style fg=cyan,bg=black")).start()
    plugin.context("one", "waiting")
    terminal = plugin.attach()
    eventually(lambda: "waiting" in line(terminal))
    shown = terminal.screen(colours=True).rstrip("\n").splitlines()[-1]
    assert shown.endswith("\x1b[31m\x1b[47mA par 1 \x1b[30m\x1b[43m 1 waiting \x1b[31m\x1b[47m B"), repr(
        shown
    )


@pytest.mark.parametrize(
    ("side", "own", "together"),
    [
        ("right", "%H#(true) #{pane_title};", "#{E:@par_status}%H#(true) #{pane_title};"),
        ("left", '#S #[fg=red]"it\'s" ', '#S #[fg=red]"it\'s" #{E:@par_status}'),
        ("right", "#{E:@par_status}|mine", "#{E:@par_status}|mine"),
        ("left", "#{?@par_status,x,}", "#{?@par_status,x,}"),
        ("right", "", "#{E:@par_status}"),
    ],
)
def test_it_is_put_there_once(world: World, side: str, own: str, together: str) -> None:
    other = "left" if side == "right" else "right"
    plugin = Plugin(world, variables={"OWN": own}, before=(f'set -g status-{side} "$OWN"',)).start()
    untouched = option(plugin, f"status-{other}")
    lengths = {each: int(option(plugin, f"status-{each}-length")) for each in ("left", "right")}
    assert option(plugin, f"status-{side}") == own
    for _ in range(3):
        plugin.reload(f'set -g status-{side} "$OWN"', f"set -g @par-status-position {side}")
        assert option(plugin, f"status-{side}") == together
        assert option(plugin, f"status-{other}") == untouched
        more = 40 if own != together else 0
        assert int(option(plugin, f"status-{side}-length")) == lengths[side] + more
        assert int(option(plugin, f"status-{other}-length")) == lengths[other]
    plugin.reload(f"set -g @par-status-position {side}")
    assert option(plugin, f"status-{side}") == together


def test_it_moves_to_the_other_side_and_away(world: World) -> None:
    plugin = Plugin(world).start()
    first = {side: option(plugin, f"status-{side}") for side in ("left", "right")}
    plugin.reload("set -g @par-status-position right")
    plugin.reload("set -g @par-status-position left")
    assert option(plugin, "status-right") == first["right"]
    assert option(plugin, "status-left") == first["left"] + "#{E:@par_status}"
    plugin.reload("set -g @par-status-position none")
    assert {side: option(plugin, f"status-{side}") for side in ("left", "right")} == first
    plugin.reload("set -g status-left '#{E:@par_status}'")
    assert option(plugin, "status-left") == "#{E:@par_status}"


def test_a_length_that_the_user_sets_is_widened_from_there(world: World) -> None:
    own = ("set -g status-right-length 80", "set -g @par-status-position right")
    plugin = Plugin(world, before=own).start()
    assert option(plugin, "status-right-length") == "120"
    plugin.reload(*own)
    assert option(plugin, "status-right-length") == "80"


def test_the_users_own_text_wins(world: World) -> None:
    own = "set -g @par_status 'contexts: #{n:#{S:#{?@par_label,1,}}}'"
    plugin = Plugin(world, columns=60, before=(*RIGHT, own)).start()
    plugin.context("one")
    waits(plugin.attach(), padded("contexts: 1"))


def test_hostile_names_and_states_run_nothing(world: World) -> None:
    plugin = Plugin(world, columns=60, before=RIGHT).start()
    bad = f"#(touch {world.home}/x)#{{E:@bad}},}}waiting$(touch {world.home}/x)"
    plugin.tmux("set-option", "-g", "@bad", bad)
    session_id = plugin.context("one")
    for name in (
        "@par_label",
        "@par_state",
        "@par_state_at",
        "@par_state_by",
        "@par_state_pid",
        "@par_branch",
        "@par_repo",
    ):
        plugin.tmux("set-option", "-t", session_id, name, bad)
    plugin.tmux("select-pane", "-t", f"{session_id}:", "-T", bad.replace("#", "##"))
    waits(plugin.attach(), padded("par 1 "))
    assert not (world.home / "x").exists()

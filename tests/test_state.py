"""`par state`: what a program does, said without Python, found from every side, and over with it."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Result, Terminal, World, eventually, refused

PAR = str(ROOT / "scripts/par")
STATE = f"sh {ROOT}/python/par/tmux/state.sh"
AGENT = Path(__file__).with_name("agent.py")
NEEDED = ("sh", "awk", "cat", "head", "ps", "readlink", "sed", "sleep", "sort", "tmux")
OPTIONS = "#{@par_state}|#{@par_state_at}|#{@par_state_by}|#{@par_state_pid}"
WORDS = "par state working|waiting|done|failed|clear"


def only(world: World) -> str:
    """A PATH without Python and git, on which each call of tmux is written down."""
    folder = world.home / "only"
    folder.mkdir()
    for name in NEEDED:
        program = shutil.which(name)
        assert program
        (folder / name).symlink_to(program)
    (folder / "tmux").unlink()
    (folder / "tmux").write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >> {world.home}/calls\nexec {shutil.which("tmux")} "$@"\n'
    )
    (folder / "tmux").chmod(0o755)
    return str(folder)


def contexts(world: World, *labels: str) -> list[str]:
    """New contexts with these labels; the ids of their panes."""
    world.started(*labels)
    return [pane(world, label) for label in labels]


def pane(world: World, label: str) -> str:
    return world.tmux("display-message", "-p", "-t", f"={world.session(label)}:", "#{pane_id}")


def seen(world: World) -> dict[str, str]:
    """What `par ls` says of the agent of each context that has one."""
    header, *rows = (line.split("\t") for line in world.ok("ls").stdout.splitlines())
    at = header.index("agent")
    return {row[0]: row[at] for row in rows if row[at]}


def options(world: World, pane_id: str) -> str:
    """All that is kept of a state in the pane."""
    return world.tmux("display-message", "-p", "-t", pane_id, OPTIONS)


def inside(world: World, pane_id: str) -> Any:
    """The environment of a program in that pane."""
    socket, pid = world.tmux("display-message", "-p", "#{socket_path} #{pid}").split()
    return {"TMUX": f"{socket},{pid},0", "TMUX_PANE": pane_id}


def state(world: World, *words: str, cwd: Path | None = None, **env: str) -> Result:
    """Run `par state` as the plugin's launcher does, without a terminal."""
    return world.run(PAR, "state", *words, cwd=cwd, **env)


def hook(world: World, word: str, told: Any = None, cwd: Path | None = None, **env: str) -> None:
    """Call what stands in an agent's settings: it is silent, and went well."""
    text = None if told is None else json.dumps(told, indent=1)
    assert world.run("sh", "-c", f"{STATE} {word} --hook", cwd=cwd, text=text, **env) == Result(0, "", "")


def run_agent(world: World, pane_id: str, line: str = "robot") -> None:
    """Start the stand-in in a pane as the program `robot`, by a line typed at its shell."""
    folder = world.home / "bin"
    if not folder.exists():
        folder.mkdir()
        (folder / "robot").symlink_to(sys.executable)
    command = f"{folder}/robot -I {AGENT} {world.home}/.claude/settings.json"
    world.tmux("send-keys", "-t", pane_id, line.replace("robot", command), "Enter")
    eventually(lambda: "agent ready" in world.screen(pane_id), "the agent")


def tell(world: World, pane_id: str, line: str) -> None:
    """Paste a line into the stand-in, and wait until it is done."""
    there = ("-t", pane_id)
    cleared = ("send-keys", *there, "-R", ";", "clear-history", *there, ";")
    pasted = ("set-buffer", line, ";", "paste-buffer", "-p", "-d", *there, ";")
    world.tmux(*cleared, *pasted, "send-keys", *there, "Enter")
    eventually(lambda: "agent waits" in world.screen(pane_id), line)


def test_a_context_is_found_by_label_by_pane_and_by_folder_with_one_call_and_no_python(world: World) -> None:
    one, two = contexts(world, "one", "two")
    path: Any = {"PATH": only(world)}
    quiet = Result(0, "", "")
    assert state(world, "working", "one", **path) == quiet
    assert state(world, "waiting", cwd=world.home, **path, **inside(world, two)) == quiet
    assert seen(world) == {"one": "working", "two": "waiting"}
    folder = world.worktree("one") / "deep"
    folder.mkdir()
    assert state(world, "failed", cwd=folder, **path) == quiet
    hook(world, "done", {"tool_input": {"cwd": "/"}, "cwd": str(world.worktree("two"))}, **path)
    assert seen(world) == {"one": "failed", "two": "done"}
    # A pane of nobody's, a server that is gone, and a pane that is not there leave the folder
    world.tmux("new-session", "-d", "-s", "other", "sh")
    hook(world, "working", cwd=folder, **path, **inside(world, pane_of(world, "other")))
    assert seen(world) == {"one": "working", "two": "done"}
    assert len((world.home / "calls").read_text().splitlines()) == 6
    hook(world, "waiting", cwd=folder, **path, TMUX="/nowhere/default,1,0", TMUX_PANE=two)
    hook(world, "done", cwd=folder, **path, **inside(world, "%99"))
    assert seen(world) == {"one": "done", "two": "done"}
    assert state(world, "clear", "ONE", **path) == quiet
    assert (seen(world), options(world, one)) == ({"two": "done"}, "|||")


def pane_of(world: World, session: str) -> str:
    return world.tmux("display-message", "-p", "-t", f"={session}:", "#{pane_id}")


def test_outside_of_all_contexts_a_hook_does_nothing_and_a_person_is_told(world: World) -> None:
    one, two = contexts(world, "one", "two")
    world.tmux("new-session", "-d", "-s", "other", "sh")
    elsewhere = {"cwd": world.home, **inside(world, pane_of(world, "other"))}
    before = world.tmux("list-panes", "-a", "-F", OPTIONS)
    hook(world, "waiting", {"cwd": str(world.home)}, **elsewhere)
    hook(world, "waiting", "no object", cwd=world.worktree("one").parent)
    hook(world, "what", cwd=world.worktree("one"))
    assert world.tmux("list-panes", "-a", "-F", OPTIONS) == before
    nobodys = "this is neither a pane nor a worktree of a context"
    refused(state(world, "done", **elsewhere), 3, nobodys, "par state done LABEL")
    refused(state(world, "done", "nope"), 3, "there is no context 'nope'", "par ls")
    refused(state(world, "sleeping", "one"), 2, "there is no state 'sleeping'", WORDS)
    refused(state(world), 2, "a state is needed", WORDS)
    refused(state(world, "done", "one", "two"), 2, "there is one LABEL at most", "par state --help")
    refused(state(world, "done", "--now"), 2, "there is no option '--now'", "par state --help")
    world.tmux("kill-session", "-t", f"={world.session('two')}:")
    refused(state(world, "done", "two"), 3, "the context 'two' has no session", "par open two")
    world.tmux("kill-server")
    hook(world, "done", cwd=world.worktree("one"))
    hook(world, "done", TMUX=f"{world.home}/gone,1,0", TMUX_PANE=one)
    refused(state(world, "done", "one"), 3, "the context 'one' has no session", "par open one")
    assert not world.sessions()
    assert two


def test_a_session_that_was_renamed_is_found_by_its_mark(world: World) -> None:
    (one,) = contexts(world, "one")
    world.tmux("rename-session", "-t", f"={world.session('one')}:", "my own: name;'")
    hook(world, "waiting", cwd=world.worktree("one"))
    assert seen(world) == {"one": "waiting"}
    assert options(world, one).startswith("waiting|")


def test_a_state_is_over_when_its_program_is(world: World) -> None:
    one, two, three = contexts(world, "one", "two", "three")
    (world.home / "wrapper").write_text('#!/bin/sh\n"$@"\n')
    (world.home / "wrapper").chmod(0o755)
    run_agent(world, one)
    run_agent(world, two, f"{world.home}/wrapper robot")  # a shell is in front, before and after
    run_agent(world, three, "exec robot")
    for each in (one, two, three):
        tell(world, each, f"run {STATE} working --hook")
    assert seen(world) == {"one": "working", "two": "working", "three": "working"}
    for each in (one, two):
        world.tmux("send-keys", "-t", each, "die", "Enter")
        wait_for_shell(world, each)
    eventually(lambda: seen(world) == {"three": "working"})
    # What only a look can tell is taken away then, so that the status line counts right
    assert options(world, two) == "|||"
    world.tmux("set-option", "-w", "-t", three, "remain-on-exit", "on")
    world.tmux("send-keys", "-t", three, "die", "Enter")
    eventually(lambda: not seen(world))
    # One that is only put to sleep comes back with what it said
    run_agent(world, one)
    tell(world, one, f"run {STATE} waiting --hook")
    world.tmux("send-keys", "-t", one, "C-z")
    wait_for_shell(world, one)
    assert seen(world) == {}
    world.tmux("send-keys", "-t", one, "fg", "Enter")
    eventually(lambda: seen(world) == {"one": "waiting"})
    world.tmux("kill-pane", "-t", one)
    assert seen(world) == {}


def wait_for_shell(world: World, pane_id: str) -> None:
    asked = ("display-message", "-p", "-t", pane_id, "#{pane_current_command}")
    eventually(lambda: "robot" not in world.tmux(*asked), "the shell")


def test_what_is_typed_at_a_prompt_stays_until_the_pane_ends(world: World) -> None:
    one, two = contexts(world, "one", "two")
    world.tmux("send-keys", "-t", one, f"true && {PAR} state done", "Enter")
    world.tmux("send-keys", "-t", two, "tmux set-option @par_state waiting", "Enter")
    eventually(lambda: seen(world) == {"one": "done", "two": "waiting"})
    eventually(lambda: options(world, two).startswith("waiting|1"))
    assert (options(world, one)[-2:], options(world, two)[-2:]) == ("||", "||")
    world.tmux("send-keys", "-t", two, "tmux set-option -u @par_state", "Enter")
    eventually(lambda: seen(world) == {"one": "done"})


def test_what_is_said_with_tmux_alone_is_the_panes_from_every_session_that_shows_it(world: World) -> None:
    one, two = contexts(world, "one", "two")
    world.ok("control-center", "--no-attach")
    world.tmux("split-window", "-t", two)  # which is the active one then
    for each, word in ((one, "waiting"), (two, "failed")):
        run_agent(world, each)
        tell(world, each, f"run tmux set-option @par_state {word}")
    eventually(lambda: options(world, two).endswith(f"|robot|{leader(world, two)}"))
    assert seen(world) == {"one": "waiting", "two": "failed"}
    assert "@par_state" not in world.tmux("show-options", "-t", "=control-center:")
    tell(world, two, "run tmux set-option @par_state nonsense; tmux set-option -p @mine 1")
    assert seen(world) == {"one": "waiting", "two": "failed"}


def leader(world: World, pane_id: str) -> str:
    """The process that is in front of a pane's terminal."""
    pid = world.tmux("display-message", "-p", "-t", pane_id, "#{pane_pid}")
    return world.run("ps", "-o", "tpgid=", "-p", pid).stdout.strip()


def test_a_subagent_that_ends_is_not_the_end(world: World) -> None:
    (one,) = contexts(world, "one")
    where = inside(world, one)
    hook(world, "working", **where)
    hook(world, "done", {"agent_id": "sub", "hook_event_name": "Stop"}, **where)
    hook(world, "failed", {"hook_event_name": "SubagentStop"}, **where)
    hook(world, "clear", {"a": [1, {"b": "}"}], "agent_id": 'x"y'}, **where)
    assert seen(world) == {"one": "working"}
    hook(world, "idle", **where)
    assert seen(world) == {"one": "waiting"}
    hook(
        world, "done", {"tool": {"agent_id": "inner"}, "text": '"agent_id": "said"', "agent_id": ""}, **where
    )
    hook(world, "idle", **where)
    world.tmux("new-session", "-d", "-s", "other", "sh")  # where the folder is what tells
    hook(world, "idle", cwd=world.worktree("one"), **inside(world, pane_of(world, "other")))
    assert seen(world) == {"one": "done"}


def test_nothing_is_waited_for(world: World) -> None:
    (one,) = contexts(world, "one")
    took = []
    for word in ("working", "done"):
        command = ["sh", "-c", f"{STATE} {word} --hook"]
        begun = time.monotonic()
        with subprocess.Popen(
            command, env={**world.env, **inside(world, one)}, stdin=subprocess.PIPE
        ) as silent:
            assert silent.wait(10) == 0
        took.append(time.monotonic() - begun)
        assert seen(world) == {"one": word}
    assert max(took) < 3  # the machine may be busy; a reader of all would wait for ever
    big = {"tool_input": "x" * 300_000, "agent_id": "sub"}
    hook(world, "failed", big, **inside(world, one))
    assert seen(world) == {"one": "done"}


def test_of_several_panes_the_one_that_wants_the_user_most_counts(world: World) -> None:
    (one,) = contexts(world, "one")
    window = ("-d", "-P", "-F", "#{pane_id}", "-t", f"={world.session('one')}:")
    panes = [one, world.tmux("split-window", *window), world.tmux("new-window", *window)]
    for each, word in zip(panes, ("done", "waiting", "working"), strict=True):
        hook(world, word, **inside(world, each))
    listed = world.ok("ls", "--json").json["contexts"][0]
    since = int(options(world, panes[1]).split("|")[1])
    assert listed["agent"] == "waiting"
    assert listed["agent_since"] == time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(since))
    hook(world, "clear", **inside(world, panes[1]))
    assert seen(world) == {"one": "working"}


def test_one_that_works_without_a_sign_of_life_is_shown_as_quiet(world: World) -> None:
    (one,) = contexts(world, "one")
    hook(world, "working", **inside(world, one))
    assert seen(world) == {"one": "working"}
    world.tmux("set-option", "-g", "@par-quiet-after", "1")
    active = int(world.tmux("display-message", "-p", "-t", one, "#{window_activity}"))
    eventually(lambda: time.time() > active + 1)
    eventually(lambda: seen(world) == {"one": "quiet"})
    assert options(world, one).startswith("working|")
    world.tmux("set-option", "-g", "@par-quiet-after", "100")
    assert seen(world) == {"one": "working"}


def test_a_bell_is_a_wish_for_the_user(world: World) -> None:
    one, two = contexts(world, "one", "two")
    world.tmux("new-session", "-d", "-s", "other", "printf '\\a'; exec cat")
    for each in (one, two):
        run_agent(world, each)
        tell(world, each, "ring")
    eventually(lambda: seen(world) == {"one": "waiting", "two": "waiting"})
    assert options(world, one).endswith(f"|robot|{leader(world, one)}")
    hook(world, "done", **inside(world, two))
    tell(world, two, "ring")
    tell(world, one, f"run {STATE} working --hook")
    tell(world, one, "ring")
    eventually(lambda: seen(world) == {"one": "waiting", "two": "done"})
    assert options(world, pane_of(world, "other")) == "|||"


def test_the_bell_of_a_window_is_that_of_the_program_in_it(world: World) -> None:
    (one,) = contexts(world, "one")
    run_agent(world, one)
    other = world.tmux("split-window", "-P", "-F", "#{pane_id}", "-t", one)  # a shell, and active
    tell(world, one, "ring")
    eventually(lambda: options(world, one).startswith("waiting|"))
    tell(world, one, f"run {STATE} done --hook")
    tell(world, one, "ring")
    third = world.tmux("split-window", "-P", "-F", "#{pane_id}", "-t", one)
    run_agent(world, third)  # which says nothing: the bell may be that of the one that does
    tell(world, third, "ring")
    tell(world, one, f"run {STATE} working --hook")
    tell(world, one, "ring")
    eventually(lambda: options(world, one).startswith("waiting|"))
    assert (options(world, other), options(world, third)) == ("|||", "|||")


def test_a_command_of_the_users_is_told_of_each_change_but_not_of_what_is_on_the_screen(world: World) -> None:
    one, two = contexts(world, "one", "two")
    told = world.home / "told"
    command = f'echo "$PAR_LABEL $PAR_STATE $PAR_PATH" >> {told}; echo noise; sleep 300'
    world.tmux("set-option", "-g", "@par-on-state", command)
    for word in ("working", "working", "waiting", "clear"):
        hook(world, word, **inside(world, one))
    run_agent(world, two)
    tell(world, two, "run tmux set-option @par_state failed")
    paths = {label: world.worktree(label) for label in ("one", "two")}
    wanted = {f"one working {paths['one']}", f"one waiting {paths['one']}", f"two failed {paths['two']}"}
    eventually(lambda: told.exists() and set(told.read_text().splitlines()) == wanted)
    assert len(told.read_text().splitlines()) == 3
    world.tmux(
        "new-session", "-d", "-s", "outer", f"unset TMUX; exec tmux attach -t '={world.session('one')}:'"
    )
    eventually(lambda: world.tmux("list-clients", "-F", "#{session_name}") == world.session("one"))
    hook(world, "done", **inside(world, one))
    hook(world, "done", **inside(world, two))
    eventually(lambda: f"two done {paths['two']}" in told.read_text())
    assert len(told.read_text().splitlines()) == 4
    assert "noise" not in world.screen(one) + world.screen(two)


@pytest.mark.parametrize("words", [("status",), ("status", "--json")])
def test_status_says_in_a_line_who_waits_and_for_how_long(world: World, words: tuple[str, ...]) -> None:
    panes = contexts(world, "one", "two", "three", "four")
    for each, word in zip(panes, ("waiting", "waiting", "done", ""), strict=True):
        if word:
            hook(world, word, **inside(world, each))
    past = str(int(time.time()) - 3 * 60 - 5)
    world.tmux("set-option", "-p", "-t", panes[1], "@par_state_at", past)
    said = world.ok(*words)
    if words == ("status",):
        assert said.stdout == "4 contexts: 2 waiting (two 3m, one), 1 done\n"
        listed = {row.split("\t")[0]: row.split("\t")[-2] for row in world.ok("ls").stdout.splitlines()}
        assert listed == {"label": "agent", "one": "waiting", "two": "waiting", "three": "done", "four": ""}
    else:
        agents = {"waiting": ["two", "one"], "failed": [], "working": [], "quiet": [], "done": ["three"]}
        assert said.json == {"version": 1, "contexts": 4, "agents": agents}


def test_next_goes_to_the_one_that_has_waited_longest_and_on_from_there(world: World) -> None:
    panes = contexts(world, "one", "two", "three", "four")
    none = world.run(PAR, "next")
    refused(none, 3, "no other context waits for you", "par status")
    now = int(time.time())
    for each, age in zip(panes, (10, 30, 20, 0), strict=True):
        hook(world, "waiting" if age else "working", **inside(world, each))
        world.tmux("set-option", "-p", "-t", each, "@par_state_at", str(now - age))
    refused(
        world.run(PAR, "next"),
        2,
        "not a terminal: there is no tmux client to show a session in",
        "par status",
    )
    world.tmux("new-session", "-d", "-s", "outer", f"unset TMUX; {shlex.quote(PAR)} next")
    shown = [world.session(label) for label in ("two", "three", "one", "two")]
    eventually(lambda: world.tmux("list-clients", "-F", "#{session_name}") == shown[0])
    before = [options(world, each) for each in panes]
    for place, name in enumerate(shown[1:]):
        where = inside(world, pane_of(world, shown[place]))
        assert world.run(PAR, "next", **where) == Result(0, "", "")
        assert world.tmux("list-clients", "-F", "#{session_name}") == name
    assert world.ok("next", **inside(world, panes[1])) == Result(0, "", "")
    assert [options(world, each) for each in panes] == before
    # One that waits on another server is named
    world.ok("-L", "far", "start", "away", cwd=world.home / "src/app")
    socket = world.index["contexts"]["away"]["socket"]
    world.ok("-L", "far", "state", "waiting", "away")
    for each in panes:
        hook(world, "clear", **inside(world, each))
    told = "no other context waits for you here, but 'away' does on another tmux server"
    refused(world.run(PAR, "next"), 3, told, f"par -S {socket} next")
    way = f"tmux detach-client -E 'par -S {socket} next'"
    refused(world.run(PAR, "next", **inside(world, panes[0])), 3, told, way)
    inner = f"this terminal is inside another tmux server than {socket}"
    refused(world.par("-S", socket, "next", **inside(world, panes[0])), 4, inner, way)


def test_the_list_of_windows_in_the_control_center_says_what_runs_there(
    world: World, terminal: Terminal
) -> None:
    (world.home / ".tmux.conf").write_text("set -g status-right ''\nset -g status-interval 0\n")
    panes = contexts(world, "one", "two", "three")
    world.tmux("set-option", "-w", "-t", panes[2], "window-status-format", "my own #W")
    terminal.par("control-center")
    terminal.wait("0:one*")
    for each, word in zip(panes, ("waiting", "working", "done"), strict=True):
        hook(world, word, **inside(world, each))
    terminal.wait("0:one waiting* 1:two working  my own three")
    world.tmux("set-option", "-g", "@par-quiet-after", "1")
    eventually(lambda: "two quiet" in refreshed(world, terminal))
    world.tmux("set-option", "-g", "window-status-format", "<#W>")
    world.ok("control-center", "--no-attach")
    terminal.wait("0:one waiting* <two quiet> my own three")
    hook(world, "clear", **inside(world, panes[0]))
    terminal.wait("0:one* <two quiet> my own three")


def refreshed(world: World, terminal: Terminal) -> str:
    world.tmux("refresh-client", "-S")
    return terminal.screen()


def test_an_installed_par_becomes_the_script_and_a_workspace_is_found_by_each_of_its_folders(
    world: World,
) -> None:
    shop = world.home / "src/shop"
    for name in ("backend", "frontend"):
        world.repository(name, under=shop)
    world.ok("workspace", "start", "both", cwd=shop)
    assert world.ok("state", "waiting", "both") == Result(0, "", "")
    assert seen(world) == {"both": "waiting"}
    assert world.ok("state", "done", cwd=world.worktree("both") / "frontend") == Result(0, "", "")
    assert seen(world) == {"both": "done"}
    # One of its repositories: its window, which the control center may show too
    world.ok("control-center", "--no-attach")
    assert world.ok("state", "failed", "BOTH/Frontend") == Result(0, "", "")
    panes = world.tmux("list-panes", "-s", "-t", "=both:", "-F", "#{window_name} #{@par_state}").splitlines()
    assert panes == ["both done", "both/backend ", "both/frontend failed"]
    assert world.ok("state", "clear", "BOTH") == Result(0, "", "")
    assert seen(world) == {}
    away = "there is no window of 'x' in 'both'"
    refused(world.par("state", "done", "both/x"), 3, away, "par open both")
    refused(world.par("state", "done", "nope"), 3, "there is no context 'nope'", "par ls")
    assert world.ok("state", "clear", "nope", "--hook") == Result(0, "", "")
    assert "Usage: par state" in world.run(PAR, "state", "--help", PAR_PYTHON=sys.executable).stdout


def test_the_plugin_may_lie_in_a_folder_of_any_name(world: World) -> None:
    one, two = contexts(world, "one", "two")
    odd = world.home / 'it\'s #{pane_id} $(touch pwned) "日本" %d;'
    shutil.copytree(ROOT / "python/par/tmux", odd)
    world.tmux("set-option", "-g", "@_par_state_sh", str(odd / "state.sh"))
    world.tmux("set-option", "-g", "@par-on-state", f'echo "$PAR_LABEL $PAR_STATE" >> {world.home}/told')
    run_agent(world, one)
    tell(world, one, "run tmux set-option @par_state failed")
    hook_of = f"sh {shlex.quote(str(odd / 'state.sh'))} waiting --hook"
    assert world.run("sh", "-c", hook_of, **inside(world, two)) == Result(0, "", "")
    told = world.home / "told"
    eventually(lambda: told.exists() and len(told.read_text().splitlines()) == 2)
    assert set(told.read_text().splitlines()) == {"one failed", "two waiting"}
    assert seen(world) == {"one": "failed", "two": "waiting"}
    assert not list(world.home.rglob("pwned"))

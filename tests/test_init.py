"""What `.par.yaml` asks to run: in a window of its own, seen, logged, told, waited for and run again."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from conftest import ROOT, Terminal, World, eventually, refused, text_in

AGREES = "Nothing to repair: index, worktrees, branches, sessions and files agree.\n"
LIST_WINDOWS = ("list-windows", "-a", "-F", "#{window_name}")

WAYS = "run again: par init feat --retry\nor leave it at that: par init feat --dismiss\n"


def asking(home: Path, *commands: str, more: str = "") -> None:
    """Let the repository ask for these commands; those with a name are 'name: command'."""
    entries = []
    for command in commands:
        name, colon, line = command.partition(": ")
        entries.append(f"  - name: {name}\n    command: {line}\n" if colon else f"  - {command}\n")
    (home / ".par.yaml").write_text(f"initialization:\n  commands:\n{''.join(entries)}{more}")


def told(world: World, label: str = "feat") -> str:
    """What tmux knows of how the commands go."""
    return world.tmux("show-options", "-qv", "-t", f"={world.session(label)}:", "@par_init")


def log_of(world: World) -> Path:
    (path,) = (world.data / "init").glob("*/0.log")
    return path


def init_window(world: World, label: str = "feat") -> str:
    return f"={world.session(label)}:init"


def shown(world: World) -> str:
    """What the window `init` shows, and what has left its screen."""
    return world.tmux("capture-pane", "-p", "-S", "-", "-t", init_window(world))


def test_commands_run_in_a_window_that_closes_when_all_went_well(world: World) -> None:
    home = world.repository()
    commands = (
        "First: echo $0 $WHO > first",
        "until [ -e go ]; do sleep 0.02; done",
        "cd sub && pwd && tool",
    )
    asking(home, *commands, more="env:\n  WHO: '{label} {branch}'\n")
    tool = world.home / "bin/tool"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho the caller\\'s\n")
    tool.chmod(0o755)
    path = f"{tool.parent}:{world.env['PATH']}"
    made = world.ok("start", "feat", cwd=home, PATH=path, PAR_TRUST="always")
    folder = world.worktree("feat")
    assert "  init      running (par init feat --log)\n" in made.stdout
    eventually((folder / "first").exists)
    assert (told(world), world.tmux(*LIST_WINDOWS).splitlines()) == ("running", ["feat", "init"])
    assert rows(world) == ["feat running"]
    state = world.ok("init", "feat")
    assert state.stdout == f"app: running: '{commands[1]}'\n  log  {log_of(world)}\n"
    again = world.par("init", "feat", "--retry", PAR_TRUST="always")
    refused(again, 4, "the commands of 'feat' are running", "par init feat --wait")
    # What was approved runs, whatever the file says since; and nothing takes the window for the context's
    asking(home, "touch evil")
    (folder / "sub").mkdir()
    world.ok("send", "feat", "touch go")
    world.ok("control-center", "--no-attach")
    assert world.tmux("list-windows", "-t", "=control-center:", "-F", "#{window_name}") == "feat"
    waited = world.ok("init", "feat", "--wait")
    assert waited.stdout == f"app: ok\n  log  {log_of(world)}\n"
    said = [
        "[1/3] First",
        "  echo $0 $WHO > first",
        f"[2/3] {commands[1]}",
        f"[3/3] {commands[2]}",
        f"{folder}/sub",
        "the caller's",
        "done",
    ]
    assert waited.stderr.splitlines() == world.ok("init", "feat", "--log").stdout.splitlines() == said
    assert (folder / "first").read_text() == "sh feat feat\n"
    assert not (folder / "evil").exists()
    eventually(lambda: "init" not in world.tmux(*LIST_WINDOWS))
    assert (told(world), rows(world)) == ("ok", ["feat ok"])
    (context,) = world.ok("ls", "--json").json["contexts"]
    assert context["init"] == "ok"
    assert {each.stat().st_mode & 0o077 for each in (world.data / "init").rglob("*")} == {0}


def rows(world: World) -> list[str]:
    """The label of each row of `par ls`, and how its commands went."""
    lines = [line.split("\t") for line in world.ok("ls").stdout.splitlines()]
    return [f"{label} {init}".strip() for label, _, init, *_ in lines[1:]]


def test_failure_stays_to_be_seen_and_can_be_tried_again(world: World) -> None:
    home = world.repository()
    asking(home, "Begin: printf no-newline", "Break: exit 3", "touch never")
    result = world.par("start", "feat", "--wait", cwd=home, PAR_TRUST="always")
    fault = "par: init of 'feat' in app: 'Break': exit status 3\nhint: par init feat --retry\n"
    said = "[1/3] Begin\n  printf no-newline\nno-newline\n[2/3] Break\n  exit 3\n"
    said += "failed: 'Break': exit status 3\nagain: par init feat --retry\n"
    assert (result.status, result.stderr) == (8, said + fault)
    report = f"app: failed: 'Break': exit status 3\n  log  {log_of(world)}\n{WAYS}"
    assert result.stdout.endswith(report)
    assert not (world.worktree("feat") / "never").exists()
    assert world.ok("init", "feat").stdout == report
    eventually(lambda: world.tmux("list-panes", "-t", init_window(world), "-F", "#{pane_dead}") == "1")
    assert said.rstrip() in shown(world)
    assert (told(world), rows(world)) == ("failed", ["feat failed"])
    assert world.tmux("list-sessions", "-F", "#{session_windows}") == "2"
    document = world.ok("init", "feat", "--json").json
    (run,) = document.pop("runs")
    assert run.pop("since")
    assert document == {"version": 1, "label": "feat", "init": "failed", "program": ""}
    assert run == {
        "repository": "app",
        "init": "failed",
        "step": "Break",
        "status": 3,
        "reason": None,
        "log": str(log_of(world)),
    }
    # The file as it is now, from the first command; the environment too, for the session's panes as well
    asking(home, "echo $WHO > who", more="env:\n  WHO: 'me;'\n")
    retried = world.ok("init", "feat", "--retry", "--wait", "--json", PAR_TRUST="always")
    assert retried.json["init"] == "ok"
    assert (world.worktree("feat") / "who").read_text() == "me;\n"
    eventually(lambda: world.tmux(*LIST_WINDOWS) == "feat")
    assert told(world) == "ok"
    (worktree,) = world.index["contexts"]["feat"]["worktrees"]
    assert worktree["env"] == worktree["env_asked"] == [["WHO", "me;"]]
    assert "WHO=me;" in world.tmux("show-environment", "-t", f"={world.session('feat')}:")
    (home / ".par.yaml").unlink()
    assert world.ok("init", "feat", "--retry").stdout == "init: 'feat' has no commands to run\n"
    assert told(world) == ""


def test_what_is_not_approved_is_held_until_it_is(world: World) -> None:
    home = world.repository()
    asking(home, "touch done")
    result = world.par("start", "feat", "--wait", cwd=home)
    fault = f"par: init of 'feat' waits for your approval\nhint: par trust {home}\n"
    assert (result.status, result.stderr.endswith(fault)) == (5, True)
    assert "  init      held (par init feat)\n" in result.stdout
    assert (told(world), rows(world)) == ("held", ["feat held"])
    assert world.ok("init", "feat").stdout == f"app: held\napprove it first: par trust {home}\n{WAYS}"
    refused(world.par("init", "feat", "--log"), 3, "no command has run in 'feat'", "par init feat")
    unapproved = "what .par.yaml of app asks to run has not been approved"
    refused(world.par("init", "feat", "--retry"), 5, unapproved, f"par trust {home}")
    assert not (world.worktree("feat") / "done").exists()
    world.ok("trust", str(home), "-y")
    assert world.ok("init", "feat").stdout == f"app: held\n{WAYS}"
    approved = world.par("init", "feat", "--wait")
    assert approved.stderr == "par: init of 'feat' waits for your approval\nhint: par init feat --retry\n"
    world.ok("untrust", str(home))
    world.ok("init", "feat", "--retry", "--wait", "-y")
    assert (world.worktree("feat") / "done").exists()
    assert world.ok("start", "more", "--wait", cwd=home).stdout.splitlines()[-2] == "app: ok"
    world.ok("start", "none", "--wait", cwd=world.repository("other"))
    assert world.ok("init", "none", "--wait").stdout == "init: 'none' has no commands to run\n"
    world.tmux("kill-session", "-t", f"={world.session('feat')}:")
    assert world.ok("init", "feat").stdout.startswith("app: ok\n")
    stopped = world.par("init", "feat", "--retry")
    refused(stopped, 4, "the session of 'feat' is stopped", "par open feat")
    for words in (("--log", "--retry"), ("--yes",)):
        assert world.par("init", "feat", *words).status == 2


def test_strangers_code_runs_only_after_it_was_said_what_that_means(world: World, terminal: Terminal) -> None:
    bare, home = world.clone()
    world.git(bare, "update-ref", "refs/pull/1/head", "HEAD")
    (home / ".git/info/exclude").write_text(".env\n.par.yaml\n")
    (home / ".env").write_text("secret\n")
    asking(home, "Build: cat .env > built", more="  include: [.env]\n")
    world.ok("checkout", "pr/1", "--label", "feat", cwd=home, PAR_TRUST="always")
    assert (told(world), (world.worktree("feat") / ".env").exists()) == ("held", False)
    result = world.par("init", "feat", "--retry", PAR_TRUST="always")
    said = [
        "'feat' holds the code of a stranger. These run it, and let it read what is copied:",
        "app:",
        "  include: .env",
        "  command: Build",
        "    cat .env > built",
    ]
    fault = ["par: 'feat' holds the code of a stranger", "hint: par init feat --retry -y"]
    assert (result.status, result.stderr.splitlines()) == (5, said + fault)
    terminal.par("init feat --retry")
    terminal.wait("Run them? [y/N]")
    terminal.type("n")
    terminal.wait("par: interrupted")
    assert told(world) == "held"
    terminal.par("init feat --retry --wait")
    eventually(lambda: terminal.screen().count("Run them? [y/N]") == 2)
    terminal.type("y")
    terminal.wait("app: ok")
    (worktree,) = world.index["contexts"]["feat"]["worktrees"]
    assert (world.worktree("feat") / "built").read_text() == "secret\n"
    assert worktree["included"] == [".env"]


class End(NamedTuple):
    """How a run ends before its time, and what is told of it then."""

    id: str
    end: Callable[[World, str], object]
    told: str


def runner(world: World, label: str) -> int:
    return int(world.tmux("list-panes", "-t", init_window(world, label), "-F", "#{pane_pid}"))


ENDS = [
    End("kill", lambda world, label: os.kill(runner(world, label), signal.SIGKILL), "it was ended"),
    End(
        "window",
        lambda world, label: world.tmux("kill-window", "-t", init_window(world, label)),
        "it was ended",
    ),
    End(
        "key",
        lambda world, label: world.tmux("send-keys", "-t", init_window(world, label), "C-c"),
        "exit status 130",
    ),
]


def test_run_that_is_ended_from_outside_is_told_as_failed(world: World) -> None:
    home = world.repository()
    for label, end, reason in ENDS:
        pid = long_run(world, home, label, "trap '' HUP; " if label == "window" else "")
        end(world, label)
        eventually(lambda: rows(world)[-1] == f"{label} failed", label)  # noqa: B023
        # tmux 3.3a misses the end of a pane now and then, until another of its programs ends
        ask = ("show-options", "-qv", "-t", f"={world.session(label)}:", "@par_init")
        eventually(lambda: world.tmux("run-shell", "true", ";", *ask) == "failed", label)  # noqa: B023
        eventually(lambda: f"app: failed: 'Long': {reason}\n" in world.ok("init", label).stdout, label)  # noqa: B023
        eventually(lambda: not is_alive(pid))  # noqa: B023
    long_run(world, home, "silent")
    world.tmux("set-hook", "-u", "-w", "-t", init_window(world, "silent"), "pane-died")
    os.kill(runner(world, "silent"), signal.SIGKILL)
    eventually(lambda: rows(world)[-1] == "silent failed")
    assert told(world, "silent") == "running"
    pid = long_run(world, home, "rm")
    assert "still running" not in world.ok("rm", "rm").stdout
    eventually(lambda: not is_alive(pid))


def long_run(world: World, home: Path, label: str, before: str = "") -> int:
    """Start a context whose command takes long; the process id of that."""
    pid_file = world.home / label
    asking(home, f"Long: {before}echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; sleep 600; true")
    world.ok("start", label, cwd=home, PAR_TRUST="always")
    return int(text_in(pid_file))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_commands_have_a_terminal_and_what_they_leave_running_holds_nobody_up(world: World) -> None:
    home = world.repository()
    (home / ".par.yaml").write_text(
        "initialization:\n  commands:\n"
        "  - read answer; echo $answer $(stty size) > answer\n"
        "  - sleep 600 &\n"
        "  - trap '' HUP; sleep 600 > /dev/null 2>&1 & echo $! > left\n"
        "  - \"printf '10%%\\\\r\\\\033[31m20%%\\\\033[m\\\\n\\\\007'\"\n"
    )
    world.ok("start", "feat", cwd=home, PAR_TRUST="always")
    target = init_window(world)
    eventually(lambda: "read answer" in world.screen(target))
    world.tmux("send-keys", "-t", target, "yes", "Enter")
    waited = world.ok("init", "feat", "--wait")
    assert waited.stderr.splitlines()[-3:] == ["20%", "\\u{7}", "done"]
    assert (world.worktree("feat") / "answer").read_text() == "yes 24 80\n"
    left = int((world.worktree("feat") / "left").read_text())
    assert is_alive(left)
    os.kill(left, signal.SIGKILL)


def test_a_workspace_runs_again_what_did_not_go_well(world: World) -> None:
    homes = [world.repository(name) for name in ("back", "docs", "front")]
    for home in homes:
        asking(home, "echo + >> ran; test ! -e stop")
        (home / ".git/info/exclude").write_text("ran\nstop\n")
    (homes[1] / ".par.yaml").write_text("initialization:\n  commands: ['echo + >> ran; false']\n")
    world.ok("workspace", "start", "big", cwd=homes[0].parent, PAR_TRUST="always")
    assert world.par("init", "big", "--wait").status == 8
    root = world.worktree("big")

    def ran() -> list[int]:
        return [len((root / home.name / "ran").read_text().splitlines()) for home in homes]

    retry = ("init", "big", "--retry", "--wait")
    assert ran() == [1, 1, 1]
    assert world.par(*retry, PAR_TRUST="always").status == 8
    assert ran() == [1, 2, 1]
    assert [line for line in world.ok("init", "big").stdout.splitlines() if "log" not in line][:3] == [
        "back: ok",
        "docs: failed: 'echo + >> ran; false': exit status 1",
        "front: ok",
    ]
    windows = world.tmux("list-panes", "-s", "-t", "=big:", "-F", "#{window_name}").split()
    assert windows.count("init") == 1
    # What asks for something else now has not been run either
    asking(homes[2], "echo + >> ran; echo + >> ran")
    asking(homes[1], "echo + >> ran")
    world.ok(*retry, PAR_TRUST="always")
    assert (ran(), told(world, "big")) == ([1, 3, 3], "ok")
    world.ok(*retry, PAR_TRUST="always")
    assert ran() == [2, 4, 5]
    world.ok("init", "big/back", "--retry", "--wait", PAR_TRUST="always")
    assert (ran(), world.ok("init", "big/back", "--json").json["label"]) == ([3, 4, 5], "big/back")
    assert world.ok("init", "big/front").stdout.splitlines()[0] == "front: ok"


def test_log_goes_with_a_removal_and_comes_back_with_it(world: World) -> None:
    home = world.repository()
    asking(home, "echo said")
    world.ok("start", "feat", "--wait", cwd=home, PAR_TRUST="always")
    world.ok("rm", "feat")
    assert list((world.data / "init").iterdir()) == []
    world.ok("restore", "feat", "--as", "back")
    assert "said" in world.ok("init", "back", "--log").stdout.splitlines()
    assert (world.ok("doctor").stdout, told(world, "back")) == (AGREES, "ok")
    world.ok("rm", "back", "--purge")
    assert list((world.data / "init").iterdir()) == []


def test_window_of_a_session_that_has_no_other_stays(world: World) -> None:
    home = world.repository()
    asking(home, "until [ -e go ]; do sleep 0.02; done")
    world.ok("start", "feat", cwd=home, PAR_TRUST="always")
    world.tmux("kill-window", "-t", f"={world.session('feat')}:feat")
    (world.worktree("feat") / "go").touch()
    world.ok("init", "feat", "--wait")
    eventually(lambda: told(world) == "ok")
    eventually(lambda: "done" in shown(world))


SEVERAL = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from par.state import index
from par.setup import running
from par.setup.preparation import Preparation
from par.config.recipe import Recipe, Step
context = index.load(Path("/")).find("feat")
folders = [context.root / str(number) for number in range(len(sys.argv[2:]))]
worktrees = [context.worktrees[0]._replace(folder=str(each)) for each in folders]
steps = [(Step(line, f"step {n}"),) if line else () for n, line in enumerate(sys.argv[2:])]
recipes = [Recipe(commands=each) for each in steps]
given = [Preparation(recipe, is_held=not recipe.commands) for recipe in recipes]
for each in worktrees:
    each.path.mkdir(exist_ok=True)
running.begin(context._replace(worktrees=tuple(worktrees)), f"={context.session}", given)
"""


def test_several_worktrees_have_a_pane_each_and_the_worst_of_them_counts(world: World) -> None:
    world.started("feat")

    def begin(*lines: str) -> None:
        done = world.run(sys.executable, "-I", "-c", SEVERAL, str(ROOT / "python"), *lines)
        assert done.status == 0, done

    gate = f"until [ -e {world.home}/go ]; do sleep 0.1; done"
    begin(*[gate] * 10, "exit 1", "")
    panes = world.tmux("list-windows", "-a", "-F", "#{window_name} #{window_panes}").splitlines()
    assert panes == ["feat 1", "init 9", "init 2"]
    eventually(lambda: told(world) == "failed")
    (world.home / "go").touch()
    result = world.par("init", "feat", "--wait")
    assert (result.status, "in app: 'step 10': exit status 1" in result.stderr) == (8, True)
    assert result.stdout.count("app: ok") == 10
    begin("exit 0", "", "exit 0")
    assert world.par("init", "feat", "--wait").status == 5
    eventually(lambda: (told(world), world.tmux(*LIST_WINDOWS)) == ("held", "feat"))


def test_run_that_cannot_be_read_is_told_as_one_that_did_not_start(world: World) -> None:
    home = world.repository()
    asking(home, "exit 0")
    world.ok("start", "feat", "--wait", cwd=home, PAR_TRUST="always")
    folder = log_of(world).parent
    for damage in ("", "{}", "[1]"):
        for name in ("0.state", "0.job"):
            (folder / name).write_text(damage)
        assert world.ok("init", "feat").stdout.startswith(": failed: it did not start\n"), damage


def test_layout_that_was_held_is_built_with_the_commands(world: World) -> None:
    home = world.repository()
    asking(home, "exit 0", more="layout: {windows: [{window_name: extra, panes: [null]}]}\n")
    world.ok("start", "feat", cwd=home)
    assert world.tmux(*LIST_WINDOWS).split() == ["feat"]
    for _ in range(2):  # there already, and not held any more
        world.ok("init", "feat", "--retry", "--wait", "-y")
        eventually(lambda: world.tmux(*LIST_WINDOWS).split() == ["feat", "extra"])


def test_a_question_of_a_command_is_shown_to_who_waits_and_ctrl_c_ends_only_the_waiting(
    world: World, terminal: Terminal
) -> None:
    home = world.repository()
    asking(home, "printf 'name? '; read name; echo hello $name")
    world.ok("start", "feat", cwd=home, PAR_TRUST="always")
    terminal.par("init feat --wait")
    screen = terminal.wait("answer it").splitlines()
    assert "name? " in "\n".join(screen)
    assert "if this is a question, answer it in the window init: par open feat" in screen
    terminal.press("C-c")
    terminal.wait("the commands of 'feat' go on: par init feat --wait")
    terminal.wait("par: interrupted")
    assert told(world) == "running"
    world.tmux("send-keys", "-t", f"={world.session('feat')}:init", "Bob", "Enter")
    world.ok("init", "feat", "--wait")
    assert "hello Bob" in world.ok("init", "feat", "--log").stdout


def test_what_failed_or_is_held_can_be_dismissed(world: World) -> None:
    home = world.repository()
    asking(home, "exit 3")
    assert world.par("start", "feat", "--wait", cwd=home, PAR_TRUST="always").status == 8
    world.ok("start", "held", cwd=home)
    assert world.ok("init", "feat", "--dismiss").stdout == (
        f"app: dismissed: 'exit 3': exit status 3\n  log  {log_of(world)}\n"
    )
    assert world.ok("init", "held", "--dismiss", "--json").json["init"] == "dismissed"
    assert world.ok("init", "held").stdout == "app: dismissed\n"
    world.tmux("kill-server")
    world.ok("resurrect")
    assert {each["init"] for each in world.ok("ls", "--json").json["contexts"]} == {"dismissed"}
    assert rows(world) == ["feat dismissed", "held dismissed"]
    assert world.ok("init", "feat", "--wait").status == 0
    assert world.par("init", "feat", "--retry", "--wait", PAR_TRUST="always").status == 8
    assert rows(world)[0] == "feat failed"
    for other in ("--retry", "--log", "--wait"):
        assert world.par("init", "feat", "--dismiss", other).status == 2

"""What a context begins with: typed into its first pane once init is ok, and started again when lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Terminal, World, eventually, refused, text_in
from par.system import processes

SCRIPT = ROOT / "python/par/tmux/program.sh"
# Tells its arguments, and does what is typed to it
AGENT = f"""#!{sys.executable} -IS
import json, pathlib, sys
told = pathlib.Path("told")
before = json.loads(told.read_text()) if told.exists() else []
pathlib.Path("part").write_text(json.dumps([*before, sys.argv[1:]]))
pathlib.Path("part").rename(told)
print("agent at work", flush=True)
while sys.stdin.readline().strip() != "quit":
    pass
"""
ODD = "-x \"two\" 'one' $HOME `id` $(id) !! #{pane_id} #(id) %H \\ ;\n\n\tsecond\\\n--end é\n\n"


@pytest.fixture
def agent(world: World) -> Path:
    """A stand-in for an agent, outside of the PATH of shells that read /etc/profile."""
    path = world.home / "bin/agent"
    path.parent.mkdir()
    path.write_text(AGENT)
    path.chmod(0o755)
    return path


def told(world: World, label: str, count: int = 1) -> list[list[str]]:
    """The arguments of each start of the agent in a context, once there were so many."""

    def look() -> list[list[str]]:
        path = world.data / "worktrees"
        found: list[list[str]] = next(
            (json.loads(each.read_text()) for each in path.glob(f"*/{label}/told")), []
        )
        return found if len(found) >= count else []

    return eventually(look, f"start {count} of the agent")  # type: ignore[no-any-return]


def programs(world: World, *labels: str) -> list[dict[str, Any]]:
    """What par says of the programs of contexts, all of them by default."""
    return [each["program"] for each in world.ok("ls", *labels, "--json").json["contexts"]]


def program(world: World, label: str) -> dict[str, Any]:
    (found,) = programs(world, label)
    return found


def runs(pids: list[str]) -> bool:
    """Whether what watches a program still does; of one that has ended no process id is noted."""
    try:
        for pid in pids:
            os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return pids != []


def stand(world: World, state: str, *labels: str) -> None:
    """Wait until par says so of programs: it is asked where what it tells that by has changed."""
    noted: list[tuple[str, bool]] = []

    def look() -> bool:
        texts = [each.read_text() for each in (world.data / "init").glob("*/program")]
        now = [(text, runs(text.split()[1:2])) for text in texts]
        is_new = now != noted
        noted[:] = now
        return is_new and all(each["state"] == state for each in programs(world, *labels))

    eventually(look, f"{state} of {', '.join(labels)}")


def quit_agent(world: World, label: str) -> None:
    world.tmux("send-keys", "-t", f"={world.session(label)}:", "quit", "Enter")
    stand(world, "ended", label)


def test_program_gets_its_prompt_as_one_argument_and_leaves_the_shell(world: World, agent: Path) -> None:
    home = world.repository()
    (home / "task.md").write_text(ODD)
    world.tmux("-f", "/dev/null", "new-session", "-d", "-s", "mine", "exec sleep 600")
    # In a new home fish would read all man pages of the machine: seconds
    (world.home / ".local/share/fish/generated_completions").mkdir(parents=True)
    command = f"{agent} --model 'a b'"
    shells = [each for each in ("dash", "bash", "zsh", "fish", "tcsh", "ksh") if shutil.which(each)]
    for shell in shells:
        world.tmux("set-option", "-g", "default-shell", shutil.which(shell) or "")
        made = world.ok("start", shell, "--run", command, "--prompt", "@task.md", cwd=home)
        assert f"  run       {command}\n" in made.stdout
    for shell in shells:
        assert told(world, shell) == [["--model", "a b", ODD]], shell
    stand(world, "running", *shells)
    assert programs(world) == [{"command": command, "prompt": ODD, "state": "running"}] * len(shells)
    shown = world.tmux("list-panes", "-a", "-F", "#{session_name} #{pane_current_command}").splitlines()
    assert {each.partition(" ")[0] for each in shown if "python" in each} == {*shells}
    for shell in shells:
        record = world.index["contexts"][shell]
        assert (record["command"], record["prompt"]) == (command, ODD)
        world.tmux("send-keys", "-t", f"={shell}:", "quit", "Enter")
    assert {each.stat().st_mode & 0o77 for each in (world.data / "init").glob("*/*")} == {0}
    stand(world, "ended", *shells)
    assert world.ok("send", *shells, "touch shell").stdout == "".join(f"{shell}: typed\n" for shell in shells)
    for shell in shells:
        eventually((world.worktree(shell) / "shell").exists, shell)
    # No other pane has the prompt
    seen = world.home / "env"
    world.tmux("new-window", "-d", "-t", "=dash:", f"env > {seen}.part; mv {seen}.part {seen}")
    assert "PAR_PROMPT" not in text_in(seen)


def test_program_waits_until_the_commands_went_well(world: World, agent: Path) -> None:
    home = world.repository()
    (home / ".par.yaml").write_text('initialization: {commands: ["test -e go"]}\n')
    words = ("start", "feat", "--run", str(agent), "--prompt", "it")
    made = world.ok(*words, cwd=home)
    assert f"  run       {agent}, once init is ok\n" in made.stdout
    assert "held" in made.stdout
    shown = world.ok("init", "feat").stdout
    first = f"approve it first: par trust {home}\n"
    assert f"app: held\nprogram: waiting: '{agent}'\n{first}run again: par init feat --retry\n" in shown
    folder = world.worktree("feat")
    failed = world.par("init", "feat", "--retry", "-y", "--wait")
    assert (failed.status, f"program: waiting: '{agent}'\n" in failed.stdout) == (8, True)
    world.ok("init", "feat", "--dismiss")
    assert (program(world, "feat")["state"], (folder / "told").exists()) == ("waiting", False)
    (folder / "go").touch()
    assert world.ok("init", "feat", "--retry", "--wait", "--json").json["init"] == "ok"
    assert told(world, "feat") == [["it"]]
    stand(world, "running", "feat")
    # What has been started is not started once more
    world.ok("init", "feat", "--retry", "--wait")
    quit_agent(world, "feat")
    world.ok("init", "feat", "--retry", "--wait")
    assert told(world, "feat") == [["it"]]
    running = world.ok("start", "more", "--run", str(agent), cwd=home)
    assert "  init      running" in running.stdout
    (world.worktree("more") / "go").touch()  # too late for some: then it is tried again
    if world.par("init", "more", "--wait").status:
        world.ok("init", "more", "--retry", "--wait")
    assert told(world, "more") == [[]]


@pytest.mark.long
def test_what_ran_when_the_session_was_lost_is_started_again_and_nothing_else(
    world: World, agent: Path, terminal: Terminal
) -> None:
    home = world.repository()
    config = world.home / ".config/par/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text(f"agent: {agent} first\nresume:\n  agent: {agent} --continue\n")
    (asked,) = (each["asks"] for each in world.ok("config", "check", "--json").json["files"])
    assert (asked["agent"], asked["resume"]) == (f"{agent} first", {"agent": f"{agent} --continue"})
    other = agent.with_name("other")
    shutil.copy(agent, other)
    world.ok("start", "one", "--agent", "--prompt", "do it", cwd=home)
    world.ok("start", "two", "--prompt", "-", cwd=home, text="from\nstandard input\n")
    world.ok("start", "three", "--run", f"LANG=C {other} x", "--prompt", "again", cwd=home)
    world.ok("start", "four", "--agent", cwd=home)
    world.ok("start", "five", cwd=home)
    assert told(world, "one") == [["first", "do it"]]
    assert told(world, "two") == [["first", "from\nstandard input\n"]]
    stand(world, "running", "one", "two", "three", "four")
    world.ok("rename", "two", "second")
    quit_agent(world, "second")
    world.ok("rename", "second", "two")
    world.ok("rm", "four")
    world.ok("undo")
    assert program(world, "four")["state"] == "ended"
    world.tmux("kill-server")
    stand(world, "lost", "one")
    terminal.par("open three")
    assert told(world, "three", 2) == [["x", "again"]] * 2
    assert sorted(world.ok("resurrect").stdout.splitlines()) == [
        "five: session made",
        "four: session made",
        f"one: session made, {agent} --continue starts again",
        "two: session made",
    ]
    assert told(world, "one", 2) == [["first", "do it"], ["--continue"]]
    assert (len(told(world, "two")), len(told(world, "four"))) == (1, 1)
    assert program(world, "five") == {"command": None, "prompt": None, "state": ""}
    # A setting that is wrong keeps no session from coming back
    config.write_text("resume: 1\n")
    stand(world, "running", "one")
    world.tmux("kill-server")
    said = world.ok("resurrect")
    assert "'one' is not resumed: " in said.stderr
    assert "one: session made\n" in said.stdout


def test_what_another_tool_brought_back_has_nothing_to_start_again(world: World, agent: Path) -> None:
    home = world.repository()
    world.ok("start", "feat", "--run", str(agent), cwd=home)
    assert told(world, "feat") == [[]]
    stand(world, "running", "feat")
    # What still runs in a session that lost its marks is seen
    world.tmux("set-option", "-u", "-t", "=feat:", "@par_label")
    assert program(world, "feat")["state"] == "running"
    world.tmux("kill-server")
    stand(world, "lost", "feat")
    world.tmux("new-session", "-d", "-s", "feat", "-c", str(world.worktree("feat")))
    assert world.ok("resurrect").stdout == "feat: session found again\n"
    assert program(world, "feat")["state"] == "ended"


def test_what_ended_while_the_server_lived_on_is_not_started_again(world: World, agent: Path) -> None:
    home = world.repository()
    world.tmux("-f", "/dev/null", "new-session", "-d", "-s", "mine", "exec sleep 600")
    for label, command in {
        "with": "echo x >> ran; exit",  # the shell goes with it
        "killed": str(agent),
        "became": f"exec {agent}",
    }.items():
        world.ok("start", label, "--run", command, cwd=home)
    assert (told(world, "killed"), told(world, "became")) == ([[]], [[]])
    stand(world, "ended", "with")
    assert "program: ended: " in world.ok("init", "with").stdout
    # The end of the shell of a session that somebody kills is not seen at once
    world.tmux("kill-session", "-t", "=killed:")
    again = world.ok("resurrect")
    assert (sorted(again.stdout.splitlines()), again.stderr) == (
        ["killed: session made", "with: session made"],
        "",
    )
    assert [each["state"] for each in programs(world, "killed", "with")] == ["ended", "ended"]
    # A program that the shell has become runs, until the server is killed, and then it is lost
    (noted,) = (each for each in (world.data / "init").glob("*/program") if "running" in each.read_text())
    watch = int(noted.read_text().split()[1])
    eventually(lambda: "sleep 2" in children(world, watch), "what watches the program")
    stand(world, "running", "became")
    os.kill(int(world.tmux("display-message", "-p", "#{pid}")), signal.SIGKILL)
    assert sorted(world.ok("resurrect").stdout.splitlines()) == [
        f"became: session made, exec {agent} starts again",
        "killed: session made",
        "with: session made",
    ]
    assert (told(world, "became", 2), told(world, "killed")) == ([[], []], [[]])
    eventually(lambda: not runs([str(watch)]), "the end of what watched it before")
    assert program(world, "became")["state"] == "running"
    assert (world.worktree("with") / "ran").read_text() == "x\n"


def children(world: World, pid: int) -> list[str]:
    found = map(str, processes.children([pid]))
    return [world.run("ps", "-o", "args=", "-p", each).stdout.strip() for each in found]


def test_a_pane_that_is_busy_is_not_typed_into(world: World, agent: Path) -> None:
    home = world.repository()
    (home / ".par.yaml").write_text('initialization: {commands: ["until [ -e go ]; do sleep 0.02; done"]}\n')
    world.ok("start", "feat", "--trust", "--run", str(agent), cwd=home)
    pane = world.tmux("display-message", "-p", "-t", "=feat:{start}", "#{pane_id}")
    world.ok("send", "feat", "cat > typed")
    folder = world.worktree("feat")
    eventually((folder / "typed").exists)
    (kept,) = (world.data / "init").glob("*")
    world.tmux("run-shell", "-b", f"sh {SCRIPT} {pane} {kept} 2")
    stand(world, "busy", "feat")
    # What somebody has begun to type is no part of the line
    world.tmux("send-keys", "-t", pane, "C-c")
    eventually(lambda: world.tmux("display-message", "-p", "-t", pane, "#{pane_current_command}") != "cat")
    world.tmux("send-keys", "-t", pane, "-l", "touch half")
    (folder / "go").touch()
    assert told(world, "feat") == [[]]
    assert ((folder / "typed").read_text(), [*folder.glob("half*")]) == ("", [])
    why = "as no shell was at its prompt in the first pane\nstart it: par init feat --retry\n"
    quit_agent(world, "feat")
    (kept / "program").write_text("busy\n")
    assert f"program: busy: '{agent}', {why}" in world.ok("init", "feat").stdout


def test_odd_places_are_only_text(world: World, agent: Path) -> None:
    home = world.repository()
    data = str(world.home / "a 'b' #{pane_id} #(touch pwned) $(touch pwned)")
    world.ok("start", "feat", "--run", str(agent), cwd=home, XDG_DATA_HOME=data)
    (folder,) = eventually(lambda: [*Path(data).glob("par/worktrees/*/feat/told")])
    assert json.loads(folder.read_text()) == [[]]
    assert not [*world.home.rglob("pwned")]


def test_checkouts_and_workspaces_begin_with_it_too(world: World, agent: Path) -> None:
    home = world.repository(under=world.home / "shop")
    world.repository("web", under=world.home / "shop")
    world.git(home, "branch", "topic")
    world.ok("checkout", "topic", "--run", str(agent), "--prompt", "a", cwd=home)
    assert told(world, "topic") == [["a"]]
    update = world.par("checkout", "topic", "--update", "--run", "x", cwd=home)
    message = "context 'topic' has it already, so nothing begins in it"
    refused(update, 4, message, "par send topic COMMAND")
    world.ok("workspace", "start", "both", "--run", str(agent), "--prompt", "b", cwd=world.home / "shop")
    (path,) = (world.data / "workspaces").glob("*/both")
    assert json.loads(text_in(path / "told")) == [["b"]]


def test_what_cannot_be_started_is_refused_and_leaves_nothing(world: World) -> None:
    home = world.repository()
    start = ("start", "feat", "--run")
    config = world.home / ".config/par/config.yaml"
    both = world.par(*start, "x", "--agent", cwd=home)
    assert (both.status, "--run and --agent are two ways" in both.stderr) == (2, True)
    ask = "write agent: claude there"
    for words in (("--agent",), ("--prompt", "x")):
        refused(
            world.par("start", "feat", *words, cwd=home),
            6,
            f"the setting agent is missing in '{config}'",
            ask,
        )
    lines = world.par(*start, "a\nb", cwd=home)
    message = "the command is not one plain line: a\\u{a}b"
    refused(lines, 2, message, "put it into a script, and run that")
    refused(world.par(*start, " ", cwd=home), 2, "the command is empty", "par start LABEL --run claude")
    empty = world.par(*start, "x", "--prompt", "", cwd=home)
    refused(empty, 2, "the prompt is empty, or no text", "--prompt TEXT|-|@FILE")
    binary = world.home / "binary"
    binary.write_bytes(b"\xff\xfe")
    assert world.par(*start, "x", "--prompt", f"@{binary}", cwd=home).status == 2
    gone = world.par(*start, "x", "--prompt", "@gone", cwd=home)
    message = "the prompt cannot be read: 'gone': No such file or directory"
    refused(gone, 3, message, "--prompt TEXT, or - for standard input")
    large = world.par(*start, "x", "--prompt", "-", cwd=home, text="x" * 120_001)
    message = "the prompt has more than 120000 bytes, the most for an argument"
    endless = world.par(*start, "x", "--prompt", "@/dev/zero", cwd=home)
    refused(endless, 2, message, "--prompt 'read task.md', and the rest in that file")
    refused(large, 2, message, "--prompt 'read task.md', and the rest in that file")
    assert (world.sessions(), world.branches(home)) == ([], {"main"})

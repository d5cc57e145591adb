"""`par wait`, `par capture` and `par whoami`: how far a context is, what it shows, and which one this is."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from conftest import Result, World, eventually, has_ended, refused
from forks import Running
from par.system import processes


def say(world: World, label: str, state: str) -> None:
    """What the agent in the first pane of a context says by its hook."""
    world.tmux("set-option", "-p", "-t", pane(world, label), "@par_state", state)


def pane(world: World, label: str) -> str:
    return world.tmux("display-message", "-p", "-t", f"={world.session(label)}:", "#{@par_pane}")


def begin(world: World, *words: str) -> Running:
    """Begin to wait, once the server tells the one who waits of changes."""
    waiting = world.start_par("wait", *words)
    eventually(lambda: listener(world, waiting), "a listener")
    return waiting


def listener(world: World, waiting: Running) -> str:
    """The client of this world's server that one who waits has started; '' while there is none."""
    for each in map(str, processes.children([waiting.pid])):
        words = world.run("ps", "-o", "args=", "-p", each).stdout
        if f"-S {world.home}/" in words and "wait-for" in words:
            return each
    return ""


def ended(waiting: Running) -> Result:
    stdout, stderr = waiting.communicate(timeout=30)
    return Result(waiting.wait(), stdout, stderr)


def test_what_an_agent_says_is_waited_for(two: World) -> None:
    say(two, "one", "working")
    say(two, "two", "working")
    waiting = begin(two, "all", "--timeout", "60")
    asking = listener(two, waiting)
    assert {each["state"] for each in two.ok("ls", "--json").json["contexts"]} == {"running"}
    say(two, "one", "done")
    eventually(lambda: two.ok("ls", "--json", "--state", "done").json["contexts"])
    assert waiting.poll() is None
    say(two, "two", "done")
    assert ended(waiting) == Result(0, "one\ntwo\n", "")
    eventually(lambda: has_ended(asking), "the end of the listener")
    eventually(lambda: sorted(two.sessions()) == sorted(map(two.session, ("one", "two"))))
    # What is so already is not waited for
    assert two.ok("wait", "one", "two").stdout == "one\ntwo\n"
    say(two, "one", "working")
    first = begin(two, "one", "--for", "waiting", "--any")
    # It is the same one, and nothing is asked meanwhile
    asking = listener(two, first)
    two.ok("ls")
    assert listener(two, first) == asking
    say(two, "one", "waiting")
    assert ended(first) == Result(0, "one\n", "")
    assert two.ok("wait", "all", "--for", "waiting", "--any").stdout == "one\n"
    assert two.ok("wait", "all", "--for", "idle").stdout == "one\ntwo\n"
    say(two, "two", "working")
    late = "timed out, not idle yet: two"
    refused(two.par("wait", "all", "--for", "idle", "--timeout", "0.2"), 124, late, "par ls")
    say(two, "two", "failed")
    refused(two.par("wait", "two"), 8, "'two' will not be done: it failed", "par capture two")


def test_a_program_that_ends_and_a_session_that_goes(two: World) -> None:
    for label in ("one", "two"):
        two.tmux("respawn-pane", "-k", "-t", pane(two, label), "exec sleep 300")
        eventually(lambda label=label: shows(two, label, "sleep"))  # type: ignore[misc]
    waiting = begin(two, "all", "--for", "exit")
    two.tmux("respawn-pane", "-k", "-t", pane(two, "one"), "exec sh")
    eventually(lambda: shows(two, "one", "sh"))
    assert waiting.poll() is None
    two.tmux("kill-session", "-t", f"={two.session('two')}:")
    assert ended(waiting) == Result(0, "one\ntwo\n", "")
    refused(two.par("wait", "two"), 4, "the session is stopped: two", "par open two")
    say(two, "one", "working")
    lost = begin(two, "one")
    two.tmux("kill-server")
    told = ended(lost)
    assert (told.status, told.stdout) == (8, "")
    assert told.stderr == "par: 'one' will not be done: its program has ended\nhint: par open one\n"


def test_a_context_that_is_renamed_is_followed_and_one_that_is_removed_is_named(two: World) -> None:
    home = two.home / "src/app"
    for label in ("one", "two"):
        two.ok("send", label, "sleep 300")
        eventually(lambda label=label: shows(two, label, "sleep"))  # type: ignore[misc]
        say(two, label, "working")
    ends = begin(two, "all", "--for", "exit")
    done, idle = begin(two, "one"), begin(two, "one", "two", "--for", "idle")
    listening = listener(two, ends)
    two.ok("rename", "one", "uno")
    # Each has been woken, has looked, and waits again
    eventually(lambda: listener(two, ends) not in {"", listening})
    assert [each.poll() for each in (ends, done, idle)] == [None] * 3
    # Another one that is called as it was is another one
    two.ok("start", "one", cwd=home)
    say(two, "uno", "done")
    assert ended(done) == Result(0, "uno\n", "")
    two.tmux("send-keys", "-t", pane(two, "uno"), "C-c")
    eventually(lambda: shows(two, "uno", "bash") or shows(two, "uno", "sh"))
    two.ok("state", "clear", "uno")
    assert (ends.poll(), idle.poll()) == (None, None)
    two.ok("rm", "two")
    refused(ended(idle), 8, "'two' was removed", "par restore two")
    # What ran in it has ended, which was waited for
    assert ended(ends) == Result(0, "uno\ntwo\n", "")
    two.git(home, "worktree", "add", "-q", "-b", "other", str(two.home / "other"))
    two.ok("adopt", str(two.home / "other"))
    late = begin(two, "other", "--timeout", "60")
    two.ok("rm", "other")
    refused(ended(late), 8, "'other' was removed", "par ls")  # it is not in the trash


def shows(world: World, label: str, program: str) -> bool:
    return world.tmux("display-message", "-p", "-t", pane(world, label), "#{pane_current_command}") == program


def test_ctrl_c_ends_the_waiting_and_its_listener(two: World) -> None:
    waiting = begin(two, "one")
    asking = listener(two, waiting)
    waiting.send_signal(signal.SIGINT)
    assert ended(waiting) == Result(130, "", "\npar: interrupted\n")
    eventually(lambda: has_ended(asking))
    hooks = two.tmux("show-hooks", "-g")
    assert "8418" not in hooks


def test_a_killed_one_leaves_no_client_and_no_hook_and_ends_no_other(two: World) -> None:
    say(two, "one", "working")
    killed, other = begin(two, "one"), begin(two, "one")
    orphan = listener(two, killed)
    killed.kill()
    ended(killed)
    eventually(lambda: has_ended(orphan), "the end of the one")
    eventually(lambda: listener(two, other), "that of the other")
    eventually(lambda: "wait-for" in two.tmux("show-hooks", "-g"), "the hook of the other")
    say(two, "one", "done")
    assert ended(other) == Result(0, "one\n", "")
    assert "8418" not in two.tmux("show-hooks", "-g")


def test_capture_prints_the_screen_or_the_last_lines(two: World) -> None:
    two.ok("send", "one", "clear; for n in 1 2 3 4 5; do printf '\\033[31mline%s\\033[m\\n' $n; done; cat")
    eventually(lambda: "line5" in two.screen(pane(two, "one")))
    shown = two.ok("capture", "one").stdout.splitlines()
    assert [line for line in shown if line.startswith("line")] == [f"line{n}" for n in range(1, 6)]
    assert two.ok("capture", "ONE", "-n", "2").stdout == "line4\nline5\n"
    assert two.ok("capture", "one", "-n", "1", "--ansi").stdout.rstrip("\n") in {
        "\x1b[31m" + "\x1b[39m\x1b[31m" * 4 + "line5\x1b[39m\x1b[m",  # as tmux 3.2 says it
        "\x1b[31mline5\x1b[m",
    }
    two.tmux("split-window", "-t", f"={two.session('two')}:", "echo beside; exec cat")
    eventually(lambda: two.ok("capture", "two", "--pane", "active").stdout == "beside\n")
    two.tmux("kill-session", "-t", f"={two.session('two')}:")
    refused(two.par("capture", "two"), 4, "'two': the session is stopped", "par open two")


def test_whoami_is_the_pane_or_the_worktree(two: World) -> None:
    socket = two.tmux("display-message", "-p", "#{socket_path}")
    inside = {"TMUX": f"{socket},1,0", "TMUX_PANE": pane(two, "two")}
    folder = two.worktree("one")
    assert two.par("whoami", cwd=folder) == Result(0, "one\n", "")
    assert two.par("whoami", **inside) == Result(0, "two\n", "")  # type: ignore[arg-type]
    # `.` is that label, in each command that takes one
    assert two.ok("path", ".", cwd=folder).stdout == f"{folder}\n"
    assert two.ok("path", ".", **inside).stdout == f"{two.worktree('two')}\n"  # type: ignore[arg-type]
    assert [each["label"] for each in two.ok("ls", ".", "two", "--json", cwd=folder).json["contexts"]] == [
        "one",
        "two",
    ]
    assert two.ok("send", ".", "--dry-run", ".", cwd=folder).stdout.startswith("one: would be typed")
    for words in (("init", "."), ("diff", "."), ("capture", "."), ("run", ".", "--", "true")):
        assert two.ok(*words, cwd=folder).stderr.startswith("one (app): ok, " if words[0] == "run" else "")
    nowhere = "this is neither a pane nor a worktree of a context"
    refused(two.par("rm", "."), 3, nowhere, "par ls")
    (folder / "deep").mkdir()
    told = two.ok("whoami", "--json", cwd=folder / "deep").json
    (row,) = (each for each in two.ok("ls", "--json").json["contexts"] if each["label"] == "one")
    head = {"head": None}
    assert told == {
        "version": 1,
        "context": {**row, "worktrees": [{**row["worktrees"][0], **head}]},
        "worktree": str(folder),
    }
    outside = "this is neither a pane nor a worktree of a context"
    refused(two.par("whoami", cwd=Path("/")), 3, outside, "par ls")


def test_a_script_is_no_shell_that_waits_for_a_command(two: World) -> None:
    script = two.home / "asks.sh"
    script.write_text("#!/bin/bash\ntouch begun\nread -p 'delete all? ' answer\necho $answer > answered\n")
    script.chmod(0o755)
    folder = two.worktree("one")
    two.ok("send", "one", str(script))
    eventually((folder / "begun").exists, "the script")
    refusal = "one: not sent, a script of 'bash' runs in it: --force\n"
    assert two.par("send", "one", "echo next").stdout == refusal
    for until in ("exit", "idle"):
        assert two.par("wait", "one", "--for", until, "--timeout", "0.3").status == 124
    two.ok("send", "one", "--force", "no")
    two.ok("wait", "one", "--for", "exit")
    assert (folder / "answered").read_text() == "no\n"
    # A shell that was typed there is one as well
    two.ok("send", "one", "bash --norc -i")
    eventually(lambda: two.tmux("display-message", "-p", "-t", "=one:", "#{pane_current_command}") == "bash")
    eventually(lambda: two.par("send", "one", "touch nested").status == 0)
    eventually((folder / "nested").exists, "the nested shell")


@pytest.mark.parametrize("seconds", ["inf", "nan", "1e300", "-1"])
def test_what_is_no_number_of_seconds_is_refused(two: World, seconds: str) -> None:
    for words in ("wait one", "ls --long", "run one -- true"):
        command, *rest = words.split()
        result = two.par(command, "--timeout", seconds, *rest)
        assert (result.status, result.stdout) == (2, ""), (words, result)


def test_a_word_that_was_said_at_a_prompt_makes_no_agent_of_what_runs_there_since(two: World) -> None:
    two.ok("state", "failed", "one")
    (two.worktree("one") / "long").write_text("line\n" * 200)
    two.ok("send", "one", "less long")
    eventually(lambda: two.tmux("display-message", "-p", "-t", "=one:", "#{pane_current_command}") == "less")
    refusal = "one: not sent, 'less' runs in it, neither a shell nor an agent: --force\n"
    assert two.par("send", "one", "hello").stdout == refusal

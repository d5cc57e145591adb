"""`par run`: one command in the worktrees of many contexts, so many at a time, and a true account of each."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

from conftest import Result, Terminal, World, eventually, has_ended, refused


def results(ran: Result) -> dict[str, Any]:
    """The exit status of each, by label and repository."""
    return {f"{each['label']} {each['repository']}": each["exit"] for each in ran.json["results"]}


def shows(world: World, target: str, text: str) -> bool:
    return text in world.screen(target)


def run_windows(world: World) -> list[str]:
    """The windows that runs have, by label."""
    said = world.tmux("list-windows", "-a", "-F", "#{@par_label} #{window_name} #{?pane_dead,dead,}")
    return sorted(line for line in said.splitlines() if " run" in line)


def test_many_contexts_in_four_repositories(world: World) -> None:
    homes = [world.repository(name) for name in ("a", "b", "c", "d")]
    labels = [f"{home.name}-{number}" for home in homes for number in range(1, 4)]
    for home in homes:
        world.ok("start", home.name, "--count", "3", cwd=home)
    counted = world.home / "counted"
    script = f"echo + >> {counted}; sleep 0.1; echo in ${{PWD##*/}}; pwd > ran; echo - >> {counted}"
    ran = world.par("run", "all", "-j", "4", "--shell", "--json", "--", script)
    assert (ran.status, results(ran)) == (0, {f"{label} {label[0]}": 0 for label in labels})
    for label, each in zip(labels, ran.json["results"], strict=True):
        folder = world.worktree(label)
        assert (folder / "ran").read_text() == f"{folder}\n"
        assert Path(each["log"]).read_text().replace("\r", "") == f"$ {script}\nin {label}\n"
        assert 0.1 < each["seconds"] < 30
    assert sorted(ran.stderr.splitlines())[0].startswith("a-1 (a): ok, ")
    at_once, most = 0, 0
    for line in counted.read_text().split():
        at_once += 1 if line == "+" else -1
        most = max(most, at_once)
    assert 2 <= most <= 4
    eventually(lambda: run_windows(world) == [], "windows that close")

    for label in ("b-2", "c-3"):
        (world.worktree(label) / "broken").touch()
    check = ("-j", "8", "--json", "--", "test", "!", "-e", "broken")
    tried = [label for label in labels if label[0] in "bc"]
    both = world.par("run", "b-*", "c-*", "--keep-going", *check)
    assert results(both) == {f"{label} {label[0]}": int(label in {"b-2", "c-3"}) for label in tried}
    log = both.json["results"][tried.index("b-2")]["log"]
    assert both.status == 8
    assert both.stderr.endswith(f"par: the command failed in b-2, c-3\nhint: less -R {log}\n")
    eventually(lambda: run_windows(world) == ["b-2 run dead", "c-3 run dead"])
    assert "failed: 'test '!' -e broken': exit status 1" in world.screen(f"={world.session('b-2')}:run")
    # The first failure is the last beginning
    some = world.par("run", "b*", "-j", "1", "--json", "--", "test", "!", "-e", "broken")
    assert results(some) == {"b-1 b": 0, "b-2 b": 1, "b-3 b": None}
    assert [each["log"] is None for each in some.json["results"]] == [False, False, True]
    # A later run closes what an earlier one left, if that has ended
    eventually(lambda: run_windows(world) == ["b-2 run dead", "c-3 run dead"])
    (world.worktree("b-2") / "broken").unlink()
    plain = world.par("run", "--repo", "b", "--", "test", "!", "-e", "broken")
    assert plain.status == 0
    head, *rows = [line.split("\t") for line in plain.stdout.splitlines()]
    assert head == ["label", "repository", "state", "exit", "seconds", "log"]
    assert [row[:4] for row in rows] == [[f"b-{number}", "b", "ok", "0"] for number in range(1, 4)]
    eventually(lambda: run_windows(world) == ["c-3 run dead"])


def test_words_are_one_program_and_its_arguments_or_a_line_for_the_shell(two: World) -> None:
    odd = ["a b", "$HOME", "it's", "", "--json", "--", "#{pane_id}", ";", "é\n"]
    show = "import json, sys; open('words', 'w').write(json.dumps(sys.argv[1:]))"
    two.ok("run", "one", "--", sys.executable, "-S", "-c", show, *odd)
    assert json.loads((two.worktree("one") / "words").read_text()) == odd
    missing = two.par("run", "one", "two", "-k", "--output", "--", "FOO=1", "no such")
    assert missing.status == 8
    said = (
        "$ FOO=1 'no such'\nFOO=1 cannot be started: No such file or directory\n"
        "failed: 'FOO=1 'no such'': exit status 127\n"
    )
    assert missing.stdout == f"--- one (app): exit 127\n{said}--- two (app): exit 127\n{said}"
    piped = two.par("run", "two", "--shell", "--json", "--", "echo $((40 + 2)) | tee here; kill -9 $$")
    assert (piped.status, results(piped)) == (8, {"two app": 137})
    assert (two.worktree("two") / "here").read_text() == "42\n"


def test_each_repository_of_a_workspace_is_one_and_none_runs_twice(world: World) -> None:
    shop = world.home / "shop"
    for name in ("backend", "frontend"):
        world.repository(name, under=shop)
    world.ok("workspace", "start", "feat", cwd=shop)
    ran = world.par("run", "feat", "FEAT/frontend", "--json", "--", "pwd")
    assert (ran.status, results(ran)) == (0, {"feat backend": 0, "feat frontend": 0})
    of_one = world.par("run", "--repo", "backend", "--json", "--", "pwd")
    assert (of_one.status, results(of_one)) == (0, {"feat backend": 0})
    one = world.par("run", "feat/frontend", "--output", "--", "pwd")
    folder = world.worktree("feat") / "frontend"
    assert one.stdout == f"--- feat (frontend): ok\n$ pwd\n{folder}\n"
    assert one.stderr.startswith("feat (frontend): ok, ")


def test_what_takes_too_long_is_ended(two: World) -> None:
    command = "echo begun; trap '' HUP; sleep 300 & echo $! > pid; wait"
    ran = two.par("run", "all", "-j", "2", "--timeout", "0.5", "--shell", "--json", "--", command)
    assert (ran.status, results(ran)) == (124, {"one app": 124, "two app": 124})
    log = Path(ran.json["results"][0]["log"])
    assert ran.stderr.endswith(f"par: the command took too long in one, two\nhint: less -R {log}\n")
    assert log.read_text().endswith("it took longer than 0.5 s\n")
    for label in ("one", "two"):
        pid = (two.worktree(label) / "pid").read_text().strip()
        eventually(partial(has_ended, pid), "its end")


def test_ctrl_c_stops_all_and_says_which(two: World) -> None:
    home = two.home / "src/app"
    two.ok("start", "three", cwd=home)
    running = two.start_par("run", "all", "-j", "2", "--shell", "--", "echo $$ > pid; sleep 300")
    files = [two.worktree(label) / "pid" for label in ("one", "two")]
    eventually(lambda: all(each.exists() and each.read_text() for each in files), "two runs")
    running.send_signal(signal.SIGINT)
    stdout, stderr = running.communicate(timeout=30)
    assert running.returncode == 130
    assert stderr.splitlines() == [
        "stopped in one (app), two (app); not begun in three (app)",
        "par: interrupted",
    ]
    rows = [line.split("\t")[:4] for line in stdout.splitlines()[1:]]
    assert [row[2] for row in rows] == ["stopped", "stopped", "not begun"]
    assert run_windows(two) == []
    for each in files:
        assert has_ended(each.read_text().strip())


def test_a_runner_that_is_killed_is_a_failure(two: World) -> None:
    running = two.start_par("run", "one", "--json", "--shell", "--", "echo $PPID > runner; sleep 300")
    runner = two.worktree("one") / "runner"
    eventually(lambda: runner.exists() and runner.read_text(), "the runner")
    two.run("kill", "-9", runner.read_text().strip())
    stdout, stderr = running.communicate(timeout=30)
    assert running.returncode == 8, stderr
    (result,) = json.loads(stdout)["results"]
    assert (result["exit"], result["reason"]) == (None, "it was killed")


def test_a_session_or_window_that_is_killed_meanwhile_is_told(two: World) -> None:
    running = two.start_par("run", "all", "-k", "-j", "2", "--json", "--", "sh", "-c", "touch on; sleep 300")
    eventually(lambda: all((two.worktree(label) / "on").exists() for label in ("one", "two")), "two runs")
    two.tmux("kill-session", "-t", "=one:")
    two.tmux("kill-window", "-t", "=two:run")
    stdout, _ = running.communicate(timeout=30)
    told = [(each["exit"], each["reason"]) for each in json.loads(stdout)["results"]]
    killed = ["its session was killed", "its window was killed"]
    assert (running.returncode, told) == (8, [(None, each) for each in killed])
    # One that goes before its turn
    two.ok("resurrect")
    ran = two.par("run", "two", "one", "-j", "1", "--json", "--shell", "--", "tmux kill-session -t =one:")
    told = [(each["exit"], each["reason"]) for each in ran.json["results"]]
    assert (ran.status, told) == (8, [(0, None), (None, "not run: its session was killed")])


def test_on_a_terminal_a_table_shows_how_it_goes_and_the_window_takes_keys(
    two: World, terminal: Terminal
) -> None:
    terminal.par(
        "run all -j 1 --shell -- 'echo name?; read name; echo hello $name; test $name != two'; echo gave-$?"
    )
    screen = terminal.wait("│ name?")
    rows = [line.strip("│ ").split() for line in screen.splitlines() if line.startswith("│")]
    assert rows[0] == ["Label", "│", "Repository", "│", "State", "│", "Seconds", "│", "Last", "line"]
    assert (rows[1][0], rows[1][4], rows[1][-1]) == ("one", "running", "name?")
    assert (rows[2][0], rows[2][4]) == ("two", "waiting")
    for label in ("one", "two"):
        window = f"={two.session(label)}:run"
        eventually(partial(shows, two, window, "name?"), "the question")
        two.tmux("send-keys", "-t", window, label, "Enter")
    screen = terminal.wait("gave-8")
    assert screen.count("Label") == 1
    rows = [line.strip("│ ").split() for line in screen.splitlines() if line.startswith("│")]
    assert (rows[1][4], rows[1][-2:]) == ("ok", ["hello", "one"])
    assert rows[2][4:6] == ["exit", "1"]
    assert "par: the command failed in two" in screen


def test_what_cannot_be_run_is_refused_before_anything_is_touched(two: World) -> None:
    assert two.par("run", "one", "make").stderr.splitlines()[0] == (
        "par: a command is needed: par run LABEL -- COMMAND"
    )
    assert two.par("run", "--", "true").status == 2
    refused(two.par("run", "xyz", "--", "touch", "x"), 3, "there is no context 'xyz'", "par ls")
    two.tmux("kill-session", "-t", f"={two.session('two')}:")
    refused(
        two.par("run", "all", "--", "touch", "x"), 4, "no session is there to run it in: two", "par open two"
    )
    assert not (two.worktree("one") / "x").exists()
    assert not (two.data / "runs").exists()


def test_what_is_stopped_or_broken_is_left_out_and_counts_as_a_failure(two: World) -> None:
    two.ok("start", "gone", cwd=two.home / "src/app")
    shutil.rmtree(two.worktree("gone"))
    two.tmux("kill-session", "-t", "=two:")
    ran = two.par("run", "all", "-k", "--json", "--", "true")
    assert (ran.status, results(ran)) == (8, {"one app": 0, "two app": None, "gone app": None})
    reasons = ["not run: its session is stopped", "not run: its worktree is gone"]
    assert [each["reason"] for each in ran.json["results"]] == [None, *reasons]
    assert {f"gone (app): {reasons[1]}", f"two (app): {reasons[0]}"} < set(ran.stderr.splitlines()[:3])
    assert ran.stderr.endswith("par: the command was not run in two, gone\nhint: par open two\n")
    both = two.par("run", "all", "-k", "--", "false")
    assert "par: the command failed in one; was not run in two, gone\nhint: less -R " in both.stderr
    # Where there is nothing else it is refused as before
    refused(
        two.par("run", "two", "-k", "--", "true"), 4, "no session is there to run it in: two", "par open two"
    )


def test_a_strangers_code_runs_only_where_it_was_named(world: World) -> None:
    bare, home = world.clone()
    world.git(home, "push", "-q", str(bare), "HEAD:refs/pull/1/head")
    world.ok("checkout", "pr/1", "--label", "review", cwd=home)
    refused(
        world.par("run", "all", "--", "true"),
        5,
        "what was asked for holds the code of strangers only",
        "par run review -- COMMAND",
    )
    world.ok("start", "own", cwd=home)
    ran = world.par("run", "all", "--json", "--", "true")
    assert results(ran) == {"own app": 0}
    assert ran.stderr.splitlines()[0] == (
        "left out, as they hold the code of a stranger: review (name them to run it)"
    )
    assert results(world.par("run", "review", "--json", "--", "true")) == {"review app": 0}


def test_only_the_last_logs_are_kept(two: World) -> None:
    runs = two.data / "runs"
    for number in range(25):
        (runs / f"20200101-0000{number:02}-abcd").mkdir(parents=True)
        (runs / f"20200101-0000{number:02}-abcd/0.log").touch()
        os.utime(runs / f"20200101-0000{number:02}-abcd", (0, 0))
    # One of another par that has only begun: nothing in it is locked yet
    (runs / "20190101-000000-abcd").mkdir()
    two.ok("run", "one", "--", "true")
    kept = sorted(each.name for each in runs.iterdir())
    assert len(kept) == 22
    assert kept[:2] == ["20190101-000000-abcd", "20200101-000005-abcd"]
    assert {each.name for each in (runs / kept[-1]).iterdir()} == {
        "0.job",
        "0.lock",
        "0.log",
        "0.state",
        "lock",
    }


def test_a_narrow_terminal_keeps_how_it_went(world: World) -> None:
    home, label = world.repository("a-repository-with-quite-a-long-name"), f"a-label-{'that-is-long-' * 4}x"
    world.ok("start", label, cwd=home)
    for columns, expected in ((140, 5), (80, 2)):
        narrow = Terminal(world, columns=columns, name=f"columns-{columns}")
        narrow.par(f"run {label} -- false; echo status $?")
        screen = narrow.wait("status 8")
        rows = [line.strip("│").split("│") for line in screen.splitlines() if line.startswith("│")]
        heads, row = [[cell.strip() for cell in each] for each in rows[-2:]]
        assert (len(heads), row[0], row[heads.index("State")]) == (expected, label, "exit 1"), screen

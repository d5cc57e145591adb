"""`par ls` and `par labels`: what they show is what is there."""

from __future__ import annotations

import shutil
from datetime import datetime, timezone

from conftest import PAR, Result, Terminal, World, eventually
from par.model import State
from par.render import ls

LEGEND = "● attached  ○ running  · stopped  ✗ broken  … changing  * you are here"


def rows(shown: str) -> list[list[str]]:
    """The cells of what `par ls` wrote into a pipe, the head's first."""
    return [line.split("\t") for line in shown.splitlines()]


def framed(screen: str) -> list[list[str]]:
    """The cells of the table on a terminal, the head's first."""
    lines = [line for line in screen.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def made(world: World, label: str, zone: str = "+00:00") -> str:
    """When a context was made, as the table writes it at this offset from UTC."""
    time = datetime.fromisoformat(world.index["contexts"][label]["created_at"])
    there = datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo
    return time.astimezone(there).strftime("%Y-%m-%d %H:%M")


def test_without_contexts_ls_says_how_to_make_one(world: World) -> None:
    empty = "No contexts. Make one in a git repository: par start LABEL\n"
    assert world.par("ls") == Result(0, empty, "")
    assert world.par("ls", "--json").json == {"version": 1, "contexts": []}
    assert world.par("labels") == Result(0, "", "")
    assert not world.data.exists()


def test_a_pipe_gets_a_line_each_with_tabs(world: World) -> None:
    home = world.repository("my app")
    world.ok("start", "feat", cwd=home)
    world.git(home, "branch", "fix/x")
    world.ok("checkout", "fix/x", "--label", "日本語", cwd=home)
    one, two = world.session("feat"), world.session("日本語")
    assert world.par("ls", LC_ALL="C", COLUMNS="40") == Result(
        0,
        "label\tstate\tinit\tbranch\trepository\tcreated\tkind\tagent\tsession\n"
        f"feat\trunning\t\tfeat\tmy app\t{made(world, 'feat')}\tSession\t\t{one}\n"
        f"日本語\trunning\t\tfix/x\tmy app\t{made(world, '日本語')}\tCheckout\t\t{two}\n",
        "",
    )


def test_a_terminal_gets_the_whole_table_where_there_is_room(world: World) -> None:
    home = world.repository("my app")
    world.ok("start", "feat", cwd=home)
    world.git(home, "branch", "fix/x")
    world.ok("checkout", "fix/x", "--label", "日本語", cwd=home)
    assert (world.session("feat"), world.session("日本語")) == ("feat", "日本語")
    line = "─" * len("─Tmux Session─")
    terminal = Terminal(world, columns=150, name="wide")
    terminal.par("ls; echo status $?")
    shown = terminal.wait("status 0")
    assert (
        f"┌──────────┬────────┬──────────────────────┬──────────────────┬──────────┬{line}┐\n"
        f"│ Label    │ Branch │ Repository/Workspace │ Created          │ Type     │ Tmux Session │\n"
        f"├──────────┼────────┼──────────────────────┼──────────────────┼──────────┼{line}┤\n"
        f"│ ○ feat   │ feat   │ my app               │ {made(world, 'feat')} │ Session  │ feat         │\n"
        f"│ ○ 日本語 │ fix/x  │ my app               │ {made(world, '日本語')} │ Checkout │ 日本語       │\n"
        f"└──────────┴────────┴──────────────────────┴──────────────────┴──────────┴{line}┘\n"
        f"{LEGEND}\n"
    ) in shown
    terminal.type("clear")
    terminal.par("ls --plain; echo status $?")
    assert framed(terminal.wait("status 0")) == []


def test_times_are_local(world: World) -> None:
    world.ok("start", "feat", cwd=world.repository())
    assert rows(world.ok("ls", TZ="XXX-05:30").stdout)[1][5] == made(world, "feat", "+05:30")


def test_each_state_has_its_mark_and_the_branch_is_the_real_one(world: World, terminal: Terminal) -> None:
    world.started("attached", "running", "stopped", "broken", "bare")
    sessions = {label: world.session(label) for label in world.index["contexts"]}
    terminal.type(f"tmux attach-session -t ={sessions['attached']}:")
    world.tmux("kill-session", "-t", f"={sessions['stopped']}:")
    world.git(world.worktree("running"), "switch", "-q", "-c", "other/one")
    world.git(world.worktree("bare"), "switch", "-q", "--detach")
    shutil.rmtree(world.worktree("broken"))
    eventually(lambda: world.tmux("list-clients"), "the client")
    world.tmux("rename-session", "-t", f"={sessions['bare']}:", "mine")
    assert [[*row[:2], row[3], row[-1]] for row in rows(world.ok("ls").stdout)[1:]] == [
        ["attached", "attached", "attached", sessions["attached"]],
        ["running", "running", "other/one", sessions["running"]],
        ["stopped", "stopped", "stopped", sessions["stopped"]],
        ["broken", "broken", "broken", sessions["broken"]],
        ["bare", "running", "(no branch)", "mine"],
    ]
    seen = Terminal(world, columns=150, name="seen")
    seen.par("ls; echo status $?")
    marked = [row[0] for row in framed(seen.wait("status 0"))[1:]]
    assert marked == ["● attached", "○ running", "· stopped", "✗ broken", "○ bare"]
    document = {each["label"]: each for each in world.ok("ls", "--json").json["contexts"]}
    states = {label: (each["state"], each["branch"]) for label, each in document.items()}
    assert states == {
        "attached": ("attached", "attached"),
        "running": ("running", "other/one"),
        "stopped": ("stopped", "stopped"),
        "broken": ("broken", None),
        "bare": ("running", ""),
    }
    assert document["attached"]["session"]["attached"] == 1
    assert document["stopped"]["session"] == {"name": sessions["stopped"], "id": None, "attached": 0}
    (worktree,) = document["broken"]["worktrees"]
    assert (worktree["branch"], worktree["head"]) == (None, None)
    assert document["bare"]["session"]["name"] == "mine"


def test_json_is_one_whole_document(world: World) -> None:
    home = world.started("feat")
    folder = world.worktree("feat")
    (folder / "new").touch()
    world.git(folder, "add", "new")
    world.git(folder, "commit", "-q", "-m", "new")
    world.tmux("set-option", "-t", f"={world.session('feat')}:", "@par_init", "failed")
    world.tmux("set-option", "-t", f"={world.session('feat')}:", "@par_state", "waiting")
    result = world.par("ls", "--json")
    assert (result.status, result.stderr) == (0, "")
    assert result.json == {
        "version": 1,
        "contexts": [
            {
                "label": "feat",
                "kind": "session",
                "state": "running",
                "init": "failed",
                "agent": "waiting",
                "agent_since": result.json["contexts"][0]["agent_since"],
                "current": False,
                "repository": {"name": "app", "path": str(home)},
                "session": {
                    "name": world.session("feat"),
                    "id": world.tmux("list-sessions", "-F", "#{session_id}"),
                    "attached": 0,
                },
                "worktrees": [
                    {
                        "repository": str(home),
                        "path": str(folder),
                        "branch": "feat",
                        "head": world.git(folder, "rev-parse", "HEAD"),
                        "port": None,
                        "ports": 0,
                    }
                ],
                "branch": "feat",
                "created_at": world.index["contexts"]["feat"]["created_at"],
                "program": {"command": None, "prompt": None, "state": ""},
            }
        ],
    }
    created = datetime.fromisoformat(result.json["contexts"][0]["created_at"])
    assert created.tzinfo is not None
    assert abs((datetime.now(timezone.utc) - created).total_seconds()) < 60


def test_kind_and_repo_choose(world: World) -> None:
    app, other = world.repository("app"), world.repository("other")
    world.git(other, "branch", "topic")
    world.ok("start", "one", cwd=app)
    world.ok("start", "two", cwd=other)
    world.ok("checkout", "topic", cwd=other)
    for words, labels in (
        ((), ["one", "two", "topic"]),
        (("--kind", "session"), ["one", "two"]),
        (("--kind", "checkout"), ["topic"]),
        (("--repo", "other"), ["two", "topic"]),
        (("--repo", "other", "--kind", "session"), ["two"]),
    ):
        document = world.ok("ls", "--json", *words, cwd=app).json
        assert [each["label"] for each in document["contexts"]] == labels
    assert [row[0] for row in rows(world.ok("ls", "--repo", "app", cwd=other).stdout)[1:]] == ["one"]
    wrong = world.par("ls", "--kind", "thing")
    assert (wrong.status, wrong.stdout) == (2, "")
    assert wrong.stderr.endswith("\nhint: par ls --help\n")
    assert world.ok("labels").stdout == "one\ntwo\ntopic\n"


def test_the_current_context_is_marked_also_in_the_control_center(world: World, terminal: Terminal) -> None:
    world.started("feat", "feat-2")
    terminal.par("open feat-2")
    eventually(lambda: world.tmux("list-clients"), "the client")
    terminal.par("ls; echo status $?")
    assert [row[0] for row in framed(terminal.wait("status 0"))[1:]] == ["○ feat", "● feat-2*"]
    world.ok("control-center", "--no-attach")
    terminal.type("tmux switch-client -t =control-center:")
    world.tmux("select-window", "-t", "=control-center:0")
    eventually(
        lambda: world.tmux("list-clients", "-F", "#{session_name} #{window_name}") == "control-center feat"
    )
    terminal.par("ls --json > shown; echo status $?")
    terminal.wait("status 0")
    text = (world.worktree("feat") / "shown").read_text()
    assert [each["current"] for each in Result(0, text, "").json["contexts"]] == [True, False]


def test_every_state_has_its_mark() -> None:
    assert {*ls.MARKS} == {*State}


def test_a_narrow_terminal_loses_columns_from_the_right_and_never_a_label(world: World) -> None:
    home, label = world.repository("a-repository-with-quite-a-long-name"), "a-label-that-is-rather-long"
    world.ok("start", label, cwd=home)
    date = made(world, label)
    for columns, expected in (
        (140, [f"○ {label}", label, home.name, date, "Session"]),
        (100, [f"○ {label}", label, "a-repository-with-qu…", date[:10]]),
        (80, [f"○ {label}", "a-label-that-is-r…", "a-reposit…", date[:10]]),
        (60, [f"○ {label}", "a-label-th…", "a-reposit…"]),
        (40, [f"○ {label}"]),
        (20, [f"○ {label}"]),
    ):
        narrow = Terminal(world, columns=columns, name=f"columns-{columns}")
        narrow.par("ls; echo status $?")
        screen = narrow.wait("status 0")
        if columns < 32:  # the label is whole, and the terminal wraps it
            assert label in screen.replace("\n", "")
            continue
        assert framed(screen)[1] == expected, columns
        lines = [line for line in screen.splitlines() if line[:1] in {"┌", "│", "├", "└"}]
        assert len(lines) == 5
        assert {len(line) for line in lines} == {len(lines[0])}
        assert len(lines[0]) <= columns


def test_text_of_others_cannot_move_the_terminal(world: World) -> None:
    home = world.repository("a\x1b[2J\nb")
    world.ok("start", "feat", cwd=home)
    (row,) = rows(world.ok("ls").stdout)[1:]
    assert row[4] == "a\\u{1b}[2J\\u{a}b"
    assert world.ok("ls", "--json").json["contexts"][0]["repository"]["name"] == "a\x1b[2J\nb"


def test_contexts_of_several_servers_are_listed_together(world: World) -> None:
    home = world.started("here")
    world.ok("-L", "other", "start", "there", cwd=home)
    third = str(world.home / "tmux-third/socket")
    world.ok("-S", third, "start", "far", cwd=home)
    for words in (("ls",), ("-L", "other", "ls")):
        assert [row[0] for row in rows(world.ok(*words).stdout)[1:]] == ["here", "there", "far"]
    world.tmux("-S", third, "kill-server")
    states = [row[:2] for row in rows(world.ok("ls").stdout)[1:]]
    assert states == [["here", "running"], ["there", "running"], ["far", "stopped"]]


def test_ls_works_where_the_folder_or_the_repository_is_gone(world: World) -> None:
    home = world.started("feat")
    shutil.rmtree(home)
    result = world.par("ls", "--json")
    (context,) = result.json["contexts"]
    assert (result.status, result.stderr) == (0, "")
    assert (context["state"], context["branch"], context["worktrees"][0]["head"]) == ("broken", None, None)
    assert rows(world.ok("ls").stdout)[1][:2] == ["feat", "broken"]
    nowhere = world.run("sh", "-c", 'mkdir x && cd x && rmdir ../x && exec "$@"', "sh", *PAR, "labels")
    assert nowhere == Result(0, "feat\n", "")

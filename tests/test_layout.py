"""The key `layout`: windows and panes that tmuxp builds in a new session, and in one made again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import Terminal, World, eventually, refused, traces
from par.tmux.layout import Pane, Typed, windows

ALWAYS = "always"
PLAIN = "layout: {windows: [{window_name: extra, panes: ['echo $COLOR > ~/said']}]}\nenv: {COLOR: red}\n"


def rows(world: World, form: str) -> list[list[str]]:
    """What `form` says of every pane of the server, in order."""
    said = world.tmux("list-panes", "-a", "-F", form)
    return [line.split("|") for line in said.splitlines()]


def said(world: World, name: str) -> str:
    """What a pane wrote into a file in the home folder."""
    path = world.home / name
    return str(
        eventually(lambda: path.exists() and path.read_text().endswith("\n") and path.read_text(), name)
    )


class Inherited(NamedTuple):
    """A layout's windows as JSON, and the panes that they have."""

    id: str
    said: str
    panes: list[Pane]


INHERITED = [
    Inherited("no panes are one that is empty", "{}", [Pane()]),
    Inherited(
        "empty in each way",
        '{"panes": [null, "pane", ["blank"], {"focus": true}]}',
        [Pane()] * 3 + [Pane(is_focused=True)],
    ),
    Inherited(
        "all levels are typed, the outermost first",
        '{"shell_command_before": "b",'
        ' "panes": [{"shell_command_before": ["c"], "shell_command": ["d"]}, ["e", "f"]]}',
        [Pane((Typed("b"), Typed("c"), Typed("d"))), Pane((Typed("b"), Typed("e"), Typed("f")))],
    ),
    Inherited(
        "a command's own timing wins over its pane's",
        '{"panes": [{"shell_command": ["x", {"cmd": "y", "enter": true}],'
        ' "enter": false, "sleep_before": 1}]}',
        [Pane((Typed("x", has_enter=False, before=1), Typed("y", before=1)))],
    ),
    Inherited(
        "folders are joined and variables merged",
        '{"start_directory": "a/", "environment": {"X": "1", "Y": "1"}, "panes":'
        ' [{"start_directory": "./b", "environment": {"Y": "2"}}]}',
        [Pane(folder="a/b", env=(("X", "1"), ("Y", "2")))],
    ),
    Inherited(
        "a pane's program wins over its window's",
        '{"window_shell": "top", "suppress_history": false,'
        ' "panes": [null, {"shell": "vi", "suppress_history": true}]}',
        [Pane(program="top", is_in_history=True), Pane(program="vi")],
    ),
]


@pytest.mark.parametrize("case", INHERITED, ids=lambda case: case.id)
def test_a_pane_inherits_from_its_window_and_session(case: Inherited) -> None:
    (window,) = windows(f'{{"windows": [{case.said}]}}')
    assert list(window.panes) == case.panes


WHOLE = """
env: {COLOR: "red;", DEEP: outer}
layout:
  session_name: another
  environment: {DEEP: "inner;"}
  windows:
    - window_name: "ed#(touch ~/ran)#{session_name}ü;"
      layout: main-horizontal
      options: {main-pane-height: 7}
      options_after: {synchronize-panes: true}
      start_directory: front#(x)
      panes:
        - shell_command: ["cd .", 'echo "$COLOR $DEEP $PWD" > ~/one;']
        - 'echo "$COLOR $DEEP ${PWD##*/} -x;" > ~/two'
    - window_name: "-k"
      focus: true
      start_directory: out
      panes:
        - shell: 'echo "$COLOR $0" > ~/three; exec sleep 1000'
          environment: {COLOR: "#{pid}"}
        - {shell_command: "-v x; echo typed > ~/four", focus: true}
"""


def test_windows_and_panes_are_built_as_written_beside_the_first_one(world: World) -> None:
    home = world.repository()
    (home / "front#(x)").mkdir()
    (home / "front#(x)" / "file").write_text("")
    (home / "out").symlink_to("/tmp")
    world.git(home, "add", ".")
    world.git(home, "commit", "-q", "-m", "folders")
    (home / ".par.yaml").write_text(WHOLE)
    (world.home / ".tmux.conf").write_text("set -g base-index 1\nset -g pane-base-index 1\n")
    noise = {"LC_ALL": "C", "ROWS": "", "TMUXP_DEFAULT_ROWS": "many", "LIBTMUX_TMUX_FORMAT_SEPARATOR": ""}
    made = world.ok("start", "feat", cwd=home, **noise, PAR_TRUST=ALWAYS)
    root = world.worktree("feat")
    assert made.stderr == f"layout: there is no folder 'out' in '{root}'\n"
    assert said(world, "one") == f"red; inner; {root}/front#(x)\n"
    assert said(world, "two") == "red; inner; front#(x) -x;\n"
    assert said(world, "three").startswith("#{pid} ")
    assert said(world, "four") == "typed\n"
    name = "ed#(touch ~/ran)#{session_name}ü;"
    seen = rows(
        world,
        "#{window_index}|#{window_name}|#{window_active}#{pane_active}|#{@par_context}|#{pane_current_path}",
    )
    assert seen == [
        ["1", "feat", "01", "feat", str(root)],
        ["2", name, "00", "", f"{root}/front#(x)"],
        ["2", name, "01", "", f"{root}/front#(x)"],
        ["3", "-k", "10", "", str(root)],
        ["3", "-k", "11", "", str(root)],
    ]
    shown = rows(
        world, "#{window_width}|#{main-pane-height}|#{synchronize-panes}|#{pane_height}|#{@par_pane}"
    )
    first = world.tmux("list-panes", "-t", "=" + world.session("feat") + ":^", "-F", "#{pane_id}")
    assert [row[:3] for row in shown] == [
        ["80", "24", "0"],
        *[["200", "7", "1"]] * 2,
        *[["200", "24", "0"]] * 2,
    ]
    assert (shown[1][3], {row[4] for row in shown}) == ("7", {first})
    assert world.tmux("show-options", "-t", "=" + world.session("feat") + ":", "default-size") == ""
    assert not (world.home / "ran").exists()
    world.ok("rm", "feat")
    assert world.sessions() == []


def test_what_tmux_would_refuse_or_set_on_more_than_a_window_is_a_mistake(world: World) -> None:
    home = world.repository()
    file = home / ".par.yaml"
    file.write_text("layout:\n  windows:\n    - layout: tilde\n")
    known = "even-horizontal, even-vertical, main-horizontal, main-vertical, tiled"
    fault = f"{file}:3: layout.windows.layout: 'tilde' is not a tmux layout"
    refused(world.par("start", "feat", cwd=home), 6, fault, f"write one of: {known}")
    for option in ("default-command", "@par_context", "-g"):
        file.write_text(f'layout:\n  windows:\n    - options: {{"{option}": "x"}}\n')
        result = world.par("start", "feat", cwd=home)
        assert result.stderr.startswith(f"par: {file}:3: layout.windows.options.{option}: unknown key\n")
        assert (result.status, world.sessions()) == (6, [])


def test_a_layout_that_cannot_be_built_leaves_nothing(world: World) -> None:
    home = world.started("other")
    (home / ".par.yaml").write_text(f"layout: {{windows: [{{panes: [{', '.join(['null'] * 40)}]}}]}}\n")
    before = traces(world, home)
    result = world.par("start", "feat", cwd=home, PAR_TRUST=ALWAYS)
    told, hint = result.stderr.splitlines()
    assert told.startswith("par: the layout of 'feat' cannot be built: ")
    assert re.search("no space for a? ?new pane", told)
    assert hint == "hint: correct the key 'layout' in .par.yaml, or in par's config.yaml"
    assert (result.status, result.stdout) == (8, "")
    assert traces(world, home) == before


def test_a_session_that_is_made_again_has_its_layout_and_environment(
    world: World, terminal: Terminal
) -> None:
    home = world.repository()
    (home / ".par.yaml").write_text(PLAIN)
    world.ok("start", "feat", cwd=home, PAR_TRUST=ALWAYS)
    world.ok("trust", str(home), "-y")

    def check() -> None:
        assert said(world, "said") == "red\n"
        assert [row[0] for row in rows(world, "#{window_name}")] == ["feat", "extra"]
        world.tmux("send-keys", "-t", f"={world.session('feat')}:^", "echo $COLOR > ~/own", "Enter")
        assert said(world, "own") == "red\n"
        for name in ("said", "own"):
            (world.home / name).unlink()

    check()
    world.tmux("kill-server")
    assert world.ok("resurrect").stderr == ""
    check()
    world.ok("rm", "feat")
    assert world.ok("restore", "feat").stderr == ""
    check()
    world.tmux("kill-session", "-t", f"={world.session('feat')}:")
    terminal.par("open feat")
    eventually(lambda: world.tmux("list-clients"), "a client")
    check()


def test_each_repository_of_a_workspace_has_its_own_layout(world: World) -> None:
    root = world.home / "both"
    for name in ("api", "web"):
        home = world.repository(name, under=root)
        (home / ".par.yaml").write_text(
            f"env: {{WHO: '{{repo}}'}}\nlayout: {{windows: [{{panes: ['echo $WHO $PWD > ~/{name}']}}]}}\n"
        )
    world.ok("workspace", "start", "feat", cwd=root, PAR_TRUST=ALWAYS)
    folder = Path(world.index["contexts"]["feat"]["root"])
    for name in ("api", "web"):
        assert said(world, name) == f"{name} {folder}/{name}\n"
    assert len(rows(world, "#{window_id}")) == 5
    assert [row[0] for row in rows(world, "#{@par_worktree}") if row[0]] == ["api", "web"]
    (world.home / "web").unlink()
    world.ok("workspace", "drop", "feat", "web")
    assert [row[0] for row in rows(world, "#{@par_layout}") if row[0]] == ["feat/api"]
    assert len(rows(world, "#{window_id}")) == 3
    world.ok("workspace", "add", "feat", str(root / "web"), PAR_TRUST=ALWAYS)
    assert said(world, "web") == f"web {folder}/web\n"
    assert sorted(row[0] for row in rows(world, "#{@par_layout}") if row[0]) == ["feat/api", "feat/web"]
    world.ok("rm", "feat")
    assert world.sessions() == []


class Plain(NamedTuple):
    """What stands in .par.yaml when a session is made again without its layout, and what is told then."""

    id: str
    content: str
    told: str


PLAINLY = [
    Plain(
        "not approved",
        PLAIN.replace("extra", "new"),
        "the layout of 'feat' waits for approval: par trust '{home}'",
    ),
    Plain(
        "a mistake",
        "layuot: {}\n",
        "the session of 'feat' has no layout: {home}/.par.yaml:1: layuot: unknown key",
    ),
    Plain(
        "no space",
        f"layout: {{windows: [{{panes: [{', '.join(['null'] * 40)}]}}]}}\n",
        "the session of 'feat' has no layout: the layout of 'feat' cannot be built: ",
    ),
    Plain("nothing", "", ""),
]


def test_nothing_in_a_repository_keeps_a_session_from_coming_back(world: World) -> None:
    home = world.started("feat")
    for case in PLAINLY:
        world.tmux("kill-server")
        (home / ".par.yaml").write_text(case.content)
        result = world.ok("resurrect", PAR_TRUST="always" if case.id == "no space" else "ask")
        assert result.stdout == "feat: session made\n", case
        assert result.stderr.startswith(case.told.format(home=home)), case
        assert result.stderr.count("\n") == bool(case.told), case
        assert rows(world, "#{window_name}|#{@par_label}") == [["feat", "feat"]], case

"""Text from strangers is shown and never run: branches, repositories, folders, titles, states, output.

Each text tries to make the file `pwned` in the home folder where something takes it for more than text.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import World, eventually
from desk import Desk

HEADER = "? keys"


class Text(NamedTuple):
    """A text; `HOME` stands for the home folder. `shown` is what a list shows of it, if something else."""

    id: str
    text: str
    shown: str = ""


# What git takes for the name of a branch
BRANCHES = (
    Text("command-substitution", "x$(touch${IFS}HOME/pwned)"),
    Text("backticks", "x`touch${IFS}HOME/pwned`"),
    Text("tmux-command", "x#(touch${IFS}HOME/pwned)"),
    Text("tmux-format", "x#{session_id}#{E#{pane_id}"),
    Text("single-quotes", "x';touch${IFS}HOME/pwned;'"),
    Text("double-quotes", 'x";touch${IFS}HOME/pwned;"'),
    Text("pipes-and-ampersands", "x|touch${IFS}HOME/pwned&"),
    Text("semicolon-last", "x;kill-server;"),
    Text("braces-of-fzf", "x{}{1}{+}{q}"),
    Text("percent", "x%%%1%%'%d"),
    Text("emoji", "x🔥é👩‍💻", "x🔥é👩?💻"),
    Text("right-to-left", "x\u202egnp.exe\u2066", "x?gnp.exe?"),
    Text("markup", "#,fg=red#,bold#"),
)
# What a folder may be called besides, and so a repository
FOLDERS = (
    Text("spaces-and-quotes", """it's "a" folder"""),
    Text("commands", "$(touch HOME-pwned)`touch pwned`#(touch pwned)"),
    Text("escapes", "red\x1b[31m\x1b]2;title\x07\x7f", "red?[31m?]2;title??"),
    Text("c1-and-invisible", "a\x9bb\u200bc\ufeff", "a?b?c?"),
    Text("style", "#[fg=red]#{l:x}##"),
    Text("leading-dash", "-rf"),
    Text("tilde", "~root"),
)


def ids(texts: tuple[Text, ...]) -> list[str]:
    return [text.id for text in texts]


def harmless(desk: Desk) -> None:
    """Nothing was run: the file is not there, and the server and its first session are."""
    found = desk.world.home.rglob("*pwned")
    assert not [each for each in found if each.is_file() and ".git" not in each.parts]
    assert desk.tmux("has-session", "-t", "=home:") == ""


def all_texts(world: World) -> list[str]:
    return [text.text.replace("HOME", str(world.home)) for text in BRANCHES]


@pytest.mark.parametrize("case", BRANCHES, ids=ids(BRANCHES))
def test_branches_in_checkout_picker_and_preview(world: World, case: Text) -> None:
    name = case.text.replace("HOME", str(world.home))
    shown = (case.shown or name).replace("HOME", str(world.home))
    home = world.repository("app")
    desk = Desk(world, folder=home, columns=300)
    world.git(home, "update-ref", f"refs/heads/{name}", world.git(home, "rev-parse", "main"))
    desk.open("checkout", "a branch, or type")
    eventually(lambda: shown in desk.terminal.screen(), shown)
    if "main" in desk.popup()[2]:
        desk.terminal.press("Down")
    desk.terminal.press("Enter")
    eventually(lambda: desk.shown() != "home", "the new context")
    (context,) = world.ok("ls", "--json").json["contexts"]
    assert context["branch"] == name
    desk.open("picker", HEADER)
    branch = "" if context["label"] == name else f" {shown}"
    desk.wait_rows(f"● {context['label']}* app{branch}")
    desk.terminal.press("Escape")
    desk.gone()
    desk.tmux("switch-client", "-c", desk.client(), "-t", "=home:")
    desk.tmux("kill-session", "-t", f"={context['session']['name']}:")
    desk.open("picker", f"branch      {shown}")
    desk.terminal.press("Enter")
    desk.shows(context["label"])
    harmless(desk)


@pytest.mark.parametrize("case", FOLDERS, ids=ids(FOLDERS))
def test_repositories_in_new_picker_and_preview(world: World, case: Text) -> None:
    name = case.text.replace("HOME", "")
    shown = case.shown or name
    home = world.repository(name)
    desk = Desk(world)
    desk.par("start", "first", cwd=home)
    desk.tmux("switch-client", "-c", desk.client(), "-t", f"={world.session('first')}:")
    desk.open("new", f"New context in {shown}, from first: type its label")
    desk.terminal.type("second")
    desk.shows("second")
    desk.tmux("kill-session", "-t", f"={world.session('first')}:")
    desk.open("picker", HEADER)
    desk.wait_rows(f"· first {shown}", f"● second* {shown}")
    desk.terminal.wait(f"repository  {world.home}/src/{shown}")
    desk.terminal.press("Escape")
    desk.gone()
    desk.tmux("switch-client", "-c", desk.client(), "-t", "=home:")
    desk.open("new", f"{world.home}/src/{shown}")
    desk.terminal.press("Enter")
    desk.terminal.wait(f"New context in {shown}, from main: type its label")
    desk.terminal.type("third")
    desk.shows("third")
    harmless(desk)


def test_titles_states_and_options_in_picker_and_tree(world: World) -> None:
    desk = Desk(world)
    texts = all_texts(world)
    for number, text in enumerate(texts):
        program = 'printf \'\\033]2;%s\\007%s\\n\' "$TEXT" "$TEXT"; exec cat'
        desk.tmux("set-environment", "-g", "TEXT", text)
        session = desk.fake(f"c{number}", repository=text, branch=text, program=program)
        for option in ("@par_state", "@par_init", "@par_path", "@par_kind"):
            desk.tmux("set-option", "-t", session, option, text.removesuffix(";"))
    desk.open("picker", HEADER)
    eventually(lambda: len(desk.rows()) > 5)
    for row in desk.rows()[:5]:
        text = texts[int(row.split()[1].removeprefix("c"))]
        desk.terminal.wait(f"││ {text[:5]}")
        desk.terminal.press("Down")
    desk.terminal.press("Escape")
    desk.gone()
    desk.tmux("set-option", "-g", "@par-picker", "tree")
    desk.open("picker", "○ c1")
    for _ in texts:
        desk.terminal.press("Down")
    desk.terminal.press("q")
    harmless(desk)


def test_menu_and_status_line(world: World) -> None:
    desk = Desk(world, after=("set -g status-right '#{E:@par_status}'", "set -g status-right-length 80"))
    for number, text in enumerate(all_texts(world)):
        session = desk.fake(f"c{number}", repository=text, branch=text)
        desk.tmux("set-option", "-t", session, "@par_state", text.removesuffix(";"))
    desk.terminal.wait(f"par {len(BRANCHES)}")
    desk.terminal.press("C-b", "M-a")
    desk.terminal.wait("New context")
    desk.terminal.press("q")
    eventually(lambda: "New context" not in desk.terminal.screen())
    harmless(desk)


def test_messages(world: World) -> None:
    desk = Desk(world, columns=160)
    script = '. "$0/scripts/tmux.sh"; say "$1" "$2"'
    socket = f"{desk.tmux('display-message', '-p', '#{socket_path}')},1,0"
    for text in all_texts(world):
        done = world.run("bash", "-c", script, str(desk.root), desk.client(), text, TMUX=socket)
        assert (done.status, done.stderr) == (0, "")
        desk.terminal.wait(text[:-1])
    harmless(desk)


def test_typed_text_is_text(world: World) -> None:
    """What is typed into a popup: a label, a branch, a folder, a command."""
    desk = Desk(world, folder=world.repository("app"))
    for text in all_texts(world)[:4]:
        for flow, question in (("new", "its label"), ("checkout", "a branch, or type")):
            desk.open(flow, question)
            desk.terminal.type(text.replace("x", "zzz", 1))
            desk.terminal.wait("(any key)")
            assert desk.popup()[0].startswith("par: ")
            desk.terminal.press("x")
            desk.terminal.wait(question)
            desk.terminal.press("Escape")
            desk.gone()
    harmless(desk)
    assert not Path(world.data / "global_state.json").exists()

"""Text from strangers is shown and never run: branches, repositories, folders, titles, states, output.

Each text tries to make the file `pwned` in the home folder where something takes it for more than text.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import World, eventually
from desk import Desk
from plugin import marking

HEADER = "? keys"


class Text(NamedTuple):
    """A text; `HOME` stands for the home folder. `shown` is what a list shows of it, if something else."""

    id: str
    text: str
    shown: str = ""


# What git takes for the name of a branch; as labels they may not be alike
BRANCHES = (
    Text("command-substitution", "a$(touch${IFS}HOME/pwned)"),
    Text("backticks", "b`touch${IFS}HOME/pwned`"),
    Text("tmux-command", "c#(touch${IFS}HOME/pwned)"),
    Text("tmux-format", "x#{session_id}#{E#{pane_id}"),
    Text("single-quotes", "d';touch${IFS}HOME/pwned;'"),
    Text("double-quotes", 'e";touch${IFS}HOME/pwned;"'),
    Text("pipes-and-ampersands", "f|touch${IFS}HOME/pwned&"),
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


def harmless(desk: Desk) -> None:
    """Nothing was run: the file is not there, and the server and its first session are."""
    found = desk.world.home.rglob("*pwned")
    assert not [each for each in found if each.is_file() and ".git" not in each.parts]
    assert desk.tmux("has-session", "-t", "=home:") == ""


def not_run(world: World, text: str) -> None:
    """What a text would make is not there yet: the first that does is named."""
    assert not [each for each in (world.home / "pwned", world.home / "-pwned") if each.exists()], text


def all_texts(world: World) -> list[str]:
    return [text.text.replace("HOME", str(world.home)) for text in BRANCHES]


def place_of(text: str, look: Callable[[], list[str]]) -> int:
    """Where the first line with `text` is, once there is one."""
    found = eventually(lambda: [place for place, line in enumerate(look()) if text in line], f"{text!r}")
    return int(found[0])


def wait_rows(desk: Desk, *rows: str) -> None:
    """Wait until the picker shows these rows, in whatever order."""
    eventually(lambda: sorted(" ".join(row.split()) for row in desk.rows()) == sorted(rows), f"{rows}")


def go_home(desk: Desk) -> None:
    desk.tmux("switch-client", "-c", desk.client(), "-t", "=home:")


@pytest.mark.long
@pytest.mark.parametrize("half", [0, 1])
def test_branches_in_checkout_picker_and_preview(world: World, half: int) -> None:
    home = world.repository("app")
    desk = Desk(world, folder=home, columns=300, lines=45)
    cases = [*zip(all_texts(world), BRANCHES, strict=True)][half::2]
    shown = {name: case.shown or name for name, case in cases}
    tip = world.git(home, "rev-parse", "main")
    made = "".join(f"create refs/heads/{name} {tip}\n" for name in shown)
    assert world.run("git", "update-ref", "--stdin", cwd=home, text=made).status == 0
    labels = {"main": "home"}
    for name, text in shown.items():
        desk.open("checkout", "a branch, or type")
        # Above the rows are the prompt and the title
        desk.terminal.press(*["Down"] * (place_of(f" {text}", desk.popup) - 2), "Enter")
        eventually(lambda: desk.shown() not in labels.values(), f"the context of {name}")
        labels[name] = desk.shown()
        not_run(world, name)
    del labels["main"]
    contexts = world.ok("ls", "--json").json["contexts"]
    assert {each["branch"]: each["label"] for each in contexts} == labels
    rest = {name: "app" if label == name else f"app {shown[name]}" for name, label in labels.items()}
    go_home(desk)
    desk.open("picker", HEADER)
    wait_rows(desk, *(f"○ {label} {rest[name]}" for name, label in labels.items()))
    desk.terminal.press("Escape")
    desk.gone()
    desk.tmux("kill-session", "-a", "-t", "=home:")
    for name, label in labels.items():
        desk.open("picker", HEADER)
        desk.terminal.press(*["Down"] * place_of(f"· {label} ", desk.rows))
        desk.terminal.wait(f"branch      {shown[name]}")
        desk.terminal.press("Enter")
        desk.shows(label)
        go_home(desk)
        not_run(world, name)
    harmless(desk)


@pytest.mark.long
def test_repositories_in_new_picker_and_preview(world: World) -> None:
    desk = Desk(world, columns=300, lines=45)
    names = [case.text.replace("HOME", "") for case in FOLDERS]
    shown = [case.shown or name for case, name in zip(FOLDERS, names, strict=True)]
    for number, name in enumerate(names):
        desk.par("start", f"first{number}", cwd=world.repository(name))
        desk.tmux("switch-client", "-c", desk.client(), "-t", f"=first{number}:")
        desk.open("new", f"New context in {shown[number]}, from first{number}: type its label")
        desk.terminal.type(f"second{number}")
        desk.shows(f"second{number}")
        desk.tmux("kill-session", "-t", f"=first{number}:")
        not_run(world, name)
    go_home(desk)
    desk.open("picker", HEADER)
    stopped = [f"· first{number} {each}" for number, each in enumerate(shown)]
    wait_rows(desk, *stopped, *(f"○ second{number} {each}" for number, each in enumerate(shown)))
    desk.terminal.press("f", "i", "r", "s", "t")
    wait_rows(desk, *stopped)
    for row in [" ".join(each.split()) for each in desk.rows()]:
        desk.terminal.wait(f"repository  {world.home}/src/{shown[stopped.index(row)]}")
        desk.terminal.press("Down")
    desk.terminal.press("Escape")
    for number, each in enumerate(shown):
        desk.open("new", "choose one, or type its folder")
        desk.terminal.press(*["Down"] * (place_of(f"{world.home}/src/{each}", desk.popup) - 2), "Enter")
        desk.terminal.wait(f"New context in {each}, from main: type its label")
        desk.terminal.type(f"third{number}")
        desk.shows(f"third{number}")
        go_home(desk)
        not_run(world, each)
    harmless(desk)


def test_titles_states_and_options_in_picker_and_tree(world: World) -> None:
    desk = Desk(world)
    texts = all_texts(world)
    for number, text in enumerate(texts):
        program = 'printf \'\\033]2;%s\\007%s\\n\' "$TEXT" "$TEXT"; exec cat'
        desk.tmux("set-environment", "-g", "TEXT", text)
        session = desk.fake(f"c{number}", repository=text, branch=text, program=program)
        options = ("@par_state", "@par_init", "@par_path", "@par_kind")
        desk.tmux(*marking(session, dict.fromkeys(options, text.removesuffix(";")))[1:])
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
            desk.terminal.type(f"zzz{text[1:]}")
            desk.terminal.wait("(any key)")
            assert desk.popup()[0].startswith("par: ")
            desk.terminal.press("x")
            desk.terminal.wait(question)
            desk.terminal.press("Escape")
            desk.gone()
    harmless(desk)
    assert not Path(world.data / "global_state.json").exists()

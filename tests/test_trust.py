"""Trust: nothing that a repository asks to run does before its content was shown and approved."""

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import Terminal, World, eventually, refused
from par.config.recipe import Recipe, Step
from par.errors import StateError
from par.model import Repository
from par.setup import trust

ASKED = """\
initialization:
  include: [.env]
  commands:
    - name: Install "all"
      command: make install
    - |
      cd sub &&
      \trm -rf "\u202egone"
env:
  NODE_ENV: development
shell: bash
layout:
  windows:
    - window_name: logs
      panes: [tail -f log]
before_remove:
  - make stop
"""
SHOWN = """\
.par.yaml of app ({home}) asks to run for each new context:
  shell: bash
  env: NODE_ENV=development
  command: Install "all"
    make install
  command:
    cd sub &&
    \\u{{9}}rm -rf "\\u{{202e}}gone"

  before_remove:
    make stop
  layout:
    {{
      "windows": [
        {{
          "panes": [
            "tail -f log"
          ],
          "window_name": "logs"
        }}
      ]
    }}
"""
PARTS = "2 commands, env, shell, layout, before_remove"


def ask(home: Path, text: str) -> None:
    """Let the repository ask for this, and have the file that it may include."""
    (home / ".env").touch()
    (home / ".par.yaml").write_text(text)


def store(world: World) -> Path:
    return world.data / "trust.json"


def approvals(world: World) -> dict[str, str]:
    """What was approved: each repository's path and how that stands to its file now."""
    listed = world.ok("trust", "--list", "--json").json
    assert listed["version"] == 1
    return {each["repository"]: each["state"] for each in listed["approvals"]}


def held(home: Path, label: str, parts: str) -> str:
    """What is told of a context in which something waits."""
    remedy = f"par trust {home}, then: par init {label} --retry"
    what = f"held: .par.yaml of app asks for things that were not approved ({parts})"
    return f"{what}; review and approve them: {remedy}\n"


def test_without_a_terminal_all_is_shown_but_only_a_yes_approves_it(world: World) -> None:
    home = world.repository()
    nothing = "app does not ask to run anything: there is nothing to approve.\n"
    assert world.ok("trust", cwd=home).stdout == nothing
    ask(home, ASKED)
    shown = SHOWN.format(home=home)
    result = world.par("trust", str(home / ".git" / ".."))
    assert (result.status, result.stdout) == (5, "")
    told = "par: what .par.yaml of app asks to run needs your approval\n"
    assert result.stderr == shown + told + f"hint: par trust -y {home}\n"
    assert not store(world).exists()
    result = world.ok("trust", "-y", cwd=home)
    assert (result.stdout, result.stderr) == (f"approved for {home}: {PARTS}\n", shown)
    assert store(world).stat().st_mode & 0o777 == 0o600
    assert world.ok("trust", cwd=home).stdout == ".par.yaml of app is approved as it stands now.\n"
    assert world.ok("start", "feat", cwd=home).stderr == ""
    # A linked worktree shares it, and what its branch brings is never read
    ask(world.worktree("feat"), "commands: [make other]\n")
    stacked = "'other' starts from the branch of 'feat', where you are; --base BRANCH starts it elsewhere\n"
    assert world.ok("start", "other", cwd=world.worktree("feat")).stderr == stacked
    lib = world.repository("lib")
    ask(lib, "env: {A: b}\n")
    assert world.ok("trust", "-y", cwd=lib).stdout == f"approved for {lib}: env\n"
    moved = home.rename(world.home / "src/moved")
    assert "make install" in world.par("trust", cwd=moved).stderr
    assert approvals(world) == {str(home): "nothing", str(lib): "current"}
    gone = f"no longer approved: what .par.yaml of {home} asks to run\n"
    assert world.ok("untrust", str(home)).stdout == gone
    refused(world.par("untrust", cwd=moved), 3, f"nothing is approved for '{moved}'", "par trust --list")
    assert approvals(world) == {str(lib): "current"}
    world.ok("untrust", cwd=lib)
    assert world.ok("trust", "--list").stdout == "Nothing is approved.\n"


def test_a_change_of_what_runs_asks_again_and_shows_the_difference(world: World) -> None:
    home = world.repository()
    ask(home, "commands: [one, two, three, four, five]\n")
    world.ok("trust", "-y", cwd=home)
    ask(home, "include: [.env]\nports: 2\ncommands: [one, two, three, four, five]\n")
    assert world.ok("start", "one", cwd=home).stderr == ""
    ask(home, "commands: [one, two, three, four, evil]\n")
    assert world.ok("start", "two", cwd=home).stderr == held(home, "two", "5 commands")
    shown = world.ok("trust", "-y", cwd=home).stderr.splitlines()
    assert shown[0] == f".par.yaml of app ({home}) has changed since it was approved:"
    assert shown[1].startswith("@@")
    assert shown[2:] == ["   command:", "     four", "   command:", "-    five", "+    evil"]
    ask(home, "before_remove: [evil]\n")
    since = json.loads(store(world).read_text())["repositories"][str(home)]["approved_at"]
    line = f"{home}: 5 commands, since {since[:16].replace('T', ' ')}, changed since\n"
    assert world.ok("trust", "--list").stdout == line
    ask(home, "commands: {a: b}\n")
    assert approvals(world) == {str(home): "wrong"}
    assert world.ok("untrust", cwd=home).stdout.startswith("no longer approved")


def test_a_person_is_shown_all_of_it_and_asked_once(world: World, terminal: Terminal) -> None:
    home = world.repository()
    ask(home, "commands: [make install]\nenv: {A: b}\n")
    terminal.type(f"cd {home}")
    terminal.par("start feat; echo gave-$?")
    shown = terminal.wait("Run these in every new context of app? [y/N]:")
    assert "  env: A=b\n  command:\n    make install\n" in shown
    assert "feat" not in world.ok("labels").stdout
    assert not (world.data / "worktrees").exists()
    terminal.press("C-c")
    assert "par: interrupted" in terminal.wait("gave-130")
    assert (world.ok("labels").stdout, world.branches(home)) == ("", {"main"})
    terminal.type("clear")
    terminal.par("start feat; echo gave-$?")
    terminal.wait("[y/N]:")
    terminal.type("n")
    assert "held: .par.yaml of app" in terminal.wait("gave-0")
    terminal.type("clear")
    terminal.par("start more; echo gave-$?")
    terminal.wait("[y/N]:")
    terminal.type("y")
    assert "held:" not in terminal.wait("gave-0")
    terminal.type("clear")
    terminal.par("start most; echo most-$?")
    assert "make install" not in terminal.wait("most-0")
    assert world.ok("labels").stdout.split() == ["feat", "more", "most"]
    # What a screen cannot hold comes page by page
    padding = [*(f"echo {number:02}" for number in range(20)), "echo " + "long " * 400]
    ask(home, json.dumps({"commands": ["make install", *padding, "make last"]}))
    terminal.type("clear")
    terminal.par("trust; echo gave-$?")
    assert "+    echo 00" in terminal.wait("-- any key shows more --")
    terminal.press("Space")
    # A key that comes while a page is written is not taken for the next one
    eventually(lambda: re.search("echo 19.*any key shows more", terminal.screen(), re.DOTALL))
    terminal.press("Space")
    assert "long long" in terminal.wait("[y/N]:")
    assert "+    make last" in terminal.screen()
    terminal.type("y")
    assert f"approved for {home}: 23 commands" in terminal.wait("gave-0")
    assert approvals(world) == {str(home): "current"}


def test_what_changes_while_the_question_stands_is_not_approved(world: World, terminal: Terminal) -> None:
    home = world.repository()
    ask(home, "commands: [make install]\n")
    terminal.type(f"cd {home}")
    terminal.par("start feat; echo gave-$?")
    terminal.wait("[y/N]:")
    ask(home, "commands: [evil]\n")
    terminal.type("y")
    assert "held:" in terminal.wait("gave-0")
    assert approvals(world) == {str(home): "changed"}


class Allowance(NamedTuple):
    """A way not to be asked."""

    id: str
    words: tuple[str, ...] = ()
    environment: str = ""
    settings: str = ""
    is_held: bool = False


ALLOWANCES = [
    Allowance("nothing", is_held=True),
    Allowance("option", words=("--trust",)),
    Allowance("environment", environment="always"),
    Allowance("setting", settings="trust: always\n"),
    Allowance("environment over setting", environment="ask", settings="trust: always\n", is_held=True),
    Allowance(
        "the user's own defaults", settings="commands: [make own]\nshell: sh\nenv: {A: b}\n", is_held=True
    ),
]


def test_a_question_can_be_answered_beforehand(world: World) -> None:
    home = world.repository()
    ask(home, "commands: [make install]\n")
    config = world.home / ".config/par/config.yaml"
    config.parent.mkdir(parents=True)
    for number, each in enumerate(ALLOWANCES):
        config.write_text(each.settings)
        result = world.ok("start", f"feat{number}", *each.words, cwd=home, PAR_TRUST=each.environment)
        wanted = held(home, f"feat{number}", "1 command") if each.is_held else ""
        assert result.stderr == wanted, each.id
    assert not store(world).exists()
    told = "PAR_TRUST is 'yes' in the environment"
    refused(world.par("start", "x", cwd=home, PAR_TRUST="yes"), 6, told, "export PAR_TRUST=always, or ask")
    # What only the user's own file asks for is his already
    (home / ".par.yaml").unlink()
    assert world.ok("start", "own", cwd=home).stderr == ""


def test_in_a_strangers_code_nothing_is_done_unasked(world: World) -> None:
    bare, home = world.clone()
    world.git(bare, "update-ref", "refs/pull/1/head", "HEAD")
    world.git(bare, "update-ref", "refs/pull/2/head", "HEAD")
    ask(home, "commands: [make install]\n")
    world.ok("trust", "-y", cwd=home)
    told = "held: pr-1 is a stranger's code, so nothing of .par.yaml was done in it: par init one\n"
    words = ("checkout", "pr/1", "--label", "one", "--trust")
    assert told in world.ok(*words, cwd=home, PAR_TRUST="always").stderr
    assert "held" not in world.ok("checkout", "pr/2", "--init", cwd=home).stderr
    world.ok("untrust", cwd=home)
    world.ok("rm", "pr-2")
    assert held(home, "pr-2", "1 command") in world.ok("checkout", "pr/2", "--init", cwd=home).stderr


DAMAGED = {
    "empty": b"",
    "cut off": b'{"version": 1, "repositories": {"',
    "null": b"null",
    "a list": b"[]",
    "no content": b'{"version": 1, "repositories": {"HOME": {"hash": ""}}}',
    "wrong types": b'{"version": 1, "repositories": {"HOME": 3}}',
    "another hash": b'{"version": 1, "repositories": {"HOME": {"hash": "", "approved_at": "2026-01-01", '
    b'"content": {"commands": [["", "make"]], "env": {}, "shell": "", "layout": "", "before_remove": []}}}}',
    "deep": b"[" * 100_000,
    "newer": b'{"version": 2, "repositories": {}}',
    "not UTF-8": b"\xff\xfe",
}


def test_damaged_approvals_approve_nothing_and_are_never_overwritten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = world.repository()
    ask(home, "commands: [make]\n")
    world.data.mkdir(parents=True)
    monkeypatch.setenv("XDG_DATA_HOME", str(world.data.parent))
    repository, own = Repository(home, home / ".git"), Recipe(commands=(Step("make"),))
    for name, content in DAMAGED.items():
        damaged = content.replace(b"HOME", os.fsencode(home))
        store(world).write_bytes(damaged)
        assert not trust.is_approved(repository, own), name
        with pytest.raises(StateError) as raised:
            trust.approve([(repository, own)])
        away = f"mv '{store(world)}' '{store(world)}.damaged'"
        assert raised.value.hint == ("update par" if name == "newer" else away), name
        assert store(world).read_bytes() == damaged
    assert world.ok("start", "feat", cwd=home).stderr == held(home, "feat", "1 command")
    store(world).unlink()
    os.mkfifo(store(world))
    assert world.par("trust", "-y", cwd=home).status == 7
    store(world).unlink()
    store(world).symlink_to(world.home / "nothing")
    assert world.par("trust", "--list", cwd=home).status == 7
    store(world).unlink()
    (world.data / "trust.json.tmp").mkdir()
    told = f"par: what was approved cannot be written to '{store(world)}': Is a directory\n"
    told += "hint: par doctor --environment\n"
    assert world.par("trust", "-y", cwd=home).stderr.endswith(told)
    assert not store(world).exists()

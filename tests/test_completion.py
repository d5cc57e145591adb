"""`par completion`: what each shell offers, and that it never runs what it offers."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Terminal, World, eventually
from par.commands.completion import SCRIPTS
from par.commands.completion import SHELLS as SHELL_NAMES

HOSTILE = "$(touch${IFS}ran)"

Ask = Callable[[World, Path, str], list[str]]


def put_script(world: World, shell: str) -> None:
    """Have the script of a shell in the home folder."""
    path = world.home / f"par.{shell}"
    if not path.exists():
        path.write_text(world.ok("completion", shell).stdout)


def bash(world: World, folder: Path, typed: str) -> list[str]:
    """What bash offers for the last word of `typed`."""
    script = (
        'source ~/par.bash; IFS=" " read -r -a COMP_WORDS <<<"$1"; [[ $1 == *" " ]] && COMP_WORDS+=("")\n'
    )
    script += "COMP_WORDS=(${COMP_WORDS[@]/:/ : }); " if typed.rpartition(" ")[2].count(":") else ""
    script += 'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _par; printf "%s\\n" "${COMPREPLY[@]}"'
    put_script(world, "bash")
    return world.run("bash", "-c", script, "bash", typed, cwd=folder).stdout.split()


def zsh(world: World, folder: Path, typed: str) -> list[str]:
    """What zsh offers: its `compadd` is caught, which takes the words as they are."""
    script = 'compadd() { shift; print -rl -- "$@" }; _files() { }; source ~/par.zsh; words=("${(@s: :)1}")\n'
    script += "CURRENT=${#words}; _par"
    put_script(world, "zsh")
    current = typed.rpartition(" ")[2]
    offered = world.run("zsh", "-f", "-c", script, "zsh", typed, cwd=folder).stdout.split()
    return [word for word in offered if word.startswith(current)]


def fish(world: World, folder: Path, typed: str) -> list[str]:
    """What fish offers."""
    put_script(world, "fish")
    script = "source ~/par.fish; complete -C $argv[1]"
    lines = world.run("fish", "--no-config", "-c", script, typed, cwd=folder).stdout.splitlines()
    return [line.partition("\t")[0] for line in lines]


SHELLS = [
    pytest.param(
        ask,
        id=ask.__name__,
        marks=pytest.mark.skipif(not shutil.which(ask.__name__), reason=f"no {ask.__name__}"),
    )
    for ask in (bash, zsh, fish)
]


@pytest.mark.parametrize("ask", SHELLS)
def test_a_shell_completes_commands_options_labels_and_branches(ask: Ask, world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "topic")
    for label in ("feat-one", "feat-two"):
        world.ok("start", label, cwd=home)
    assert set(ask(world, home, "par co")) == {
        "control-center",
        "code",
        "compare",
        "completion",
        "config",
        "conflicts",
    }
    assert set(ask(world, home, "par open feat")) == {"feat-one", "feat-two"}
    # What hosts told of last; bash completes what is behind the colon
    told = world.data / "hosts/build1.tsv"
    told.parent.mkdir()
    told.write_text(f"host\tbuild1\t1\t\ncontext\tfix\nthat\tis\ncontext\tfix-{HOSTILE}\n")
    assert len(ask(world, home, "par open build1")) == 2
    offered = ask(world, home, "par open build1:fix")
    assert offered[0].removeprefix("build1:") == "fix"
    assert len(offered) == 2
    assert ask(world, home, "par rm --host bu") == ["build1"]
    assert ask(world, home, "par --host build1 rm feat-o") == ["feat-one"]
    assert "--host" in ask(world, home, "par rm --h")
    assert not (home / "ran").exists()
    assert "all" not in ask(world, home, "par open a")
    for verb in ("merge", "rebase", "rename", "diff", "compare", "prune"):
        assert set(ask(world, home, f"par {verb} feat")) == {"feat-one", "feat-two"}
    assert ask(world, home, "par send al") == ["all"]
    assert ask(world, home, "par -L other rm feat-o") == ["feat-one"]
    assert ask(world, home, "par checkout top") == ["topic"]
    assert "--dry-run" in ask(world, home, "par send --d")
    assert set(ask(world, home, "par ls --kind ")) >= {"session", "checkout", "workspace"}
    assert set(ask(world, home, "par workspace ")) >= {"start", "cursor", "feat-one"}
    assert "--repos" in ask(world, home, "par workspace start --rep")
    assert set(ask(world, home, "par config ")) >= {"check", "init"}
    assert ask(world, home, "par trash --ol") == ["--older-than"]
    assert set(ask(world, home, "par completion ")) >= {"bash", "zsh", "fish"}


@pytest.mark.parametrize("ask", SHELLS)
def test_a_hostile_branch_name_is_offered_but_not_run(ask: Ask, world: World) -> None:
    home = world.repository()
    world.git(home, "branch", HOSTILE)
    offered = ask(world, home, "par checkout ")
    assert any("touch" in word for word in offered)
    assert not (home / "ran").exists()
    assert not (world.home / "ran").exists()


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
def test_zsh_completes_at_the_prompt(world: World) -> None:
    world.started("feature-auth")
    (world.home / "par.zsh").write_text(world.ok("completion", "zsh").stdout)
    terminal = Terminal(world)
    terminal.type("exec zsh -f")
    terminal.type(
        "autoload -Uz compinit; compinit -u; source ~/par.zsh; par() { print -r typed $* }; echo set up"
    )
    eventually(lambda: "\nset up" in terminal.screen())
    terminal.press(*"par", "Space", *"open", "Space", "f", "Tab", "Enter")
    terminal.wait("typed open feature-auth")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_valid(shell: str, world: World) -> None:
    if not shutil.which(shell):
        pytest.skip(f"no {shell}")
    (world.home / "script").write_text(world.ok("completion", shell).stdout)
    assert world.run(shell, "-n", "script").stderr == ""


def test_the_scripts_offer_what_the_command_line_has(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "docs/completions.py", tmp_path], check=True)
    for shell in SHELL_NAMES:
        kept = (SCRIPTS / f"par.{shell}").read_text()
        assert (tmp_path / f"par.{shell}").read_text() == kept, "run docs/completions.py"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_launcher_prints_the_script_without_python(shell: str, world: World) -> None:
    by_hand = world.run("sh", str(ROOT / "scripts/par"), "completion", shell, PAR_PYTHON="/nowhere")
    assert by_hand.stdout == world.ok("completion", shell).stdout

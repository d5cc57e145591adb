"""What each command costs, told without a clock: the modules it imports and the programs it starts."""

from __future__ import annotations

import compileall
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import fleet
from conftest import ROOT, Result, Terminal, World, eventually
from desk import Desk

# Each takes 10 to 100 ms to import, most of them half the time of a whole `par ls`
HEAVY = (
    "ast",
    "asyncio",
    "click",
    "difflib",
    "git",
    "libtmux",
    "logging",
    "par.hosts.calls",
    "par.hosts.ssh",
    "pty",
    "rich",
    "tmuxp",
    "yaml",
)
ENTRY = """
import sys
source, heavy = sys.argv[1], sys.argv[2].split()
del sys.argv[1:3]
sys.path.insert(0, source)
from par.__main__ import main
try:
    status = main()
finally:
    print(" ".join(name for name in heavy if name in sys.modules), file=sys.stderr)
sys.exit(status)
"""
SHIM = """#!/bin/sh
printf '%s\\n' "{name} $*" >> '{log}'
exec '{program}' "$@"
"""


class Counted(NamedTuple):
    """A world in which each start of git and tmux, and each import of par's, is written down."""

    world: World
    home: Path
    client: str

    def run(self, *words: str) -> tuple[Result, Counter[str], set[str]]:
        """Run par: its result, how often it started each program, and the heavy modules it imported."""
        shims, log = self.world.home / "shims", self.world.home / "started"
        log.write_text("")
        command = (sys.executable, "-I", "-c", ENTRY, str(ROOT / "python"), " ".join(HEAVY), *words)
        result = self.world.run(*command, cwd=self.home, PATH=f"{shims}:{self.world.env['PATH']}")
        *_, modules = result.stderr.splitlines()
        started = Counter(line.split(" ")[0] for line in log.read_text().splitlines())
        return result, started, set(modules.split())


@pytest.fixture
def counted(world: World, terminal: Terminal) -> Counted:
    home = world.repository()
    shims = world.home / "shims"
    shims.mkdir()
    for name in ("git", "tmux"):
        program = shutil.which(name)
        assert program
        (shims / name).write_text(SHIM.format(name=name, program=program, log=world.home / "started"))
        (shims / name).chmod(0o755)
    world.ok("start", "feat", cwd=home)
    terminal.type("tmux -u attach-session")
    eventually(lambda: world.tmux("list-clients"), "a client")
    return Counted(world, home, world.tmux("list-clients", "-F", "#{client_name}"))


class Cost(NamedTuple):
    """A command line, where CLIENT stands for a client's name, and what it may cost at most."""

    line: str
    tmux: int
    git: int
    modules: frozenset[str]


LIGHT = frozenset({"click"})
STRAIGHTENED = {"ast"}  # with `inspect`, by which click tidies up texts of help
COSTS = [
    Cost("--version", 0, 0, LIGHT),
    Cost("--help", 0, 0, LIGHT | STRAIGHTENED),
    Cost("start --help", 0, 0, LIGHT | STRAIGHTENED),
    Cost("ls", 1, 0, LIGHT),
    Cost("ls --kind session --repo app", 1, 0, LIGHT),
    Cost("ls --json", 1, 1, LIGHT),
    Cost("labels", 0, 0, LIGHT),
    Cost("status", 1, 0, LIGHT),
    Cost("hooks status", 0, 0, LIGHT),
    Cost("path feat", 0, 0, LIGHT),
    Cost("open feat --client CLIENT", 2, 0, LIGHT),
    # Before something is typed, which would run for a moment
    Cost("wait feat --for exit", 4, 0, LIGHT),
    Cost("send feat true", 3, 0, LIGHT),
    Cost("send all true", 3, 0, LIGHT),
    Cost("capture feat", 2, 0, LIGHT),
    Cost("control-center --no-attach", 3, 0, LIGHT),
    Cost("completion bash", 0, 0, LIGHT),
    Cost("code feat --editor true", 0, 0, LIGHT),
    Cost("start new", 2, 6, LIGHT),
    Cost("rm new", 4, 4, LIGHT),
    Cost("restore new", 2, 5, LIGHT),
    Cost("rm new", 4, 4, LIGHT),
    Cost("workspace start several --repos .", 2, 7, LIGHT),
    Cost("workspace ls", 1, 0, LIGHT),
    Cost("rm several", 5, 4, LIGHT),
    Cost("checkout topic", 2, 5, LIGHT),
    Cost("rm topic", 4, 3, LIGHT),
]


def leave_sound(_counted: Counted) -> None:
    """Change nothing."""


def delete_worktrees(counted: Counted) -> None:
    shutil.rmtree(counted.world.data / "worktrees")


def prune_by_force(counted: Counted) -> None:
    shutil.rmtree(counted.home / ".git/worktrees")


@pytest.mark.parametrize("damage", [leave_sound, delete_worktrees, prune_by_force])
def test_doctor_asks_git_and_tmux_as_often_with_many_contexts(
    counted: Counted, damage: Callable[[Counted], None]
) -> None:
    damage(counted)
    _, few, _ = counted.run("doctor")
    counted.world.ok("doctor", "--fix")
    fleet.add_contexts(counted.world, counted.home, 50)
    counted.world.ok("doctor", "--fix")
    damage(counted)
    result, many, _ = counted.run("doctor")
    assert many == few
    assert many["git"] + many["tmux"] <= 4
    assert result.stdout.count("\n") == (1 if damage is leave_sound else 51)


@pytest.mark.long
def test_cost_of_a_command_is_small_and_the_same_with_many_contexts_and_removals(counted: Counted) -> None:
    world, home = counted.world, counted.home
    world.git(home, "branch", "topic")
    with_one = [counted.run(*cost.line.replace("CLIENT", counted.client).split()) for cost in COSTS]
    world.tmux("kill-session", "-t", "=control-center:")
    fleet.add_contexts(world, home, 49)
    fleet.add_removals(world, home, 47)
    with_many = [counted.run(*cost.line.replace("CLIENT", counted.client).split()) for cost in COSTS]
    told = []
    for cost, one, many in zip(COSTS, with_one, with_many, strict=True):
        assert (one[0].status, many[0].status) == (0, 0), (cost, one, many)
        if one[1:] != many[1:]:
            told.append(f"{cost.line}: {one[1:]} with one context, {many[1:]} with many")
        if one[1]["tmux"] > cost.tmux or one[1]["git"] > cost.git or not one[2] <= cost.modules:
            told.append(f"{cost.line}: {one[1:]} where at most {cost[1:]} is allowed")
    assert told == []
    assert with_many[[cost.line for cost in COSTS].index("labels")][0].stdout.count("\n") == 50
    assert len(world.ok("trash", "--json").json["trash"]) > 50


# bash, tmux, awk, sort and fzf. The raw pipeline that the bench compares with has sh, tmux, awk and fzf
PROGRAMS_OF_THE_PICKER = 5
COUNTED_THERE = ("awk", "bash", "cat", "fzf", "git", "grep", "sed", "sleep", "sort", "stty", "tmux")


def test_the_picker_starts_few_programs_before_its_first_row(world: World) -> None:
    shims, log = world.home / "shims", world.home / "started"
    shims.mkdir()
    for name in COUNTED_THERE:
        text = SHIM.replace(" $*", "")  # as an awk program has many lines
        (shims / name).write_text(text.format(name=name, program=shutil.which(name), log=log))
        (shims / name).chmod(0o755)
    # So small a terminal has no preview, which is another process
    desk = Desk(world, columns=80, lines=12, variables={"PATH": f"{shims}:{world.env['PATH']}"})
    world.ok("start", "feat", cwd=world.repository())
    for _ in range(2):  # the first time in a server it asks which version fzf has
        log.write_text("")
        desk.open("picker", "○ feat")
        started = log.read_text().splitlines()
        desk.terminal.press("Escape")
        desk.gone()
    assert len(started) == PROGRAMS_OF_THE_PICKER, started


# What a command may cost with 100 contexts and 50 removals, in instructions, as multiples of a bare
# Python: docs/performance.md. In this order: each leaves what the next one needs
LOOKS = {
    "--version": 4.5,
    "--help": 4.5,
    "labels": 4.2,
    "ls": 5.2,
    "ls --json": 6.0,
    "open feat --client CLIENT": 6.0,
    "send feat true": 5.8,
    "send all true": 6.0,
    "control-center --no-attach": 5.0,
}
# The budgets of these, 8.5 and 9.5 for checkout, are those by the clock: git's and tmux's time is in them
CHANGES = {"start new": 6.3, "rm new": 7.0, "restore new": 7.0, "checkout topic": 6.6}
# What a further context may cost, in instructions: 20 and 30 microseconds
GROWTH = {"ls": 190_000, "start new": 290_000, "rm new": 290_000}
FEW, MANY = 10, 100
# The budgets are for Python 3.13: an older one starts with a seventh less, by which all else is counted, and
# its own paths take longer. `rm` looks at the machine's processes too, of which there may be more each time
IS_OLDER = sys.version_info < (3, 13)
SLACK, GROWTH_SLACK = (1.18, 1.3) if IS_OLDER else (1.05, 1.1)
if IS_OLDER:
    del LOOKS["--help"]  # most of it is the standard library's: 1.2 times as much there


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.skipif(not shutil.which("valgrind"), reason="needs valgrind")
@pytest.mark.parametrize("budgets", [LOOKS, CHANGES], ids=["looks", "changes"])
def test_instructions_of_a_command_are_within_its_budget_and_so_is_their_growth(
    world: World, terminal: Terminal, budgets: dict[str, float]
) -> None:
    home = world.repository()
    for words in (("start", "feat"), ("start", "gone"), ("rm", "gone")):
        world.ok(*words, cwd=home)
    terminal.type("tmux -u attach-session")
    client = eventually(lambda: world.tmux("list-clients", "-F", "#{client_name}"), "a client")
    fleet.add_contexts(world, home, FEW - 1, name="few")
    fleet.add_removals(world, home, 49)
    world.git(home, "branch", "topic")
    compileall.compile_dir(str(ROOT / "python"), quiet=2)
    _, few = fleet.instructions(world, home, *(line for line in budgets if line in GROWTH))
    fleet.add_contexts(world, home, MANY - FEW)
    lines = {line.replace("CLIENT", client): budget for line, budget in budgets.items()}
    bare, many = fleet.instructions(world, home, *lines)
    spent = {line: many[line] / bare for line in lines}
    grown = {line: (many[line] - few[line]) / (MANY - FEW) for line in few}
    assert {line: each for line, each in spent.items() if each > lines[line] * SLACK} == {}
    assert {line: each for line, each in grown.items() if each > GROWTH[line] * GROWTH_SLACK} == {}

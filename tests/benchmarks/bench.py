"""What commands take: interleaved medians as ratios to a bare Python, beside git's and tmux's own part of it.

`./scripts/bench` runs it, on a quiet machine. `--others FOLDER` has an environment for each other tool, as
`FOLDER/par-cli/bin/par` and `FOLDER/autowt/bin/autowt`.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import fleet
from benchmarks import first_row
from conftest import ROOT, Terminal, World, eventually, sealed_world
from scratch import DISK

BARE = "bare Python"
PAR = (sys.executable, "-I", "-c", fleet.ENTRY, str(ROOT / "python"))
# What is measured of par, where CLIENT is that of a terminal: the budget as a multiple of a bare Python, and
# what follows untimed
COMMANDS: dict[str, tuple[float, str]] = {
    "--version": (4.5, ""),
    "--help": (4.5, ""),
    "labels": (4.2, ""),
    "path feat": (4.2, ""),
    "ls": (5.2, ""),
    "ls --json": (6, ""),
    "open feat --client CLIENT": (6, ""),
    "send feat true": (5.8, ""),
    "send all true": (6, ""),
    "control-center --no-attach": (5, ""),
    "start new": (8.5, ""),
    "rm new": (8.5, ""),
    "restore new": (8.5, "rm new"),
    "checkout topic": (9.5, "rm topic"),
}
SLOPES = ("ls", "start new", "rm new")
# What git and tmux alone take for the same, after what comes before the bar
RAW = {
    "ls": "tmux list-sessions -F '#{session_name} #{@par_label}' | awk 'NF'",
    "start new": "git worktree add -q -b raw ../raw && tmux new-session -d -s raw -c ../raw",
    "rm new": "git worktree remove --force ../raw && git branch -q -D raw && tmux kill-session -t =raw:",
}
OTHERS = {
    "par-cli": ("par", {"ls": "ls", "start new": "start other", "rm new": "rm other"}),
    "autowt": (
        "autowt",
        {"ls": "ls", "start new": "other --terminal echo -y", "rm new": "rm --mode all other -y"},
    ),
}


class Place(NamedTuple):
    """A world with so many contexts, removals and files in the repository."""

    contexts: int
    removals: int
    files: int

    def __str__(self) -> str:
        return f"contexts: {self.contexts}, removals: {self.removals}, files: {self.files}"


@contextmanager
def furnished(place: Place) -> Iterator[tuple[World, Path]]:
    """Such a world and its repository."""
    with sealed_world(DISK) as world:  # users' files are seldom in memory
        home = world.repository()
        for number in range(place.files):
            folder = home / f"src/{number // 500}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"file-{number}").write_text("content\n" * 8)
        world.git(home, "add", "-A")
        world.git(home, "commit", "-q", "-m", "files")
        world.git(home, "branch", "topic")
        world.ok("start", "feat", cwd=home)
        if place.removals:
            world.ok("start", "gone", cwd=home)
            world.ok("rm", "gone", cwd=home)
            fleet.add_removals(world, home, place.removals - 1)
        fleet.add_contexts(world, home, place.contexts - 1)
        Terminal(world).type("tmux -u attach-session")
        eventually(lambda: client(world), "a client")
        yield world, home


def client(world: World) -> str:
    return world.tmux("list-clients", "-F", "#{client_name}")


class Timed(NamedTuple):
    """A program that is timed, what comes after it untimed, and what it finds in its environment."""

    command: Sequence[str]
    after: Sequence[str] = ()
    environment: Mapping[str, str] = {}


def seconds(world: World, folder: Path, command: Sequence[str], env: Mapping[str, str]) -> float | None:
    """How long a program takes, be it minutes; None where it fails."""
    begun = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**world.env, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    took = time.perf_counter() - begun
    return took if done.returncode == 0 else None


def lines(world: World, others: Path | None) -> dict[str, Timed]:
    """What is timed, by its name, in the order of a round."""
    found = {BARE: Timed((sys.executable, "-I", "-c", "pass"))}
    # par-cli would take par's own data for its
    own = {"XDG_DATA_HOME": str(world.home / "others")}
    for line, (_, after) in COMMANDS.items():
        words = line.replace("CLIENT", client(world)).split()
        found[line] = Timed((*PAR, *words), (*PAR, *after.split()) if after else ())
        if line in RAW:
            found[f"{line}: git and tmux alone"] = Timed(("sh", "-c", RAW[line]))
        for name, (program, known) in OTHERS.items() if others else ():
            if line in known and (path := Path(others or "", name, "bin", program)).exists():
                found[f"{line}: {name}"] = Timed((str(path), *shlex.split(known[line])), (), own)
    return found


def measured(place: Place, rounds: int, others: Path | None) -> dict[str, list[float]]:
    """The seconds of each line; all are run one after the other in each round."""
    taken: dict[str, list[float]] = {}
    with furnished(place) as (world, home):
        todo = lines(world, others)
        for number in range(rounds + 1):  # the first one only fills caches
            for name, (command, after, environment) in todo.items():
                took = seconds(world, home, command, environment)
                if took is not None and number:
                    taken.setdefault(name, []).append(took)
                if after:
                    seconds(world, home, after, {})
    return taken


def counted(place: Place) -> dict[str, float]:
    """The instructions of each command as a multiple of a bare Python's: the same on a busy machine."""
    with furnished(place) as (world, home):
        lines = {line: line.replace("CLIENT", client(world)) for line in COMMANDS}
        asked = [each for line, (_, after) in COMMANDS.items() for each in (lines[line], after) if each]
        bare, spent = fleet.instructions(world, home, *asked)
        return {line: spent[lines[line]] / bare for line in COMMANDS}


def table(found: dict[str, list[float]], spent: dict[str, float]) -> str:
    """The medians in time and as ratios, the ratios of instructions, and the budgets for those."""
    medians = {name: statistics.median(each) for name, each in found.items()}
    bare = medians[BARE]
    rows = [f"{'':34}{'median':>11}{'time':>8}{'instr.':>8}{'budget':>8}"]
    for name, median in medians.items():
        budget = f"{COMMANDS[name][0]:8g}" if name in COMMANDS else ""
        count = f"{spent[name]:8.1f}" if name in spent else " " * 8
        rows.append(f"{name:34}{median * 1000:8.1f} ms{median / bare:8.1f}{count}{budget}")
    return "\n".join(rows)


def picture(slopes: dict[str, dict[int, float]], unit: str) -> str:
    """What each command takes over the number of contexts, in `unit`, as SVG."""
    most = max(spent for each in slopes.values() for spent in each.values())
    counts = sorted({count for each in slopes.values() for count in each})
    drawn = []
    for (name, each), colour in zip(slopes.items(), ("#2563eb", "#16a34a", "#dc2626"), strict=False):
        points = [(60 + 500 * n / counts[-1], 260 - 230 * s / most) for n, s in sorted(each.items())]
        path = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = points[-1]
        drawn.append(f'<text x="{x + 6:.0f}" y="{y + 4:.0f}" fill="{colour}">{name.split()[0]}</text>')
    drawn += [
        f'<text x="{60 + 500 * n / counts[-1]:.0f}" y="280" text-anchor="middle">{n}</text>'
        for n in counts
        if n == counts[0] or n * 20 > counts[-1]
    ]
    drawn += [
        f'<text x="54" y="{264 - 230 * part:.0f}" text-anchor="end">{most * part:.0f} {unit}</text>'
        for part in (0, 0.5, 1)
    ]
    axes = '<path d="M60 30V260H560" fill="none" stroke="#888"/>'
    style = 'font-family="sans-serif" font-size="12" fill="#888"'
    body = "\n".join([axes, *drawn])
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 290" {style}>\n{body}\n</svg>\n'


def machine() -> str:
    """The processor and the programs that the figures are of."""
    info = Path("/proc/cpuinfo")
    models = (
        [line.split(": ")[1] for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    tools = [os.popen(each).read().strip() for each in ("git --version", "tmux -V")]
    name = models[0] if models else platform.processor()
    load = f"load {os.getloadavg()[0]:.0f}"
    return f"{os.cpu_count()} x {name}, {load}, Python {platform.python_version()}, {', '.join(tools)}"


def overview(found: dict[Place, dict[str, list[float]]]) -> str:
    """All medians as multiples of a bare Python, a column for each place, as a table in Markdown."""
    names = dict.fromkeys(name for each in found.values() for name in each)
    rows = [["", *map(str, found)], ["---", *["--:"] * len(found)]]
    for name in names:
        ratios = [
            f"{statistics.median(each[name]) / statistics.median(each[BARE]):.1f}" if name in each else ""
            for each in found.values()
        ]
        rows.append([name, *ratios])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def options() -> argparse.Namespace:
    """What is asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("contexts", "1,100"), ("removals", "0,500"), ("files", "10")):
        parser.add_argument(f"--{name}", default=usual, help="numbers, with commas between them")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--count", action="store_true", help="Count instructions too, by valgrind.")
    parser.add_argument("--picker", action="store_true", help="Only from a key to the picker's first row.")
    for name in ("others", "json", "svg"):
        parser.add_argument(f"--{name}", type=Path)
    return parser.parse_args()


def places(asked: argparse.Namespace) -> list[Place]:
    """Where it is measured: each of the three numbers grows alone."""
    contexts, removals, files = (
        [int(n) for n in each.split(",")] for each in (asked.contexts, asked.removals, asked.files)
    )
    first = Place(contexts[0], removals[0], files[0])
    grown = [first._replace(contexts=n) for n in contexts]
    grown += [first._replace(removals=n) for n in removals]
    grown += [first._replace(files=n) for n in files]
    return list(dict.fromkeys(grown))


def slopes(
    found: dict[Place, dict[str, list[float]]], spent: dict[Place, dict[str, float]]
) -> dict[str, dict[int, float]]:
    """What each of SLOPES takes by the number of contexts: instructions where they were counted, else ms."""
    first = next(iter(found))
    alone = {place: each for place, each in found.items() if place[1:] == first[1:]}
    return {
        name: {
            place.contexts: spent[place].get(name) or min(each[name]) * 1000
            for place, each in alone.items()
            if name in each
        }
        for name in SLOPES
    }


def main() -> None:
    asked = options()
    compileall.compile_dir(str(ROOT / "python"), quiet=2)
    tried = machine()
    print(tried)
    if asked.picker:
        print(first_row.tables(asked.rounds))
        return
    found: dict[Place, dict[str, list[float]]] = {}
    spent: dict[Place, dict[str, float]] = {}
    for place in places(asked):
        found[place] = measured(place, asked.rounds, asked.others)
        spent[place] = counted(place) if asked.count else {}
        print(f"\n{place}\n{table(found[place], spent[place])}", flush=True)
    print(f"\n{overview(found)}")
    document: dict[str, Any] = {
        "machine": tried,
        "seconds": {str(place): each for place, each in found.items()},
        "instructions": {str(place): each for place, each in spent.items()},
    }
    if asked.json:
        asked.json.write_text(json.dumps(document, indent=1))
    if asked.svg:
        asked.svg.write_text(picture(slopes(found, spent), "x" if asked.count else "ms"))


if __name__ == "__main__":
    main()

"""What a command takes as a ratio to bare Python, with 100 contexts: pytest tests/benchmarks/commands.py."""

import statistics
import sys
import time

from conftest import PAR, World

ROUNDS = 11
CASES = {
    "--version": (5.5, ("--version",)),
    "--help": (5.5, ("--help",)),
    "ls": (5.5, ("ls",)),
    "labels": (5.5, ("labels",)),
    "path": (5.5, ("path", "c1")),
    "send to one": (6, ("send", "c1", "true")),
    "send to 50": (6.5, ("send", *(f"c{number}" for number in range(50)), "true")),
    "control-center": (11, ("control-center", "--no-attach")),
    "start": (12, ("start", "new")),
    "rm": (11, ("rm", "new")),
}


def test_print_the_ratios(world: World) -> None:
    home = world.repository()
    for number in range(100):
        world.ok("start", f"c{number}", cwd=home)
    taken: dict[str, list[float]] = {name: [] for name in ("bare", *CASES)}
    for _ in range(ROUNDS):
        taken["bare"].append(seconds(world, sys.executable, "-I", "-c", "pass"))
        for name, (_, words) in CASES.items():
            taken[name].append(seconds(world, *PAR, *words))
    bare = statistics.median(taken["bare"])
    for name, (budget, _) in CASES.items():
        median = statistics.median(taken[name])
        print(f"{name:16}{median * 1000:7.0f} ms {median / bare:6.1f} (budget {budget:g})")


def seconds(world: World, *command: str) -> float:
    """How long a program takes that must end well."""
    begun = time.perf_counter()
    result = world.run(*command, cwd=world.home / "src/app")
    assert result.status == 0, result
    return time.perf_counter() - begun

"""Each system call by which par writes fails in turn, as on a bad or full disk: nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import PAR, Result, World
from faults.commands import COMMANDS, IS_LONG, Bench, sampled

CALLS = (
    *("write", "fsync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat"),
    *("symlink", "symlinkat", "link", "linkat", "rmdir", "ftruncate"),
)
ERRORS = ("EIO", "ENOSPC", "EDQUOT")
pytestmark = [pytest.mark.timeout(3600 if IS_LONG else 300)]


def traced(world: World, cwd: Path, words: tuple[str, ...], *options: str) -> Result:
    """Run par, and none of the programs that it starts, under strace."""
    log = world.home / "trace"
    # Those that this kernel does not have are named by a question mark
    trace = "trace=" + ",".join(f"?{each}" for each in CALLS)
    return world.run("strace", "-qq", "-o", str(log), "-e", trace, *options, *PAR, *words, cwd=cwd)


def made(world: World) -> Iterator[tuple[str, int]]:
    """The calls of the last trace: name, and the how manieth of that name."""
    counts: dict[str, int] = {}
    for line in (world.home / "trace").read_text(errors="replace").splitlines():
        name = line.partition("(")[0]
        if name in CALLS:
            counts[name] = counts.get(name, 0) + 1
            yield name, counts[name]


@pytest.fixture
def strace(world: World) -> None:
    if not shutil.which("strace"):
        pytest.skip("there is no strace")
    if world.run("strace", "-qq", "-o", "/dev/null", "true").status:
        pytest.skip("strace may not trace here")


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", COMMANDS)
def test_write_that_fails_loses_nothing_and_stops_nothing(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    bench = Bench(world, COMMANDS[name])
    words, cwd = bench.command.words, bench.model.source
    bench.prepare()
    assert traced(world, cwd, words).status == 0
    bench.model.check(bench.model.works.keys() if bench.command.may_go else ())
    points = [(at, f"{call}:error={error}") for call, at in made(world) for error in ERRORS]
    assert points
    tried = 0
    for at, fault in sampled(points):
        bench.prepare()
        result = traced(world, cwd, words, "-e", f"inject={fault}:when={at}")
        tried += 1
        bench.check(result, f"{fault}:when={at}")
    record_property("points", tried)

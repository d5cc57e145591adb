"""Each command with a call or write of it failing: nothing is lost or stuck; and the order of its writes."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import PAR, Result, sealed_world
from faults import order
from faults.commands import COMMANDS, IS_LONG, Bench, Command, sampled
from faults.injected import PROGRAMS, WAYS, failing
from faults.order import Effect

WRITES = (
    *("write", "fsync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat"),
    *("symlink", "symlinkat", "link", "linkat", "rmdir", "ftruncate"),
)
# Those that this kernel does not have are named by a question mark
TRACED = "trace=execve," + ",".join(f"?{each}" for each in (*WRITES, "fdatasync"))
# By this a program stops at these calls only
FOLLOWING = ("-f", "--seccomp-bpf")
ERRORS = ("EIO", "ENOSPC", "EDQUOT")
pytestmark = [pytest.mark.timeout(5400 if IS_LONG else 300)]


class Benches:
    """One bench for many commands: it takes as long as some of them to make one. A failure ends it."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._bench: Bench | None = None

    @contextmanager
    def turned_to(self, command: Command) -> Iterator[Bench]:
        if self._bench is None:
            self._bench = Bench(self._stack.enter_context(sealed_world()))
        self._bench.command = command
        try:
            yield self._bench
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        self._stack.close()
        self._bench = None


@pytest.fixture(scope="module")
def benches() -> Iterator[Benches]:
    made = Benches()
    yield made
    made.end()


class Seen(NamedTuple):
    """What a command did when all went well: its calls of git and tmux, and how often it wrote how."""

    calls: int
    writes: tuple[tuple[str, int], ...]
    effects: tuple[Effect, ...]


class Point(NamedTuple):
    """The call with this number goes wrong in a `way`, or the write `fault` fails, strace's word for it."""

    at: int
    way: str
    fault: str = ""


@cache
def can_trace() -> bool:
    tried = ("strace", *FOLLOWING, "-qq", "-o", "/dev/null", "true")
    return (
        bool(shutil.which("strace"))
        and not subprocess.run(tried, capture_output=True, check=False).returncode
    )


def run(bench: Bench, point: Point, *before: str) -> tuple[Result, list[str]]:
    """Run the command of the bench with one thing going wrong; and its calls."""
    world, words, cwd = bench.world, bench.command.words, bench.model.source
    if point.fault:
        log = str(world.home / "trace")
        asked = ("-q", "-o", log, "-e", TRACED, "-e", f"inject={point.fault}:when={point.at}")
        result = world.par_traced(("strace", *asked), *words, cwd=cwd)
        trace = Path(log).read_text(errors="replace")
        assert "(INJECTED)" in trace, (point, trace)
        return replace(result, status=status(trace)), []
    with failing(world.home / "programs", world.env["PATH"], point.at, point.way) as calls:
        if before:
            return world.run(*before, *PAR, *words, cwd=cwd, **calls.env), calls.made
        return world.par(*words, cwd=cwd, **calls.env), calls.made


def status(trace: str) -> int:
    """How the process ended that a trace is of."""
    ended = re.search(r"^\+\+\+ exited with (\d+) \+\+\+$", trace, re.MULTILINE)
    assert ended, trace
    return int(ended[1])


def look(bench: Bench) -> Seen:
    """Run the command of the bench as it is, and look at all that it does, where that can be traced."""
    bench.prepare()
    # A server that a command starts lives on: strace would follow it for ever
    log, follow = bench.world.home / "trace", () if bench.command.damage == "server" else FOLLOWING
    traced = ("strace", *follow, "-y", "-qq", "-s", "4096", "-o", str(log), "-e", TRACED)
    is_traced = can_trace()
    if is_traced and follow:
        result = bench.world.run(*traced, *PAR, *bench.command.words, cwd=bench.model.source)
        made = called(log.read_text(errors="replace"))
    else:
        result, calls = run(bench, Point(0, ""), *(traced if is_traced else ()))
        made = len(calls)
    assert result.status == 0, result
    bench.model.check(bench.given_up)
    said = log.read_text(errors="replace") if is_traced else ""
    return Seen(made, tuple(writes(said, bool(follow))), tuple(order.effects(said)))


def called(trace: str) -> int:
    """How often git and tmux were called in a trace, but by git itself."""
    ran = "|".join(re.escape(str(shutil.which(each))) for each in PROGRAMS)
    return len(re.findall(rf'execve\("({ran})"', trace))


def writes(trace: str, has_pids: bool) -> Iterator[tuple[str, int]]:
    """The writes of the first process in a trace: the call, and the how manieth of that name."""
    counts: dict[str, int] = {}
    lines = trace.splitlines()
    first = lines[0].split(" ")[0] if lines else ""
    for line in lines:
        pid, _, rest = line.partition(" ") if has_pids else (first, "", line)
        name = rest.lstrip().partition("(")[0]
        if pid == first and name in WRITES:
            counts[name] = counts.get(name, 0) + 1
            yield name, counts[name]


def points(seen: Seen) -> Iterator[Point]:
    """A call and a write in turn, so that each sample has of both."""
    calls = [Point(at, way) for at in range(1, seen.calls + 1) for way in WAYS[: 4 if IS_LONG else 2]]
    failed = [Point(at, "", f"{call}:error={error}") for call, at in seen.writes for error in ERRORS]
    for pair in zip_longest(calls, failed):
        yield from (each for each in pair if each)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_that_meets_a_failure_loses_nothing_and_stops_nothing(
    benches: Benches, name: str, record_property: Callable[[str, object], None]
) -> None:
    with benches.turned_to(COMMANDS[name]) as bench:
        seen = look(bench)
        assert order.faults(iter(seen.effects)) == []
        tried = 0
        for point in sampled(points(seen)):
            bench.prepare()
            result, calls = run(bench, point)
            tried += 1
            bench.check(result, f"{point} {calls[point.at - 1 : point.at]}")
        bench.clear()
        record_property("points", tried)


def test_the_order_is_judged_by_what_was_synced() -> None:
    lost = [
        Effect("rename", ("/data/trash/a/entry.json.tmp", "/data/trash/a/entry.json")),
        Effect("unlink", (".git/refs/heads/feat",)),
    ]
    assert order.faults(iter(lost))[:2] == [
        ".git/refs/heads/feat before folder: /data/trash/a",
        ".git/refs/heads/feat before file: /data/trash/a/entry.json",
    ]
    synced = [
        Effect("fsync", ("/data/trash/a/entry.json.tmp",)),
        lost[0],
        Effect("fsync", ("/data/trash/a",)),
        lost[1],
    ]
    assert order.faults(iter(synced)) == []

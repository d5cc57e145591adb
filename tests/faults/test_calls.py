"""Each call of git and tmux fails in turn, before or after it did its work: par says so, and goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import World
from faults.commands import COMMANDS, IS_LONG, Bench, sampled
from faults.injected import WAYS, failing

pytestmark = [pytest.mark.timeout(1800 if IS_LONG else 300)]


@pytest.mark.parametrize("name", COMMANDS)
def test_call_that_fails_loses_nothing_and_stops_nothing(
    world: World, name: str, record_property: Callable[[str, object], None]
) -> None:
    bench = Bench(world, COMMANDS[name])
    words, cwd, path = bench.command.words, bench.model.source, world.env["PATH"]
    bench.prepare()
    with failing(world.home / "programs", path, 0, "") as calls:
        world.ok(*words, cwd=cwd, **calls.env)
        count = len(calls.made)
    bench.model.check(bench.model.works.keys() if bench.command.may_go else ())
    points = [(at, way) for at in range(1, count + 1) for way in WAYS[: 4 if IS_LONG else 2]]
    tried = 0
    for at, way in sampled(points):
        bench.prepare()
        with failing(world.home / "programs", path, at, way) as calls:
            result = world.par(*words, cwd=cwd, **calls.env)
            made = calls.made[at - 1 : at]
        tried += 1
        bench.check(result, f"{way}: call {at}, {made}")
    record_property("points", tried)

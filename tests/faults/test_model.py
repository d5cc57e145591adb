"""A second checker, written from what the docs promise: random commands and damage, and all is found."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random, SystemRandom

import pytest

from conftest import World
from faults.actions import Actions
from faults.commands import IS_LONG
from faults.damages import DAMAGES

# A life gets slower with what is in the trash and in the repositories
STEPS = 50
LIVES = max(4, int(os.environ.get("PAR_FAULTS", "0")) // STEPS)
# The same in each run of CI, so that a change is what makes it fail; another each time in a long run
FIRST = int(os.environ.get("FAULT_SEED", SystemRandom().randrange(1_000_000) if IS_LONG else 9))
pytestmark = [pytest.mark.timeout(600)]


@pytest.mark.parametrize("nth", range(LIVES))
def test_whatever_happens_all_work_is_kept(
    world: World, nth: int, record_property: Callable[[str, object], None]
) -> None:
    seed = FIRST + nth
    life = Actions(world, Random(seed))
    try:
        for step in range(STEPS):
            life.log.append(f"step {step}:")
            one_step(life)
        bring_all_back(life)
    except BaseException as error:
        done = "\n  ".join(life.log)
        raise AssertionError(f"FAULT_SEED={seed}: {error}\n  {done}") from error
    record_property("points", life.faults)


def one_step(life: Actions) -> None:
    """An action, and once in six times some damage before it."""
    if life.dice.random() < 1 / 6:
        damage = life.dice.choice(DAMAGES)
        life.log.append(damage.__name__)
        damage(life)
    actions = life.actions()
    life.dice.choices([*actions], [*actions.values()])[0]()


def bring_all_back(life: Actions) -> None:
    """At the end nothing is stuck: all that lives goes, all that went comes back, and doctor is content."""
    world, model = life.world, life.model
    life.log.append("the end:")
    model.check()
    for label in [*model.listed]:
        world.ok("rm", label)
    for name in [*model.removed]:
        world.ok("restore", name, "--as", f"back{model.number()}")
        model.check()
    said = world.par("doctor", "--fix")
    assert said.status == 0, said
    model.check()

"""A life with par, at random: commands, some of them ended or failing half way, and work in between."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM

from conftest import Result, World
from doom import Doom
from faults.injected import WAYS, failing
from faults.model import Model, check_told


class Life:
    """One world, what is known of it, and dice; `log` has what was done, for the one who reads a failure."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world, self.dice = world, dice
        self.model = Model(world)
        self.log: list[str] = []
        self.faults = 0
        self.busy: set[str] = set()

    def run(self, *words: str, expected: Iterable[int] = (0,), may_go: Iterable[str] = ()) -> Result:
        """Run par, now and then with a fault, and look for all work. Without one it ends as expected."""
        if self.dice.random() < 0.35:
            result = self._faulty(words)
            check_told(result)
        else:
            self.log.append(f"par {' '.join(words)}")
            result = self.world.par(*words, cwd=self.model.source)
            check_told(result)
            assert result.status in expected or self.model.sick, (words, result)
        self.model.check(may_go)
        self.settle()
        return result

    def _faulty(self, words: tuple[str, ...]) -> Result:
        self.faults += 1
        at, cwd = self.dice.randint(1, 60), self.model.source
        if self.dice.random() < 0.5:
            sent = self.dice.choice((SIGKILL, SIGKILL, SIGKILL, SIGTERM, SIGINT, SIGHUP))
            self.log.append(f"par {' '.join(words)}  # {sent.name} before effect {at}")
            return self.world.par_until(Doom(at, sent), *words, cwd=cwd)
        at, way = at % 20 + 1, self.dice.choice(WAYS)
        with failing(self.world.home / "programs", self.world.env["PATH"], at, way) as calls:
            result = self.world.par(*words, cwd=cwd, **calls.env)
            failed = calls.made[at - 1 : at]
        self.log.append(f"par {' '.join(words)}  # {way}: {at} {failed}")
        return result

    def settle(self) -> None:
        """Know of what came into being, and where what was adopted stays."""
        known = set(self.model.places().values())
        for folders in self.model.listed.values():
            for each in folders:
                if each not in known and each.is_dir():
                    self.model.follow(each, self._home(each))
            if folders and "workspaces" in folders[0].parts and folders[0].parent not in known:
                self.model.follow(folders[0].parent, None)

    def _home(self, folder: Path) -> Path:
        common = self.world.git(folder, "rev-parse", "--path-format=absolute", "--git-common-dir")
        return Path(common).parent

    def label(self) -> str:
        """A label that no context has; it may be in the trash."""
        return self.dice.choice([each for each in "abcdefghij" if each not in self.model.listed])

    def is_taken(self, home: Path, label: str) -> bool:
        return label in self.world.branches(home)

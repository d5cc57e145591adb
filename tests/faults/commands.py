"""The commands that change something, each with a world in which it can be tried again and again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from copy import copy
from itertools import islice
from typing import NamedTuple, TypeVar

from conftest import Result, World
from faults import contents
from faults.model import Model, check_told
from faults.snapshot import Snapshot

# Every point takes an hour: CI asks for fewer steps than this
IS_LONG = int(os.environ.get("PAR_FAULTS", "0")) >= 100
# Every so manieth point, from this one on: the same in each run of CI
SAMPLE, FIRST = 89, int(os.environ.get("FAULT_SEED", "5"))
KINDS = (
    *(contents.staged, contents.unstaged, contents.untracked, contents.ignored, contents.reset_away),
    *(contents.read_only, contents.links, contents.hidden, contents.clone, contents.committed),
)

Point = TypeVar("Point")


class Command(NamedTuple):
    """Words that can be tried where `before` were done; `may_go` says that they give work up."""

    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    may_go: bool = False
    damage: str = ""


START = ("start", "feat", "-p", "app")
BIG = ("workspace", "start", "feat", "--repos", "back,front")
COMMANDS = {
    "start": Command((*START, "--run", "true", "--prompt", "it")),
    "start of several": Command((*START, "--count", "2")),
    "batch": Command(("batch", "../outside/tasks", "--again")),
    "checkout": Command(("checkout", "mine", "-l", "feat", "-p", "app")),
    "rm": Command(("rm", "feat"), (START,)),
    "purge": Command(("rm", "--purge", "--force", "feat"), (START,), may_go=True),
    "restore": Command(("restore", "feat"), (START, ("rm", "feat"))),
    "empty": Command(("trash", "empty", "feat", "-y"), (START, ("rm", "feat")), may_go=True),
    "workspace start": Command(BIG),
    "workspace add": Command(("workspace", "add", "feat", "docs"), (BIG,)),
    "workspace drop": Command(("workspace", "drop", "feat", "front"), (BIG,)),
    "workspace rm": Command(("rm", "feat"), (BIG,)),
    "workspace restore": Command(("restore", "feat"), (BIG, ("rm", "feat"))),
    "adopt": Command(("adopt", "../outside/theirs", "-l", "feat")),
    "resurrect": Command(("resurrect",), (START,), damage="server"),
    "doctor": Command(("doctor", "--fix"), (START,), damage="index"),
}


class State(NamedTuple):
    """What there was in a world, and what its model knew."""

    world: Snapshot
    model: dict[str, object]


class Bench:
    """A world for a command at a time: it is brought to where that can be tried, as often as needed."""

    def __init__(self, world: World) -> None:
        self.world, self.model = world, Model(world)
        self.command = COMMANDS["start"]
        # A server that runs, and a data folder that is there
        world.ok("start", "other", "-p", str(self.model.homes["docs"]))
        theirs = self.model.outside / "theirs"
        world.git(self.model.homes["app"], "worktree", "add", "-q", "-b", "topic", str(theirs))
        self.model.fixed[self.model.follow(theirs, self.model.homes["app"])] = theirs
        (self.model.outside / "tasks").write_text('[{"label": "feat", "path": "app", "run": "true"}]')
        self._states: dict[tuple[tuple[str, ...], ...], State] = {}
        self._come_to(())

    @property
    def given_up(self) -> set[str]:
        """The marks of what the command may delete for good."""
        return self.model.works.keys() - self.model.fixed.keys() if self.command.may_go else set()

    def prepare(self) -> None:
        """Bring the world to where the command has all to do."""
        self._come_to(self.command.before)
        if self.command.damage == "server":
            self.world.tmux("kill-server")
        if self.command.damage == "index":
            (self.world.data / "global_state.json").write_text('{"contexts": {"other": null}}')
            self.world.tmux("set-option", "-u", "-t", f"{self.world.sessions()[0]}:", "@par_label")

    def _come_to(self, before: tuple[tuple[str, ...], ...]) -> None:
        """Do `before`, where it was done once by bringing back what there was then."""
        if known := self._states.get(before):
            known.world.back()
            vars(self.model).update({name: copy(value) for name, value in known.model.items()})
            return
        if before:
            self._come_to(before[:-1])
            self.world.ok(*before[-1], cwd=self.model.source)
            if before[-1][0] != "rm":
                self._fill()
        self.model.check()
        model = {name: copy(value) for name, value in vars(self.model).items()}
        self._states[before] = State(Snapshot(self.world), model)

    def _fill(self) -> None:
        self.model.check()
        for folder in self.model.listed["feat"]:
            home = self.model.homes.get(folder.name, self.model.homes["app"])
            self.model.fill(self.model.follow(folder, home), folder, KINDS)

    def clear(self) -> None:
        """Give up all that the command was tried with, as the last check found it."""
        if labels := [each for each in self.model.listed if each.startswith("feat")]:
            self.world.ok("rm", "--purge", "--force", *labels)
        if self.model.removed:
            self.world.ok("trash", "empty", "-y")
        self.model.check(self.model.works.keys() - self.model.fixed.keys())

    def _mend(self) -> None:
        """Let doctor repair all; what could not be deleted for good it only tells of."""
        said = self.world.par("doctor", "--fix")
        left = [*self.world.data.glob("removed/*"), *self.world.data.glob("emptied/*")]
        assert said.status == (4 if left else 0), said
        for each in left:
            assert f"rm -rf {each}" in said.stdout, said
            shutil.rmtree(each)

    def check(self, result: Result, told: str) -> None:
        """The command failed as it may, nothing is lost or stuck, and the next one goes on."""
        check_told(result)
        model, gone = self.model, self.given_up
        if not self.command.damage:
            model.check(gone)
        again = self.world.par(*self.command.words, cwd=model.source)
        # What was done for all that is not there to be done again
        assert again.status in {0, 3, 4}, (told, result, again)
        self._mend()
        if gone:
            model.check(gone)
        if "feat" not in self.world.index["contexts"] and model.works.keys() - model.fixed.keys():
            self.world.ok("restore", "feat", *(("--as", "feat") if "drop" in self.command.words else ()))
        model.check()


def sampled(points: Iterable[Point]) -> Iterator[Point]:
    """All points in a long run; else some, and with another FAULT_SEED others."""
    first = 0 if IS_LONG else FIRST % SAMPLE
    return islice(points, first, None, 1 if IS_LONG else SAMPLE)

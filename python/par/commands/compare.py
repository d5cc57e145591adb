"""`par compare`: attempts at one task side by side: how much each changed, and how a command goes in it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from par.commands import rm
from par.commands import run as run_command
from par.contexts import selection, survey
from par.contexts.selection import Target, Wanted
from par.errors import CommandError, UsageError
from par.git import base, diff, standing
from par.git.base import Base
from par.git.diff import Size
from par.model import Kind, Repository, Worktree
from par.setup.batch import Progress, Stage
from par.trash.removal import Removed

Watch = Callable[[Sequence[Progress]], None]


class Request(NamedTuple):
    """The contexts to compare, the words of a command and how long it may take, and what stays alone."""

    wanted: Wanted
    socket: Path
    most: int
    words: tuple[str, ...] = ()
    seconds: float = 0.0
    kept: str | None = None


class Place(NamedTuple):
    """A worktree of the context `label`, and what its repository is called there."""

    label: str
    repository: str
    worktree: Worktree


class Plan(NamedTuple):
    """The worktrees that are compared, the runs, and the removal of all but the one that is kept."""

    places: tuple[Place, ...]
    tests: run_command.Plan | None
    kept: str
    removal: rm.Plan | None


class Attempt(NamedTuple):
    """What was done in a worktree since it left its base, and how the command went there."""

    place: Place
    base: str
    commits: int
    size: Size
    uncommitted: int
    test: Progress | None = None


class Comparison(NamedTuple):
    """The attempts in their order; `is_interrupted` where the user broke the command off."""

    attempts: tuple[Attempt, ...]
    is_interrupted: bool = False


def plan(request: Request) -> Plan:
    """Find the contexts. Raises every refusal, also that of removing the others where one is kept."""
    seen = survey.survey(request.socket)
    chosen = selection.targets(seen.known, request.wanted, seen)
    for each in chosen:
        survey.check_worktrees(seen.find_ready(each.context.label))
    tests = run_command.plan(_run_request(request)) if request.words else None
    kept, removal = "", None
    if request.kept is not None:
        kept = seen.find_ready(request.kept).context.label
        others = dict.fromkeys(each.context.label for each in chosen if each.context.label != kept)
        if len(others) == len({each.context.label for each in chosen}) or not others:
            message = f"--keep {kept} needs it among the contexts that are compared, and others beside it"
            raise UsageError(message, hint=f"par compare {kept} OTHER --keep {kept}")
        removal = rm.plan(rm.Request(Wanted(tuple(others)), request.socket))
    return Plan(tuple(place for each in chosen for place in _places(each)), tests, kept, removal)


def _places(target: Target) -> Iterator[Place]:
    context = target.context
    for each in target.worktrees:
        name = each.name if context.kind is Kind.WORKSPACE else each.repository.name
        yield Place(context.label, name, each)


def _run_request(request: Request) -> run_command.Request:
    return run_command.Request(
        request.wanted, request.words, request.socket, request.most, request.seconds, keeps_going=True
    )


def run(planned: Plan, watch: Watch) -> Comparison:
    """Look at each, then run the command in each, showing `watch` how it goes. Raises CommandError."""
    bases: dict[Repository, base.Bases] = {}
    found = tuple(_attempt(each, bases) for each in planned.places)
    if planned.tests is None:
        return Comparison(found)
    outcome = run_command.run(planned.tests, watch)
    by_folder = {each.task.folder: each for each in outcome.progress}
    tested = (each._replace(test=by_folder.get(each.place.worktree.path)) for each in found)
    return Comparison(tuple(tested), outcome.is_interrupted)


def _attempt(place: Place, bases: dict[Repository, base.Bases]) -> Attempt:
    worktree = place.worktree
    known = bases.get(worktree.repository) or base.load(worktree.repository)
    bases[worktree.repository] = known
    against = known.of(worktree)
    since = base.fork(worktree, against)
    seen = standing.of(worktree, Base("", since))
    name = against.name if against else since[:10]
    return Attempt(place, name, seen.ahead or 0, diff.size(worktree, since), seen.changed)


def remove_others(planned: Plan, done: Comparison) -> Iterator[Removed]:
    """Remove all but what is kept, if anything is. Raises CommandError where the command failed in that."""
    if planned.removal is None:
        return
    for each in done.attempts:
        if each.test and each.place.label == planned.kept and each.test.stage is not Stage.OK:
            message = f"the command did not succeed in '{planned.kept}': nothing was removed"
            raise CommandError(message, hint=f"par compare {planned.kept}")
    yield from rm.run(planned.removal)

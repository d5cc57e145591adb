"""`par batch`: a context for each task of a file, so many at work at a time; the same again goes on."""

import time
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple, NoReturn

from par import names
from par.commands import start
from par.config import batch_file
from par.config.batch_file import Task
from par.contexts import creation, holders, survey
from par.contexts.plans import CreationPlan
from par.errors import ConflictError, ParError
from par.model import ContextStatus
from par.names import visible
from par.setup import programs
from par.setup.programs import Program, Stage
from par.state import batches
from par.state.batches import BEGUN, MADE, Journal
from par.state.index import Index
from par.system import narration

LOOK_SECONDS = 1.0
ENDS = ("done", "failed")  # what an agent says that leaves its place to another
MOST_NAMED = 5


class Request(NamedTuple):
    """The file to go through, and how many of its contexts may be at work at a time, 0 for all.

    `is_trusted` approves what repositories ask for, for this once. One that was removed since it was made is
    made anew where this `is_again`.
    """

    file: Path
    socket: Path
    most: int = 0
    is_trusted: bool = False
    is_again: bool = False


class State(Enum):
    """What was done for a task, or why nothing is to do."""

    BEGUN = "begun"
    THERE = "there"
    REMOVED = "removed"


class Step(NamedTuple):
    """A task, how it is done, and its context where that can be made now."""

    task: Task
    request: start.Request
    state: State
    planned: CreationPlan | None = None


class Plan(NamedTuple):
    """All the steps; nothing is in the way of those that are to be done."""

    request: Request
    steps: tuple[Step, ...]


def plan(request: Request) -> Plan:
    """Decide what is to be done for each task. Raises every refusal, with its line; touches nothing."""
    file = request.file.resolve()
    request = request._replace(file=file)
    tasks = batch_file.read(file)
    journal, found = Journal(file), survey.recovered_index(request.socket)
    return Plan(request, tuple(_step(each, request, journal, found) for each in tasks))


def _step(task: Task, request: Request, journal: Journal, found: Index) -> Step:
    try:
        wanted = start.Request(
            task.label,
            Path(task.path).expanduser(),
            request.socket,
            task.base,
            is_trusted=request.is_trusted,
            program=_program(task),
        )
        word = journal.word(task.label)
        if found.like(task.label) and word:
            return Step(task, wanted, State.THERE)
        holders.check_label(found, task.label)
        if word == MADE and not request.is_again:
            return Step(task, wanted, State.REMOVED)
        return Step(task, wanted, State.BEGUN, start.plan(wanted))
    except (ParError, RuntimeError) as error:
        _raise(error, request.file, task)


def _program(task: Task) -> Program | None:
    if task.run is None and task.prompt is None:
        return None
    command = programs.usual() if task.run is None else task.run
    found = Program(command, None if task.prompt is None else programs.prompt(task.prompt))
    programs.check(found)
    return found


def _raise(error: Exception, file: Path, task: Task) -> NoReturn:
    """Raise `error` again, with the line that it is about."""
    if not isinstance(error, ParError):  # a ~ of nobody's
        error = ConflictError(str(error))
    error.message = f"{visible(str(file))}:{task.line}: {error.message}"
    raise error


def run(planned: Plan) -> Iterator[Step]:
    """Do one step after the other, each as soon as its turn has come; a failure ends it.

    What was done stays: the same again goes on with the rest. Raises ParError.
    """
    file = planned.request.file
    with batches.running(file):
        journal = Journal(file)
        for step in planned.steps:
            try:
                if step.planned:
                    if step.request.program:
                        _wait(planned)
                    journal.note(step.task.label, BEGUN)
                    creation.create(start.plan(step.request))
                if step.state is not State.REMOVED:
                    journal.note(step.task.label, MADE)
            except ParError as error:
                journal.note(step.task.label, "")
                _raise(error, file, step.task)
            yield step


def _wait(planned: Plan) -> None:
    """Return when less than the most are at work."""
    most, told = planned.request.most, False
    while most and len(working := _working(planned)) >= most:
        if not told:
            shown = ", ".join(working[:MOST_NAMED]) + (" ..." if len(working) > MOST_NAMED else "")
            narration.report(f"{len(working)} at work: {shown}; the next begins when one of them is done")
            told = True
        time.sleep(LOOK_SECONDS)


def _working(planned: Plan) -> list[str]:
    labels = {names.key(step.task.label) for step in planned.steps}
    statuses = survey.survey(planned.request.socket).statuses
    mine = (each for each in statuses if names.key(each.context.label) in labels)
    return [each.context.label for each in mine if _is_working(each)]


def _is_working(status: ContextStatus) -> bool:
    """Whether its program runs or will, as far as nobody has to do something for that."""
    session = status.session
    if session is None or session.agent in ENDS or session.init not in {"", "ok", "running"}:
        return False
    return programs.stage(status.context) in {Stage.WAITING, Stage.RUNNING}

"""`par run`: one command in the worktrees of many contexts, and how it went in each."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from par.config.recipe import SHELL
from par.contexts import selection, survey
from par.contexts.selection import Target, Wanted
from par.errors import CommandError, ConflictError, DeadlineError, NotFoundError, UnsafeError
from par.model import ContextStatus, Kind, State
from par.names import visible
from par.setup.batch import Batch, Command, Progress, Stage, Task
from par.system import narration, signals

# How often a table on a terminal is drawn again
TICK_SECONDS = 0.25
FAILED, LATE, NOT_RUN = "failed", "took too long", "was not run"


class Request(NamedTuple):
    """The words of a command, for the contexts that are wanted; so many at a time.

    With a shell they are one line for that. Each run is ended after so many `seconds`, if any. One that
    `keeps_going` begins the others after a failure too.
    """

    wanted: Wanted
    words: tuple[str, ...]
    socket: Path
    most: int
    seconds: float = 0.0
    keeps_going: bool = False
    with_shell: bool = False


class Plan(NamedTuple):
    """The worktrees in which the command is run, and how."""

    tasks: tuple[Task, ...]
    command: Command
    most: int
    keeps_going: bool


class Outcome(NamedTuple):
    """How it went in each worktree, in their order; `is_interrupted` where the user broke it off."""

    progress: tuple[Progress, ...]
    is_interrupted: bool = False


def plan(request: Request) -> Plan:
    """Find the worktrees. Raises ConflictError or NotFoundError where one has no session, or is gone.

    One that `keeps_going` leaves such contexts out, unless there are no others; they count as failures.
    """
    seen = survey.survey(request.socket)
    targets = selection.targets(seen.known, request.wanted, seen)
    if request.wanted.is_broad:
        targets = _own_code(each for each in targets if each.context.is_ready)
    statuses = [seen.find_ready(each.context.label) for each in targets]
    if not request.keeps_going or all(map(_fault, statuses)):
        _check(statuses)
    pairs = zip(targets, statuses, strict=True)
    tasks = {task.folder: task for target, status in pairs for task in _tasks(target, status, request)}
    text = " ".join(request.words) if request.with_shell else shlex.join(request.words)
    command = Command(text, SHELL if request.with_shell else "", request.seconds)
    return Plan(tuple(tasks.values()), command, request.most, request.keeps_going)


def _own_code(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Those without a stranger's code, which is run only where it was named. Raises UnsafeError for none."""
    found = tuple(targets)
    own = tuple(each for each in found if not each.context.is_review)
    if strange := ", ".join(each.label for each in found if each.context.is_review):
        if not own:
            hint = f"par run {strange.partition(',')[0]} -- COMMAND"
            raise UnsafeError("what was asked for holds the code of strangers only", hint=hint)
        narration.report(f"left out, as they hold the code of a stranger: {strange} (name them to run it)")
    return own


def _fault(status: ContextStatus) -> str:
    """Why nothing can be run in a context, '' where it can."""
    if status.state is State.BROKEN:
        return "not run: its worktree is gone"
    return "" if status.session else "not run: its session is stopped"


def _check(statuses: Sequence[ContextStatus]) -> None:
    for status in statuses:
        if status.state is State.BROKEN:
            label = status.context.label
            raise NotFoundError(f"the worktree of '{label}' is gone: '{status.gone[0]}'", hint="par doctor")
    if stopped := [each.context.label for each in statuses if each.session is None]:
        hint = f"par open {stopped[0]}" if len(stopped) == 1 else "par resurrect"
        raise ConflictError(f"no session is there to run it in: {', '.join(stopped)}", hint=hint)


def _tasks(target: Target, status: ContextStatus, request: Request) -> Iterable[Task]:
    context = target.context
    is_workspace = context.kind is Kind.WORKSPACE
    for worktree in target.worktrees:
        if request.wanted.repository not in {None, worktree.repository.name}:
            continue
        yield Task(
            label=context.label,
            repository=worktree.name if is_workspace else worktree.repository.name,
            folder=worktree.path,
            env=worktree.env,
            socket=context.socket,
            session_id=status.session.id if status.session else "",
            window=f"run/{worktree.name}" if is_workspace else "run",
            fault=_fault(status),
        )


def run(planned: Plan, watch: Callable[[Sequence[Progress]], None]) -> Outcome:
    """Run the command as planned, showing `watch` how it goes; Ctrl-C ends all that runs."""
    batch = Batch(planned.tasks, planned.command, planned.most, planned.keeps_going)
    is_interrupted = False
    try:
        while not batch.is_over:
            batch.step(TICK_SECONDS)
            watch(batch.progress)
    except (KeyboardInterrupt, SystemExit):
        is_interrupted = True
        with signals.ignored():
            batch.stop()
    finally:
        batch.close()
    return Outcome(tuple(batch.progress), is_interrupted)


def check(outcome: Outcome) -> None:
    """Raise the error that says where it did not go well. Raises CommandError or DeadlineError."""
    failed = [each for each in outcome.progress if each.stage in {Stage.FAILED, Stage.TIMEOUT}]
    if not failed:
        return
    log = next((each.files.log for each in failed if each.files.log.exists()), None)
    hint = f"less -R {shlex.quote(str(log))}" if log else f"par open {failed[0].task.label}"
    places: dict[str, dict[str, None]] = {FAILED: {}, LATE: {}, NOT_RUN: {}}
    for each in failed:
        places[_how(each)][visible(each.task.label)] = None
    said = "; ".join(f"{how} in {', '.join(where)}" for how, where in places.items() if where)
    raise (DeadlineError if places[LATE] else CommandError)(f"the command {said}", hint=hint)


def _how(progress: Progress) -> str:
    if progress.stage is Stage.TIMEOUT:
        return LATE
    return NOT_RUN if progress.reason.startswith("not run") else FAILED

"""A command over several machines at once: what each left, in the order in which they were named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from par.errors import ParError
from par.hosts import answers, calls, parallel, parcel
from par.hosts.ssh import BrokenError
from par.system import signals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from threading import Event

    from par.config.hosts import Host
    from par.hosts.calls import Question
    from par.hosts.parallel import Result
    from par.hosts.ssh import Listener, Outcome

INTERRUPTED = 130
# What has been told to end has this long, and a moment to be heard
PATIENCE_SECONDS = 7.0
TICK_SECONDS = 0.05


class Task(NamedTuple):
    """`par OPTIONS WORDS` for a machine, None for this one: what it reads, who hears of it and answers it."""

    host: Host | None
    options: Sequence[str]
    words: Sequence[str]
    text: bytes | None
    listener: Listener
    ask: Callable[[Question], bool] | None = None


class Done(NamedTuple):
    """What a task left: the document that it printed, if that was wanted, and its output.

    With an `error` it left nothing, and where `is_broken` nobody knows what it did.
    """

    status: int
    output: bytes = b""
    document: dict[str, Any] | None = None
    error: ParError | None = None
    is_broken: bool = False


class Outcomes(NamedTuple):
    """What all the tasks left.

    `is_interrupted` where the user broke them off, `is_enough` where one that went well was all it took.
    """

    done: tuple[Done, ...]
    is_interrupted: bool = False
    is_enough: bool = False


def run(tasks: Sequence[Task], with_documents: bool, *, is_any: bool = False) -> Outcomes:
    """Do all tasks at once; Ctrl-C ends them, as does the first that went well where `is_any`."""
    parcel.version()
    begun = parallel.Calls([_call(each) for each in tasks])
    is_interrupted = False
    try:
        while is_any and not begun.is_over and not any(_went_well(each) for each in begun.so_far()):
            begun.wait(TICK_SECONDS)
        if is_any:
            begun.stop()
        found = begun.results(PATIENCE_SECONDS if is_any else None)
    except (KeyboardInterrupt, SystemExit):
        is_interrupted = True
        with signals.ignored():
            begun.stop()
            found = begun.results(PATIENCE_SECONDS)
    pairs = zip(tasks, found, strict=True)
    done = tuple(_done(*each, with_documents) for each in pairs)
    return Outcomes(done, is_interrupted, is_any and any(each.status == 0 for each in done))


def _call(task: Task) -> Callable[[Event], Outcome]:
    def call(halt: Event) -> Outcome:
        how = {"text": task.text, "listener": task.listener, "ask": task.ask, "halt": halt}
        if task.host is None:
            return calls.call_here(*task.options, *task.words, **how)  # type: ignore[arg-type]
        return calls.call(task.host, *task.options, *task.words, **how)  # type: ignore[arg-type]

    return call


def _went_well(result: Result) -> bool:
    return bool(result.outcome and result.outcome.status == 0)


def _done(task: Task, result: Result, with_document: bool) -> Done:
    outcome, error = result.outcome, result.error
    if outcome is None:
        is_broken = isinstance(error, BrokenError) or error is None
        return Done(error.status if error else INTERRUPTED, error=error, is_broken=is_broken)
    if not (with_document and outcome.stdout.strip()):
        return Done(outcome.status, outcome.stdout)
    try:
        return Done(outcome.status, document=answers.document(task.host, outcome.stdout, task.words))
    except ParError as fault:
        return Done(max(outcome.status, fault.status), error=fault)

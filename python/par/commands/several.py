"""A command over several machines at once: what each left, in the order in which they were named."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from par.errors import DeclinedError, ParError
from par.hosts import answers, calls, parallel, parcel
from par.hosts.ssh import BrokenError
from par.system import signals

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from par.config.hosts import Host
    from par.hosts.calls import Question
    from par.hosts.parallel import Result
    from par.hosts.ssh import Listener, Outcome

    Events = SimpleQueue["Asked | Event"]

INTERRUPTED = 130
# What has been told to end has this long, and a moment to be heard
PATIENCE_SECONDS = 7.0
TICK_SECONDS = 0.05


class Task(NamedTuple):
    """`par OPTIONS WORDS` for a machine, None for this one: what it reads, who hears of it and answers it.

    A host that takes longer than so many `seconds` gives no answer.
    """

    host: Host | None
    options: Sequence[str]
    words: Sequence[str]
    text: bytes | None
    listener: Listener
    ask: Callable[[Question], bool] | None = None
    seconds: float | None = None


class Event(Enum):
    """What may happen besides a question: a task is over, or a signal asks par to end."""

    END = "end"
    SIGNAL = "signal"


class Asked(NamedTuple):
    """A question of a task, who answers it, and where the answer goes."""

    ask: Callable[[Question], bool]
    question: Question
    answers: SimpleQueue[bool]


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
    """Do all tasks at once; Ctrl-C ends them, as does the first that went well where `is_any`.

    Their questions are asked here, one after the other.
    """
    parcel.version()
    events: Events = SimpleQueue()
    begun = parallel.Calls([_call(each, events) for each in tasks], on_end=lambda: events.put(Event.END))
    # No exception can come in the middle of what is done here, however often Ctrl-C is pressed
    with signals.told(lambda: events.put(Event.SIGNAL)) as as_before:
        left = len(tasks)
        is_interrupted = False
        while left and not is_interrupted:
            event = events.get()
            is_interrupted = event is Event.SIGNAL or (
                isinstance(event, Asked) and not _answers(event, as_before)
            )
            left -= event is Event.END
            if is_any and any(_went_well(each) for each in begun.so_far()):
                break
        if left:
            begun.stop()
        found = begun.results(PATIENCE_SECONDS)
    done = tuple(_done(*each, with_documents) for each in zip(tasks, found, strict=True))
    return Outcomes(done, is_interrupted, is_any and any(each.status == 0 for each in done))


def _answers(asked: Asked, as_before: Callable[[], AbstractContextManager[None]]) -> bool:
    """Whether the person answers, with yes or no, and does not press Ctrl-C."""
    try:
        with as_before():
            asked.answers.put(asked.ask(asked.question))
    except (KeyboardInterrupt, SystemExit):
        return False
    return True


def _call(task: Task, events: Events) -> Callable[[threading.Event], Outcome]:
    def call(halt: threading.Event) -> Outcome:
        def ask(question: Question) -> bool:
            assert task.ask
            asked = Asked(task.ask, question, SimpleQueue())
            events.put(asked)
            while not halt.is_set():
                with suppress(Empty):
                    return asked.answers.get(timeout=TICK_SECONDS)
            raise DeclinedError("nothing was done")

        how: dict[str, Any] = {
            "text": task.text,
            "listener": task.listener,
            "ask": ask if task.ask else None,
            "halt": halt,
        }
        if task.host is None:
            return calls.call_here(*task.options, *task.words, **how)
        return calls.call(task.host, *task.options, *task.words, seconds=task.seconds, **how)

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

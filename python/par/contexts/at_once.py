"""Steps that are taken at the same time, all or as few as can be."""

from collections.abc import Callable, Sequence
from concurrent import futures

from par.git import progress
from par.system import signals

MOST = 4


def take(steps: Sequence[Callable[[], None]]) -> None:
    """Take all steps, some at a time; where one fails stop the others, and raise what it raised."""
    with futures.ThreadPoolExecutor(MOST) as pool:
        try:
            for each in futures.as_completed([pool.submit(step) for step in steps]):
                each.result()
        except BaseException:
            with signals.ignored(), progress.stopped():
                pool.shutdown(wait=True, cancel_futures=True)
            raise

"""Starting git so that it ends with what it was started for: nothing is undone while it still writes."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from par.system import processes, signals


@contextmanager
def started(command: Sequence[str], patience: float, **how: Any) -> Iterator[subprocess.Popen[Any]]:
    """The process of `command`, started as subprocess.Popen is told `how`.

    Where the body fails, or a signal asks par to end, it and all that it started are asked to end if they
    do not within `patience`, in seconds. When that is raised it has ended. Raises OSError where it cannot
    be started.
    """
    # Python itself waits no more than a quarter of a second after Ctrl-C
    with signals.deferred() as let_in, subprocess.Popen(command, **how) as git:
        try:
            let_in()
            yield git
        except BaseException:
            with signals.ignored():
                _end(git, patience)
            raise


def _end(git: subprocess.Popen[Any], patience: float) -> None:
    if patience and (git.stdin is None or git.stdin.closed):
        # It knows all that it has to, and a signal at the wrong moment would leave its .lock files
        with suppress(subprocess.TimeoutExpired):
            git.wait(patience)
            return
    # `git worktree add` leaves the checkout to a git of its own, which would go on without it
    below = processes.descendants(git.pid)
    git.terminate()  # a git that is killed leaves them for sure
    for pid in below:
        with suppress(OSError):  # it has ended, or is another user's
            os.kill(pid, signal.SIGTERM)
    # One that was started while par minds no signals minds none either, and might wait for a word
    for stream in (git.stdin, git.stdout, git.stderr):
        with suppress(OSError):
            if stream:
                stream.close()
    git.wait()

"""Starting git: what it finds in its environment, and that it ends with what it was started for."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from par.system import processes, signals

# What points git at one repository, or belongs to the one git command that started par: of what
# `git rev-parse --local-env-vars` lists, all but what carries the user's `-c` (GIT_CONFIG_COUNT and
# GIT_CONFIG_PARAMETERS), and more from git(1). All else that begins with GIT_ is the user's way of using git
DROPPED = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE"),
    *("GIT_NAMESPACE", "GIT_IMPLICIT_WORK_TREE", "GIT_PREFIX", "GIT_INTERNAL_SUPER_PREFIX"),
    "GIT_QUARANTINE_PATH",
    *("GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_REFLOG_ACTION", "GIT_ATTR_SOURCE"),
    # par's patterns say themselves how they are meant
    *("GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"),
)


def environment() -> dict[str, str]:
    """The environment for git: nothing that points it to another repository or makes it ask."""
    kept = {key: value for key, value in os.environ.items() if key not in DROPPED}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}


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

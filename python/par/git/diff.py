"""What was done in a worktree, shown by git itself: in the user's colours, through the user's pager."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from par.errors import CommandError
from par.git import launch, process, uncommitted
from par.model import Worktree

COUNTED = re.compile(r"(\d+) (file|insertion|deletion)")


class Size(NamedTuple):
    """How many files are changed, and how many lines came and went in those that have lines."""

    files: int
    added: int
    deleted: int


def show(worktree: Worktree, since: str, *, options: Sequence[str], paths: Sequence[str]) -> None:
    """Show all that differs from the commit `since`, committed or not, untracked files too.

    `options` are those of git-diff(1), `paths` are relative to the worktree. Raises CommandError.
    """
    kept = {name: value for name, value in os.environ.items() if name not in launch.DROPPED}
    with uncommitted.index(worktree, with_content=False) as index, _left_to_pager():
        command = ("git", *process.NO_HOOKS, *process.FOUND_BY_NAME, "diff", *options, since, "--", *paths)
        env = {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_INDEX_FILE": str(index)}
        status = subprocess.run(command, cwd=worktree.path, env=env, check=False).returncode
    # After Ctrl-C in the pager, or where the reader went away, git ends by the signal
    if status not in {0, -signal.SIGINT, -signal.SIGPIPE}:
        raise CommandError(f"git diff exited with status {status}")


def size(worktree: Worktree, since: str) -> Size:
    """How much differs from the commit `since`, in what `show` shows. Raises CommandError."""
    asked = ("diff", "--no-ext-diff", "--no-textconv", "--find-renames", "--shortstat", since, "--")
    with uncommitted.index(worktree, with_content=False) as index:
        outcome = process.attempt(worktree.path, *asked, index=index)
    if outcome.status:
        raise CommandError(f"git diff: {outcome.reason}", hint=outcome.hint)
    counts = {word: int(count) for count, word in COUNTED.findall(outcome.stdout)}
    return Size(*(counts.get(word, 0) for word in ("file", "insertion", "deletion")))


@contextmanager
def _left_to_pager() -> Iterator[None]:
    """Ctrl-C is the pager's; unlike one that is ignored, a handler is not handed on to programs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

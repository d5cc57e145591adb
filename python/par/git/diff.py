"""What was done in a worktree, shown by git itself: in the user's colours, through the user's pager."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from par.errors import CommandError
from par.git import process, uncommitted
from par.model import Worktree


def show(worktree: Worktree, since: str, *, options: Sequence[str], paths: Sequence[str]) -> None:
    """Show all that differs from the commit `since`, committed or not, untracked files too.

    `options` are those of git-diff(1), `paths` are relative to the worktree. Raises CommandError.
    """
    kept = {name: value for name, value in os.environ.items() if name not in process.DROPPED}
    with uncommitted.index(worktree, with_content=False) as index, _left_to_pager():
        command = ("git", *process.NO_HOOKS, *process.FOUND_BY_NAME, "diff", *options, since, "--", *paths)
        env = {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_INDEX_FILE": str(index)}
        status = subprocess.run(command, cwd=worktree.path, env=env, check=False).returncode
    # After Ctrl-C in the pager, or where the reader went away, git ends by the signal
    if status not in {0, -signal.SIGINT, -signal.SIGPIPE}:
        raise CommandError(f"git diff exited with status {status}")


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

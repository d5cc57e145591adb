"""par: a git worktree, a branch and a tmux session per task, under one label."""

import gc

__version__ = "0.2.0"

# Nothing that a command has loaded is garbage, and looking for some takes as long as Python's own start
gc.set_threshold(100_000)

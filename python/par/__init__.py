"""par: a git worktree, a branch and a tmux session per task, under one label."""

__version__ = "0.1.0"

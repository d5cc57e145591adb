"""The commands that a new worktree asks for: as jobs on disk, in windows of their own, and how they went."""

"""The life of a context: planned, made, changed, recovered after a crash, and how it stands now.

Not here: what a worktree gets besides its checkout (setup), how it goes and comes back (trash), and the
verbs that users type (commands).
"""

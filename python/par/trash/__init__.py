"""What was removed and can be brought back: put in, taken out, emptied; and deleting what passes it.

Not here: moving a worktree as git sees it (git), and deciding what is removed (commands).
"""

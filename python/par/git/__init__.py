"""The door to git: every git command, and every look into a git folder, is in here.

Not here: the index, tmux, and what a removal is (trash).
"""

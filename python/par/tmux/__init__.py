"""The door to tmux: every tmux command and format, and all `@par_*` user options, are in here.

Not here: which session is wanted (contexts, commands).
"""

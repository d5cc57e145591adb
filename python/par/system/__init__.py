"""What par has to do with the machine: signals, processes, and who hears what a command reports.

Not here: anything that knows of contexts, git or tmux.
"""

"""What par remembers on disk: the index and its records, the file for shells, locks, and where all lies.

Not here: what is kept of a removal (trash) or of a run of commands (setup).
"""

"""The door to git: every git command, and every look into a git folder, is in here."""

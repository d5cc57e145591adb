"""What a new worktree gets besides its checkout: approval, files, ports, layout, commands and their window.

Not here: how the commands are written in YAML (config), and making the worktree itself (contexts).
"""

"""What runs in front of a pane, by the name that tmux has of it: whether a text is for such a program."""

import re

SHELLS = frozenset({"nu", "tcsh", "oils"})
# par itself and tmux are in front for the moment in which a pane starts its program
STARTING = frozenset({"", "tmux", "tmux: server", "par"})
AGENTS = frozenset(
    {
        *("agent", "aider", "amp", "auggie", "claude", "cline", "codex", "copilot", "crush", "cursor-agent"),
        *("droid", "gemini", "goose", "gptme", "kilo", "kimi", "kiro-cli", "llm", "opencode", "openhands"),
        *("pi", "qodercli", "qwen", "vibe"),
    }
)
# What agents are written in shows, where they do not name themselves; and its prompt reads lines as a shell's
RUNTIMES = re.compile(r"(python|pypy|node|deno|bun|ruby|irb|java)[0-9.]*|ipython[0-9]*")
# Claude Code's own binary is called as its version
VERSION = re.compile(r"[0-9]+(\.[0-9]+)+")


def is_shell(name: str, default_shell: str) -> bool:
    """Whether a program is a shell, also one that is just starting or that only this user has."""
    return name.endswith("sh") or name in SHELLS | STARTING | {default_shell}


def is_agent(name: str, own: str) -> bool:
    """Whether a program is, or may be, a coding agent; `own` has names that the user added."""
    is_known = name in AGENTS or name in own.split()
    return is_known or bool(RUNTIMES.fullmatch(name) or VERSION.fullmatch(name))

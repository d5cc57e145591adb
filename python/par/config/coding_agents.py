"""The coding agents that par knows: where each keeps its hooks, and which event of it is which word.

Looked up in the documentation of each in November 2026.
"""

import os
import shlex
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """A command that an agent runs at an `event`, only of the kinds that `matcher` names, '' for all."""

    event: str
    matcher: str
    command: str


class Agent(NamedTuple):
    """A coding agent: its settings file, a word for each event, the seconds of a `timeout` in its unit.

    `variable` moves its folder elsewhere. `note` is what the user has to do. Without events it has a file
    of par's alone.
    """

    name: str
    variable: str
    folder: str
    file: str
    events: tuple[tuple[str, str, str], ...] = ()
    timeout: int = 5
    note: str = ""

    @property
    def path(self) -> Path:
        """Its settings file, which may be a link, or not there."""
        return Path(os.environ.get(self.variable) or Path.home() / self.folder) / self.file

    def entries(self, script: Path) -> list[Entry]:
        """What par writes: `script` runs at each event."""
        return [Entry(event, matcher, command(script, word)) for event, matcher, word in self.events]


def command(script: Path, word: str) -> str:
    """What a hook runs to say `word`; where the script is gone it goes well too, as a hook must."""
    return f"sh {shlex.quote(str(script))} {word} --hook || :"


CLAUDE = (
    ("SessionStart", "startup|resume|clear", "clear"),
    ("UserPromptSubmit", "", "working"),
    ("PreToolUse", "", "working"),
    ("PermissionRequest", "", "waiting"),
    ("PostToolUse", "", "working"),
    ("Notification", "permission_prompt|elicitation_dialog", "waiting"),
    ("Notification", "idle_prompt", "idle"),
    ("Stop", "", "done"),
    ("StopFailure", "", "failed"),
    ("SessionEnd", "", "clear"),
)
CODEX = (
    ("SessionStart", "startup|resume|clear", "clear"),
    ("UserPromptSubmit", "", "working"),
    ("PreToolUse", "", "working"),
    ("PermissionRequest", "", "waiting"),
    ("PostToolUse", "", "working"),
    ("Stop", "", "done"),
    ("Interrupt", "", "done"),
    ("SessionEnd", "", "clear"),
)
GEMINI = (
    ("SessionStart", "", "clear"),
    ("BeforeAgent", "", "working"),
    ("Notification", "", "waiting"),
    ("AfterTool", "", "working"),
    ("AfterAgent", "", "done"),
    ("SessionEnd", "", "clear"),
)
AGENTS = {
    "claude": Agent("Claude Code", "CLAUDE_CONFIG_DIR", ".claude", "settings.json", CLAUDE),
    "codex": Agent(
        "Codex",
        "CODEX_HOME",
        ".codex",
        "hooks.json",
        CODEX,
        note="type /hooks in Codex, and trust them there",
    ),
    "gemini": Agent(
        "Gemini CLI",
        "",
        ".gemini",
        "settings.json",
        GEMINI,
        timeout=5000,
        note='before version 0.26 it needs "hooksConfig": {"enabled": true} besides',
    ),
    "opencode": Agent(
        "opencode",
        "OPENCODE_CONFIG_DIR",
        ".config/opencode",
        "plugins/par.js",
        note="version 1 needs to be 1.18.29 or newer",
    ),
}

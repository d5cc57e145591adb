"""A coding agent as far as par can tell: `python agent.py SETTINGS` in a pane does what is typed to it.

It asks for bracketed paste, prints, waits for a line, rings the bell, calls the hooks of its settings file as
they stand there, and dies. A line is one of WORDS.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

WORDS = ("event NAME KEY=VALUE...", "run COMMAND", "ring", "die")


def hooks(settings: Path, event: str, kind: str) -> list[str]:
    """The commands that the settings file has for an event, with a matcher only that for `kind`."""
    document = json.loads(settings.read_text()) if settings.exists() else {}
    groups = document.get("hooks", {}).get(event, [])
    fitting = (each for each in groups if re.fullmatch(each.get("matcher") or ".*", kind))
    return [hook["command"] for each in fitting for hook in each["hooks"]]


def fire(settings: Path, event: str, facts: dict[str, Any], **how: Any) -> None:
    """Call the hooks of an event, as agents do: JSON on their standard input, and a wait for their end."""
    told = {"session_id": "1", "cwd": str(Path.cwd()), "hook_event_name": event, **facts}
    kind = facts.get("notification_type") or facts.get("source") or facts.get("tool_name") or ""
    for command in hooks(settings, event, kind):
        done = subprocess.run(
            command, shell=True, input=json.dumps(told), capture_output=True, text=True, check=False, **how
        )
        # What a hook prints, or how it fails, is shown to the model, or stops the agent
        print(f"hook: {done.returncode} {done.stdout}{done.stderr}", end=f"|{event}\r\n")


def obey(settings: Path, line: str) -> None:
    """Do what a line says."""
    word, _, rest = line.partition(" ")
    if word == "event":
        name, *pairs = rest.split()
        fire(settings, name, dict(pair.split("=", 1) for pair in pairs))
    elif word == "run":
        subprocess.run(rest, shell=True, check=False)
    elif word == "ring":
        print("\a", end="", flush=True)
    elif word == "die":
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Ask for bracketed paste, and obey until the terminal ends."""
    print("\x1b[?2004hagent ready", flush=True)
    for line in sys.stdin:
        obey(Path(sys.argv[1]), line.strip().removeprefix("\x1b[200~").removesuffix("\x1b[201~"))
        print("agent waits", flush=True)


if __name__ == "__main__":
    main()

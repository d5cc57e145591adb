"""A signal that a par sends itself right before one of its effects, chosen by number or by what it is.

Python tells of each (PEP 578); what changes nothing is not counted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

# What git and tmux are only asked
LOOKS = {
    *("rev-parse", "rev-list", "for-each-ref", "list", "log", "status", "version", "cat-file"),
    *("check-ref-format", "-V", "capture-pane", "list-clients", "--get-regexp", "list-sessions"),
    *("list-windows", "list-panes", "has-session"),
}
EFFECTS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Doom(NamedTuple):
    """The signal `sent` before the effect `at`: its number, TEXT that is in it, or TEXT#NTH."""

    at: int | str
    sent: int


class Watch:
    """Sees the effects of this process; those on files below `home`, where DATA stands for par's folder."""

    def __init__(self, doom: Doom, home: str) -> None:
        self._doom, self._home, self._data = doom, home, f"{home}/.local/share/par"
        self._part, _, nth = str(doom.at).partition("#")
        self._nth = int(nth or 1)
        self._seen = self._hits = 0
        self._last = self._kind = ""
        self._is_over = False

    def hook(self, event: str, words: tuple[Any, ...]) -> None:
        told = "" if self._is_over else self._effect(event, words)
        if not told or told == self._last:
            return
        was, self._last = self._kind, told
        is_gits = "/.git/worktrees/" in told and event != "subprocess.Popen"
        self._kind = "deleting git's files" if is_gits else told
        self._seen += self._kind != was
        self._hits += self._part in told
        if self._is_meant(told):
            os.write(2, f"doomed: before effect {self._seen}: {told}\n".encode())
            self._is_over = True
            os.kill(os.getpid(), self._doom.sent)

    def _is_meant(self, told: str) -> bool:
        if self._part.isdigit():
            return self._seen == int(self._part)
        return self._part in told and self._hits == self._nth

    def _effect(self, event: str, words: tuple[Any, ...]) -> str:
        if event == "subprocess.Popen":
            return _program([os.fsdecode(word) for word in words[1]])
        if event not in EFFECTS or not isinstance(words[0], str | os.PathLike):
            return ""
        path = os.fsdecode(words[0])
        if event == "os.rename" and words[3] != -1:  # within a folder that is open
            path = str(Path(f"/proc/self/fd/{words[3]}").readlink()) + "/" + os.fsdecode(words[1])
            return self._told(event, path)
        if not path.startswith("/"):
            return "" if event == "open" else "deleting a tree"
        return "" if _is_idle(event, path, words) else self._told(event, path)

    def _told(self, event: str, path: str) -> str:
        return f"{event} {path}".replace(self._data, "DATA") if path.startswith(self._home) else ""


def _program(words: Sequence[str]) -> str:
    is_outside = Path(words[0]).name in {"git", "tmux"}
    is_look = LOOKS.intersection(words) or {"symbolic-ref", "--quiet"} <= set(words)
    return " ".join(words) if is_outside and not is_look else ""


def _is_idle(event: str, path: str, words: tuple[Any, ...]) -> bool:
    if event != "open":
        return Path(path).is_dir() if event == "os.mkdir" else not os.path.lexists(path)
    is_writing = bool(words[2]) and words[2] & WRITING
    is_lock = Path(path).name.startswith(("index", "repository-"))
    return not is_writing or is_lock  # opening a lock leaves nothing


def await_(doom: Doom, home: str) -> None:
    """Send the signal of `doom` when its effect is about to be done, if it comes that far."""
    sys.addaudithook(Watch(doom, home).hook)

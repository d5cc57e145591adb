"""The JSON documents that scripts read: one for each command, with a version of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from par.model import Context, Worktree

VERSION = 1
Document = dict[str, Any]


def dumped(content: Document) -> str:
    """`content` as a document, its version before it."""
    return json.dumps({"version": VERSION, **content}, indent=2)


def redumped(document: Document) -> str:
    """A document that has its version already."""
    return json.dumps(document, indent=2)


def program(context: Context) -> dict[str, Any]:
    """What a context began with, and how that stands; null and empty where nothing did."""
    stage = None
    if context.command:
        from par.setup import programs  # noqa: PLC0415 - most have none

        stage = programs.stage(context)
    said = stage.value if stage else ""
    return {"command": context.command or None, "prompt": context.prompt, "state": said}


def ports(worktree: Worktree) -> dict[str, Any]:
    """The ports that a worktree has: the first, or null, and how many."""
    return {"port": worktree.port or None, "ports": worktree.port_count}

"""The file of a workspace that VS Code and Cursor open: its repositories as folders of one window."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from par import index, narration, paths
from par.errors import StateError
from par.model import Context
from par.names import visible

# Each folder is a repository of its own: an editor need not look for more of them
SETTINGS = {"git.detectSubmodules": False, "git.repositoryScanMaxDepth": 1}


def path(context: Context) -> Path:
    """Where the file of a workspace is: beside the worktrees, named after the last part of the label."""
    return context.root / f"{context.label.rpartition('/')[2]}.code-workspace"


def write(context: Context) -> None:
    """Let the file show the worktrees of `context`; whatever else a user wrote in it stays.

    One that is no plain JSON, as with comments, is left as it is, and that is told. Raises StateError.
    """
    place = path(context)
    try:
        said = _said(place)
        if said is None:
            narration.tell(f"{visible(str(place))} is not plain JSON: par leaves its folders as they are")
            return
        folders = [*_folders(context), *_others(context, said.get("folders"))]
        document = {"settings": SETTINGS, **said, "folders": folders}
        ordered = {"folders": document.pop("folders"), **document}
        index.write(place, f"{json.dumps(ordered, indent=2)}\n".encode(), is_durable=False)
    except OSError as error:
        raise StateError(f"{visible(str(place))} cannot be written: {error.strerror or error}") from error


def delete(context: Context) -> None:
    """Delete the file, if it is there."""
    place = path(context)
    if paths.is_ours(place):
        for each in (place, index.beside(place)):
            with suppress(FileNotFoundError, NotADirectoryError):
                each.unlink()


def _said(place: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(index.content(place))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _folders(context: Context) -> Iterator[dict[str, str]]:
    for worktree in context.worktrees:
        yield {"name": f"{worktree.name} ({context.label})", "path": str(worktree.path)}


def _others(context: Context, folders: object) -> Iterator[object]:
    """What `folders` lists besides the worktrees that the workspace has, or had."""
    for each in folders if isinstance(folders, list) else ():
        named = each.get("path") if isinstance(each, dict) else None
        if not isinstance(named, str) or (context.root / named).parent != context.root:
            yield each

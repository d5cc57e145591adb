"""The file of a workspace that VS Code and Cursor open: its repositories as folders of one window."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from par.errors import StateError
from par.model import Context
from par.names import visible
from par.state import paths
from par.system import files, narration

# Each folder is a repository of its own: an editor need not look for more of them
SUFFIX = ".code-workspace"
SETTINGS = {"git.detectSubmodules": False, "git.repositoryScanMaxDepth": 1}


def path(context: Context) -> Path:
    """Where the file of a workspace is: beside the worktrees, named after the last part of the label."""
    return context.root / f"{context.label.rpartition('/')[2]}{SUFFIX}"


def write(context: Context, former: Context | None = None) -> None:
    """Let the file show the worktrees of `context`; whatever else a user wrote in it stays.

    It shows those of `former` no more, and is called after the new label. One that is no plain JSON, as
    with comments, is left as it is, and that is reported. Raises StateError.
    """
    place = path(context)
    try:
        was = context.root / path(former).name if former else place
        if was != place and was.is_file() and not place.exists():
            was.rename(place)
        said = _said(place)
        if said is None:
            narration.report(f"{visible(str(place))} is not plain JSON: par leaves its folders as they are")
            return
        folders = [*_folders(context), *_others(context, former or context, said.get("folders"))]
        document = {"settings": SETTINGS, **said, "folders": folders}
        ordered = {"folders": document.pop("folders"), **document}
        files.write(context.root, place.name, f"{json.dumps(ordered, indent=2)}\n".encode(), mode=0o600)
        for each in {place, was}:
            _delete_halves(each)
    except OSError as error:
        raise StateError(f"{visible(str(place))} cannot be written: {error.strerror or error}") from error


def shows_all(context: Context) -> bool:
    """Whether the file is there and shows each worktree; one that is no plain JSON cannot be judged."""
    try:
        said = _said(path(context))
    except OSError:
        return False
    if said is None:
        return True
    found = said.get("folders")
    shown = {_place(context, each) for each in (found if isinstance(found, list) else ())}
    return all(worktree.path in shown for worktree in context.worktrees)


def is_as_written(context: Context, place: Path) -> bool:
    """Whether the file `place` is called as the workspace's, and as par wrote it: nobody has changed it."""
    if files.is_part(place.name, path(context).name):
        return True  # half of it, as a par that died left it
    if place.name != path(context).name or place.is_symlink():
        return False
    try:
        said = _said(place)
    except OSError:
        return False
    return said == {"folders": [*_folders(context)], "settings": SETTINGS}


def delete(context: Context) -> None:
    """Delete the file, if it is there."""
    place = path(context)
    if paths.is_ours(place):
        with suppress(FileNotFoundError, NotADirectoryError):
            place.unlink()
        _delete_halves(place)


def _delete_halves(place: Path) -> None:
    """Delete what pars that died while they wrote the file left of it."""
    for each in place.parent.glob("*"):
        if files.is_part(each.name, place.name):
            with suppress(FileNotFoundError, NotADirectoryError):
                each.unlink()


def _said(place: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(files.content(place))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _folders(context: Context) -> Iterator[dict[str, str]]:
    for worktree in context.worktrees:
        yield {"name": f"{worktree.name} ({context.label})", "path": worktree.folder}


def _others(context: Context, former: Context, folders: object) -> Iterator[object]:
    """What `folders` lists besides the worktrees that the workspace has, or had."""
    known = {worktree.path for worktree in (*context.worktrees, *former.worktrees)}
    for each in folders if isinstance(folders, list) else ():
        if _place(context, each) not in known:
            yield each


def _place(context: Context, folder: object) -> Path | None:
    named = folder.get("path") if isinstance(folder, dict) else None
    return Path(os.path.normpath(context.root / named)) if isinstance(named, str) else None

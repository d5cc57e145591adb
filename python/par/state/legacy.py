"""Reading the index of the older par-cli (0.2: keys `sessions` and `workspaces`, no version)."""

import os
import re
from pathlib import Path
from typing import Any

from par.model import Context, Kind, Phase, Repository, Worktree
from par.state.records import when

Record = dict[str, Any]


def is_legacy(document: object) -> bool:
    """Whether `document` is what par-cli 0.2 wrote."""
    return (
        isinstance(document, dict)
        and "version" not in document
        and isinstance(document.get("sessions"), dict)
        and isinstance(document.get("workspaces"), dict)
    )


def contexts(document: Record, socket: Path) -> list[Context]:
    """The contexts of an older index, as living on the tmux server at `socket`.

    Raises KeyError, TypeError or ValueError where an entry is damaged.
    """
    entries = {**document["workspaces"], **document["sessions"]}
    return [_context(label, entry, socket) for label, entry in entries.items()]


def opened(document: Record) -> tuple[str, ...]:
    """The labels that the older par opened last, the latest first."""
    labels = (document.get("last_session"), document.get("previous_session"))
    return tuple(label for label in labels if isinstance(label, str))


def _context(label: str, entry: Record, socket: Path) -> Context:
    repositories = entry.get("workspace_repos") or entry.get("repos")
    worktrees = [_worktree(each) for each in repositories or [entry]]
    kind = Kind.WORKSPACE if repositories else Kind(entry.get("session_type", "session"))
    root = worktrees[0].path.parent.parent if repositories else worktrees[0].path
    return Context(
        label=label,
        kind=kind,
        phase=Phase.READY,
        folder=str(root),
        worktrees=tuple(worktrees),
        # What par-cli asked tmux for; tmux before 3.7 put '_' in the place of both
        session=re.sub("[.:]", "_", entry.get("tmux_session_name") or entry["session_name"]),
        socket=socket,
        created_at=when(entry["created_at"]),
        operation="imported",
    )


def _worktree(entry: Record) -> Worktree:
    path = Path(entry.get("repository_path") or entry["repo_path"])
    return Worktree(
        repository=Repository(path, _common_dir(path)),
        folder=str(Path(entry["worktree_path"])),
        branch=entry["branch_name"],
        is_branch_ours=entry.get("managed_branch") is True,
    )


def _common_dir(repository: Path) -> Path:
    # par-cli may have been started in a linked worktree, whose .git is a file that leads on
    dot_git = repository / ".git"
    if not dot_git.is_file():
        return dot_git
    admin = Path(dot_git.read_text().removeprefix("gitdir:").strip())
    return Path(os.path.normpath(repository / admin / ".." / ".."))

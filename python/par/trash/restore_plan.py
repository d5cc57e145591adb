"""Where what is restored goes: its folders, branches and session, under its own label or a new one."""

from collections.abc import Container
from pathlib import Path

from par import names
from par.errors import NotFoundError
from par.git import repository
from par.git.trashing import Kept
from par.model import Context, Kind, Phase, Worktree
from par.names import visible
from par.state import paths, session_names
from par.state.index import Index
from par.tmux import marks
from par.trash.entries import Entry


def restored_context(entry: Entry, label: str, found: Index) -> Context:
    """The context that `entry` becomes under `label`. Raises NotFoundError where a repository is gone."""
    before = entry.context
    root = _root(entry, label)
    worktrees = tuple(_worktree(kept, entry, label, root) for kept in entry.kept)
    is_workspace = before.kind is Kind.WORKSPACE
    taken = {each.session for each in found.contexts}
    taken |= marks.taken_names(before.socket)
    return before._replace(
        label=label,
        phase=Phase.RESTORING,
        folder=str(root) if is_workspace else worktrees[0].folder,
        worktrees=worktrees,
        session=_session(before, label, taken),
        operation=entry.id,
    )


def _root(entry: Entry, label: str) -> Path:
    before = entry.context
    return before.root if label == before.label else paths.workspaces_of(before.root) / label


def _worktree(kept: Kept, entry: Entry, label: str, root: Path) -> Worktree:
    was, before = kept.worktree, entry.context
    if not was.repository.common_dir.is_dir():
        gone = f"the repository '{visible(str(was.repository.path))}' is gone"
        raise NotFoundError(gone, hint=f"par doctor --fix, or par restore {entry.id} --files FOLDER")
    if label == before.label:
        return was
    path = paths.worktrees(was.repository.path, before.is_review) / label
    if before.kind is Kind.WORKSPACE:
        path = root / was.path.relative_to(before.root)
    is_taken = kept.tip and repository.branch_oid(was.repository, was.branch) is not None
    is_named_so = kept.tip and was.branch == before.label
    return was.at(path)._replace(branch=label if is_taken or is_named_so else was.branch)


def _session(before: Context, label: str, taken: Container[str]) -> str:
    if label == before.label:
        return names.free(before.session, taken)
    workspace = before.root if before.kind is Kind.WORKSPACE else None
    return session_names.session_name(label, taken, before.repository.path, workspace)

"""One entry of the trash as the context that it becomes, where nothing is in its way."""

from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from par import names
from par.contexts import holders, plans
from par.errors import ConflictError, NotFoundError
from par.git import repository, worktree_repair
from par.git.trashing import Kept
from par.model import Context, Kind, Phase, Worktree
from par.names import visible
from par.state.index import Index
from par.trash import restore_plan
from par.trash.entries import Entry

if TYPE_CHECKING:
    from par.trash.move_records import Moves


class Plan(NamedTuple):
    """An entry of the trash and the context that it becomes.

    `heads` has, for each worktree, the ref that HEAD is put on; where it is empty HEAD stays on the
    commit, for the reason in `notes`. What was `moved` with its removal is taken back too. A repository that
    was dropped comes back into its `workspace`, as that is now: then `context` is that with it, as its last.
    """

    entry: Entry
    context: Context
    heads: tuple[str, ...]
    notes: tuple[str, ...]
    moved: "Moves | None" = None
    workspace: Context | None = None


def plan(entry: Entry, new_label: str | None, found: Index) -> Plan:
    """See that the label, the places and the branches of the entry are free. Raises every refusal."""
    if entry.is_copy and entry.was_at:
        message = f"'{entry.context.label}' was removed in '{entry.was_at}', of which this is a copy"
        raise ConflictError(message, hint=f"XDG_DATA_HOME={entry.was_at.parent} par restore {entry.id}")
    if workspace := None if new_label else _workspace(entry, found):
        return _plan_part(entry, workspace, found)
    label = names.label(new_label) if new_label else entry.context.label
    if twin := found.like(label):
        raise ConflictError(f"context '{twin.label}' already exists", hint=_otherwise(entry))
    context = restore_plan.restored_context(entry, label, found)
    found_kept, heads, notes = [], [], []
    _check_place(found, context.root, entry, entry.trashed_root)
    for place, (kept, target) in enumerate(zip(entry.kept, context.worktrees, strict=True)):
        _check_place(found, target.path, entry, entry.trashed_path(place))
        now = _with_branch(kept, target, entry)
        found_kept.append(now)
        head, note = _head(now, target, entry, place)
        heads.append(head)
        notes += [note] if note else []
    return Plan(entry._replace(kept=tuple(found_kept)), context, tuple(heads), tuple(notes))


def _workspace(entry: Entry, found: Index) -> Context | None:
    """The workspace that the one repository of the entry was dropped from, if that is still there."""
    was = entry.context
    twin = found.like(was.label)
    is_dropped = was.kind is Kind.WORKSPACE and len(was.worktrees) == 1 and not entry.has_root
    is_same = twin is not None and (twin.created_at, twin.root) == (was.created_at, was.root)
    return twin if is_dropped and is_same and twin and twin.is_ready else None


def _plan_part(entry: Entry, workspace: Context, found: Index) -> Plan:
    (target,) = restore_plan.restored_context(entry, workspace.label, found).worktrees
    if any(each.repository.common_dir == target.repository.common_dir for each in workspace.worktrees):
        message = f"'{visible(target.name)}' is in the workspace '{workspace.label}' again"
        raise ConflictError(message, hint=_otherwise(entry))
    _check_place(found.without(workspace.label), target.path, entry, entry.trashed_path(0))
    kept = _with_branch(entry.kept[0], target, entry)
    head, note = _head(kept, target, entry, 0)
    grown = workspace._replace(
        phase=Phase.RESTORING, operation=entry.id, worktrees=(*workspace.worktrees, target)
    )
    notes = (note,) if note else ()
    return Plan(entry._replace(kept=(kept,)), grown, (head,), notes, workspace=workspace)


def _check_place(found: Index, path: Path, entry: Entry, trashed: Path) -> None:
    try:
        plans.check_path(found, path)
    except ConflictError as error:
        raise ConflictError(error.message, hint=_otherwise(entry)) from error
    parent = next(each for each in path.parents if each.exists())
    if trashed.exists() and parent.stat().st_dev != entry.folder.stat().st_dev:
        message = f"'{parent}' is on another disk than the trash"
        raise ConflictError(message, hint=f"its files are in {entry.folder}")


def _with_branch(kept: Kept, target: Worktree, entry: Entry) -> Kept:
    """What was kept; without the `tip` where its branch is there and holds that: it is the one to restore.

    Raises every refusal.
    """
    place = entry.kept.index(kept)
    known = repository.refs(
        target.repository, [*repository.neighbours(target.branch), f"{entry.ref(place)}/head"]
    )
    _check_commits(kept, target, entry, place, known)
    is_there = f"refs/heads/{target.branch}" in known
    if kept.tip and is_there:
        # One that somebody made anew under this name is theirs, whatever it holds
        has_stayed = target.branch == kept.worktree.branch and worktree_repair.made_by_par(
            target.repository, target.branch
        )
        if has_stayed and repository.holds(target.repository, target.branch, kept.tip):
            return kept._replace(tip="", settings=())
        raise ConflictError(f"branch '{visible(target.branch)}' already exists", hint=_otherwise(entry))
    try:
        if kept.tip:
            repository.check_branch_is_free(known, target.branch)
        elif not kept.had_folder:
            holders.check_is_free(target.repository, target.branch)
    except ConflictError as error:
        raise ConflictError(error.message, hint=_otherwise(entry)) from error
    if not (kept.tip or kept.had_folder or is_there):
        gone = f"'{entry.context.label}' had neither a folder nor a branch when it was removed"
        raise NotFoundError(gone, hint=f"par trash empty {entry.id}")
    return kept


def _check_commits(kept: Kept, target: Worktree, entry: Entry, place: int, known: Container[str]) -> None:
    """Raise NotFoundError where the repository does not hold what is needed, as one that was cloned again."""
    is_known = not kept.had_folder or worktree_repair.is_known(kept.worktree, entry.trashed_path(place))
    if f"{entry.ref(place)}/head" in known and is_known:
        return
    oids = {oid for oid in (kept.oid, kept.tip) if oid}
    if (oids or is_known) and all(worktree_repair.has_commit(target.repository, oid) for oid in oids):
        return
    message = f"the repository '{visible(str(target.repository.path))}' does not have its commits any more"
    raise NotFoundError(message, hint=f"par restore {entry.id} --files FOLDER")


def _head(kept: Kept, target: Worktree, entry: Entry, place: int) -> tuple[str, str]:
    """The ref for HEAD, and why it is none where HEAD was on one."""
    home, was = target.repository, f"refs/heads/{kept.worktree.branch}"
    if not kept.head or not kept.had_folder:
        return "", ""
    if kept.tip and kept.head == was:
        return f"refs/heads/{target.branch}", ""
    branch = kept.head.removeprefix("refs/heads/")
    holder = repository.holder_of(home, branch)
    if holder and Path(holder) != entry.trashed_path(place):  # itself, on a branch that has no commit yet
        if target.path == kept.worktree.path:
            message = f"branch '{visible(branch)}' is checked out at '{visible(holder)}'"
            raise ConflictError(message, hint=_otherwise(entry))
        return (
            "",
            f"its HEAD is on a commit: branch '{visible(branch)}' is checked out at '{visible(holder)}'",
        )
    if repository.branch_oid(home, branch) == (kept.oid or None):
        return kept.head, ""
    return "", f"its HEAD is on a commit: branch '{visible(branch)}' is not there any more, or has moved on"


def _otherwise(entry: Entry) -> str:
    return f"par restore {entry.id} --as NEWLABEL"

"""The beginning of a removal: what goes, and what of it is kept, is written down before anything moves."""

from pathlib import Path

from par.commands import rm_check
from par.git import repository, trashing
from par.git.trashing import Kept
from par.model import Context, Phase, Worktree
from par.state import index, locks
from par.state.locks import Operation


def reserve(context: Context, operation: Operation, is_at_once: bool) -> tuple[Context, tuple[Kept, ...]]:
    """Write in the index that `context` goes: its record then, and what there is to keep, where something is.

    Raises ConflictError where it is not as it was looked at.
    """
    with locks.index():
        found = index.load(context.socket)
        rm_check.check_same(found, context)
        removing, kept = _removing(context, operation.id, is_at_once)
        index.save(found.with_(removing))
    return removing, kept


def _removing(context: Context, operation_id: str, is_at_once: bool) -> tuple[Context, tuple[Kept, ...]]:
    """The record of the removal, and what there is to keep, where something is."""
    keeps = not is_at_once and not context.is_adopted
    kept = tuple(trashing.inspect(each, _may_go(each)) for each in context.worktrees) if keeps else ()
    oids = [each.tip for each in kept] if keeps else [_tip(each) for each in context.worktrees]
    pairs = zip(context.worktrees, oids, strict=True)
    worktrees = tuple(worktree._replace(deletable_oid=oid) for worktree, oid in pairs)
    phase = Phase.PURGING if is_at_once else Phase.REMOVING
    return context._replace(phase=phase, operation=operation_id, worktrees=worktrees), kept


def _tip(worktree: Worktree) -> str:
    return (repository.branch_oid(worktree.repository, worktree.branch) or "") if _may_go(worktree) else ""


def _may_go(worktree: Worktree) -> bool:
    """Whether the branch may be deleted, as far as is known before: at that moment its use is looked at."""
    if not worktree.is_branch_ours or not worktree.repository.common_dir.is_dir():
        return False
    # Where git keeps refs in tables only git knows who is on it
    if not (worktree.repository.common_dir / "reftable").is_dir():
        return True
    holder = repository.holder_of(worktree.repository, worktree.branch)
    return holder is None or Path(holder) == worktree.path

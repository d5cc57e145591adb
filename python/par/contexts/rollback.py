"""How what was half made is undone, led by its record; whoever made it, and whether it lives or died."""

from collections.abc import Callable, Iterable
from functools import partial

from par.contexts import carrying, workspace_view
from par.errors import ParError
from par.git import fetching, repository, unfinished
from par.model import Context, Kind, Worktree
from par.setup import workspace_file, workspace_jobs
from par.state import index, locks
from par.state.locks import Operation
from par.trash import removal, storing


def roll_back(context: Context, operation: Operation) -> list[str]:
    """Undo the making of `context`, as far as it came; what could not be undone, a line each.

    A step that fails stops no other. While one fails the record stays, and the next par tries again.
    """
    steps: list[tuple[str, Callable[[], object]]] = [
        ("kill the session", partial(removal.kill_session, context))
    ]
    if context.kind is Kind.WORKSPACE:
        steps.append(("delete its file for editors", partial(workspace_file.delete, context)))
    steps += [
        (f"remove {each.path}", partial(remove_worktree, each, operation)) for each in context.worktrees
    ]
    steps.append(("delete the logs of its commands", partial(removal.put_jobs_away, context)))
    steps.append(("delete the removed files", partial(removal.delete_discarded, operation)))
    steps.append(("forget what was to go along", partial(carrying.forget, operation.id)))
    failed = _failed(steps)
    if not failed:
        with locks.index():
            index.save(index.load(context.socket).without(context.label))
    return failed


def roll_back_added(context: Context, operation: Operation) -> list[str]:
    """Undo the making of the last worktree of a workspace; what could not be undone, as `roll_back`."""
    rest = context._replace(worktrees=context.worktrees[:-1])
    steps: list[tuple[str, Callable[[], object]]] = [
        ("end its commands", partial(workspace_jobs.end_dropped, context, context.worktrees[-1])),
        ("show the others only", partial(workspace_view.update, rest, context)),
        (f"remove {context.worktrees[-1].path}", partial(remove_worktree, context.worktrees[-1], operation)),
        ("delete the removed files", partial(removal.delete_discarded, operation)),
    ]
    failed = _failed(steps)
    if not failed:
        storing.mark_ready(rest)
    return failed


def _failed(steps: Iterable[tuple[str, Callable[[], object]]]) -> list[str]:
    failed = []
    for what, step in steps:
        try:
            step()
        except (OSError, ParError) as error:
            failed.append(f"could not {what}: {error}")
    return failed


def remove_worktree(worktree: Worktree, operation: Operation) -> None:
    """Take a worktree and its branch away, where the operation made them and nothing was done since."""
    if not worktree.repository.common_dir.is_dir():
        return
    with locks.repository(worktree.repository.common_dir):
        removal.discard_worktree(worktree, operation)
        fetching.drop_fetched(worktree.repository, operation)
        oid = worktree.is_branch_ours and repository.branch_oid(worktree.repository, worktree.branch)
        is_used = unfinished.is_used(worktree.repository.common_dir, worktree.branch)
        if (
            oid
            and not is_used
            and repository.is_untouched(worktree.repository, worktree.branch, operation.id)
        ):
            repository.delete_branch(worktree.repository, worktree.branch, oid)

"""How a workspace gets one more repository: reserved in the index as it was planned, then made, or undone."""

from par.contexts import creation, workspace_view
from par.contexts.plans import CreationPlan
from par.errors import ConflictError
from par.model import Context, Phase
from par.setup import layouts, workspace_jobs
from par.setup.preparation import Preparation
from par.state import index, locks
from par.state.locks import Operation
from par.system import signals
from par.tmux import sessions


def add_repository(context: Context, planned: CreationPlan) -> Context:
    """Make the one worktree that is planned in the workspace `context`, or leave nothing of it.

    The workspace as it is then. Raises ParError with what failed.
    """
    with locks.operation() as operation:
        grown = _reserve(context, planned, operation)
        try:
            (wanted,) = planned.worktrees
            creation.make_worktree(wanted, grown.worktrees[-1], operation, with_hooks=True)
            workspace_view.update(grown, context)
            _begin(grown, wanted.preparation)
            return creation.mark_ready(grown)
        except BaseException as error:
            with signals.ignored():
                from par.contexts import rollback  # noqa: PLC0415 - few fail

                failed = rollback.roll_back_added(grown, operation)
            creation.add_failures(error, failed)
            raise


def _reserve(context: Context, planned: CreationPlan, operation: Operation) -> Context:
    with locks.index():
        found = index.load(context.socket)
        if found.like(context.label) != context:
            message = f"context '{context.label}' was changed by another par"
            raise ConflictError(message, hint="par ls")
        more = creation.planned_worktrees(planned, found)
        grown = context._replace(
            phase=Phase.ADDING, operation=operation.id, worktrees=(*context.worktrees, *more)
        )
        index.save(found.with_(grown))
    return grown


def _begin(context: Context, preparation: Preparation) -> None:
    """Run what the new repository asks for, if the session lives; those of the others have run already."""
    if session := sessions.session_of(context):
        layouts.build(context._replace(worktrees=context.worktrees[-1:]), session.id, [preparation])
        workspace_jobs.begin_added(context, session.id, preparation)

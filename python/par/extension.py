"""How a workspace gets one more repository: reserved in the index as it was planned, then made, or undone."""

from dataclasses import replace

from par import creation, furnishing, index, interrupts, locks, roster, undoing
from par.errors import ConflictError
from par.init import joining
from par.locks import Operation
from par.model import Context, Phase
from par.plans import CreationPlan
from par.preparation import Preparation
from par.tmux import sessions


def extend(context: Context, planned: CreationPlan) -> Context:
    """Make the one worktree that is planned in the workspace `context`, or leave nothing of it.

    The workspace as it is then. Raises ParError with what failed.
    """
    with locks.operation() as operation:
        grown = _reserve(context, planned, operation)
        try:
            (wanted,) = planned.worktrees
            creation.make_worktree(wanted, grown.worktrees[-1], operation, with_hooks=True)
            roster.show(grown, context)
            _begin(grown, wanted.preparation)
            return creation.finish(grown)
        except BaseException as error:
            with interrupts.ignored():
                failed = undoing.take_out(grown, operation)
            creation.tell(error, failed)
            raise


def _reserve(context: Context, planned: CreationPlan, operation: Operation) -> Context:
    with locks.index():
        found = index.load(context.socket)
        if found.like(context.label) != context:
            told = f"context '{context.label}' was changed by another par"
            raise ConflictError(told, hint="par ls")
        more = creation.worktrees(planned, found)
        grown = replace(
            context, phase=Phase.ADDING, operation=operation.id, worktrees=(*context.worktrees, *more)
        )
        index.save(found.with_(grown))
    return grown


def _begin(context: Context, preparation: Preparation) -> None:
    """Run what the repository asks for, where the session lives; the others have had theirs."""
    if session := sessions.of(context):
        furnishing.furnish(replace(context, worktrees=context.worktrees[-1:]), session.id, [preparation])
        joining.join(context, session.id, preparation)

"""The windows that repositories want in a session besides its own: in a new one, and in one made again."""

from collections.abc import Sequence

from par.errors import ParError
from par.model import Context
from par.names import quoted
from par.setup.preparation import Consent, Preparation, prepare
from par.system import narration
from par.tmux import server, windows


def build(context: Context, session_id: str, preparations: Sequence[Preparation]) -> None:
    """Build the layout that each worktree's preparation has, if any. Raises CommandError."""
    for worktree, each in zip(context.worktrees, preparations, strict=True):
        if each.recipe.layout:
            from par.tmux import layout_builder  # noqa: PLC0415 - few ask for one

            layout_builder.build(context, worktree, session_id, each.recipe.layout)


def build_missing(context: Context, session_id: str, preparations: Sequence[Preparation]) -> None:
    """Build of these layouts those that the session has no window of. Raises CommandError."""
    if any(each.recipe.layout for each in preparations):
        from par.tmux import layout_builder  # noqa: PLC0415 - as above

        owners = layout_builder.owners(context.socket, session_id)
        pairs = zip(context.worktrees, preparations, strict=True)
        lacking = [pair for pair in pairs if server.line(windows.owner(context, pair[0])) not in owners]
        for worktree, each in lacking:
            if each.recipe.layout:
                layout_builder.build(context, worktree, session_id, each.recipe.layout)


def build_approved(context: Context, session_id: str) -> None:
    """Build in a session that was made again the layouts that are approved now.

    Nothing there stops the session: what is wrong, or waits for approval, is reported. A stranger's code and
    what par did not make get none.
    """
    if context.is_adopted or context.is_review:
        return
    try:
        preparations = [prepare(each.repository, Consent()) for each in context.worktrees]
        _report_unapproved(context, preparations)
        build(context, session_id, preparations)
    except (ParError, OSError) as error:
        narration.report(f"the session of '{context.label}' has no layout: {error}")


def _report_unapproved(context: Context, preparations: Sequence[Preparation]) -> None:
    for worktree, each in zip(context.worktrees, preparations, strict=True):
        if each.unapproved and each.unapproved.layout:
            home = quoted(worktree.repository.path)
            narration.report(f"the layout of '{context.label}' waits for approval: par trust {home}")

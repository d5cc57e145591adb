"""Starting what new worktrees ask for: a window `init` in the session, a pane for each of them."""

from collections.abc import Sequence

from par.model import Context
from par.preparation import Preparation


def begin(context: Context, session_id: str, preparations: Sequence[Preparation]) -> None:
    """Run the commands of each worktree's preparation in the session, and tell there how it goes.

    `preparations` has one for each worktree. `@par_init` is then running, held, or empty where there is
    nothing to do. Raises CommandError.
    """

"""`par whoami`: the context that the caller is in."""

from pathlib import Path
from typing import NamedTuple

from par.contexts import here, survey
from par.errors import NotFoundError
from par.model import ContextStatus, Worktree


class Found(NamedTuple):
    """A context, and the worktree of it that the caller's folder is in, if it is in one."""

    status: ContextStatus
    worktree: Worktree | None


def run(socket: Path) -> Found:
    """The context of the caller's pane, else of the folder. Raises NotFoundError outside of all."""
    statuses = survey.survey(socket).statuses
    by_folder = here.by_folder(each.context for each in statuses)
    own = next((each for each in statuses if each.session and each.session.is_current), None)
    own = own or next((each for each in statuses if each.context is by_folder), None)
    if not own:
        raise NotFoundError("this is neither a pane nor a worktree of a context", hint="par ls")
    return Found(own, here.worktree(own.context))

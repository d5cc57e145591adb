"""`par diff`: all that was done in a context since it left the branch that it was begun from."""

from pathlib import Path
from typing import NamedTuple

from par.contexts import selection, survey
from par.errors import NotFoundError
from par.git import base, diff
from par.hosts import incoming
from par.model import Context, Worktree


class Request(NamedTuple):
    """The context to show, in how much detail, and only these paths of its worktrees, if any are named."""

    label: str
    socket: Path
    paths: tuple[str, ...] = ()
    with_stat: bool = False


def plan(request: Request) -> Context:
    """Find the context, with only the one worktree that LABEL/REPO means.

    Raises NotFoundError where it or one of its folders is gone.
    """
    context, only = selection.target(survey.recovered_index(request.socket), request.label)
    context = context._replace(worktrees=(only,)) if only else context
    for worktree in context.worktrees:
        if not worktree.path.is_dir():
            message = f"the worktree of '{context.label}' is gone: '{worktree.folder}'"
            raise NotFoundError(message, hint="par doctor --fix")
    return context


def run(context: Context, request: Request) -> None:
    """Let git show each worktree, one after the other. Raises CommandError."""
    for worktree in context.worktrees:
        since = base.fork(worktree, base.load(worktree.repository).of(worktree))
        diff.show(worktree, since, options=_options(context, worktree, request), paths=request.paths)


def _options(context: Context, worktree: Worktree, request: Request) -> list[str]:
    options = ["--stat"] if request.with_stat else []
    if incoming.columns() is not None:  # what it is shown on is at another machine
        options.append("--color=always")
    if len(context.worktrees) > 1:
        options += [f"--src-prefix=a/{worktree.name}/", f"--dst-prefix=b/{worktree.name}/"]
    return options

"""What is run for a repository that a workspace gets later, or loses: the runs of the others go on."""

import time

from par.model import Context, Worktree
from par.setup import jobs, running
from par.setup.jobs import Files, Init, Run
from par.setup.preparation import Preparation
from par.state import paths
from par.tmux import init_window, sessions

LAST_WORDS_SECONDS = 2.0


def begin_added(context: Context, session_id: str, preparation: Preparation) -> None:
    """Run the commands for the last worktree of `context` in a window of their own.

    `@par_init` is the worst of all runs then. Raises CommandError or StateError.
    """
    if not (preparation.recipe.commands or preparation.is_held):
        return
    folder = paths.init(context.root)
    jobs.prepare(folder, empties=False)
    place = max((run.files.place for run in jobs.runs(folder)), default=-1) + 1
    program = running.write(Files(folder, place), context, session_id, context.worktrees[-1], preparation)
    init = jobs.worst(jobs.runs(folder))
    init_window.begin(context.socket, session_id, init.value if init else "", [program] if program else [])


def runs_of(context: Context, worktree: Worktree) -> list[Run]:
    """The runs in one worktree of `context`."""
    return [run for run in jobs.runs(paths.init(context.root)) if _is_of(run.files, run, worktree)]


def _is_of(files: Files, run: Run, worktree: Worktree) -> bool:
    try:
        return jobs.load_job(files.job).folder == worktree.path
    except jobs.DAMAGE:  # what is held has no job
        return run.state.repository == worktree.repository.name


def end_dropped(context: Context, gone: Worktree) -> None:
    """End and forget what runs in `gone`, which was a worktree of `context`; the others count alone then."""
    if not (found := runs_of(context, gone)):
        return
    init_window.close_panes(context.socket, [str(run.files.job) for run in found])
    until = time.monotonic() + LAST_WORDS_SECONDS
    while any(run.state.init is Init.RUNNING for run in runs_of(context, gone)) and time.monotonic() < until:
        time.sleep(0.02)
    for run in found:
        for path in (run.files.job, run.files.state, run.files.log, run.files.lock):
            path.unlink(missing_ok=True)
    init = jobs.worst(jobs.runs(paths.init(context.root)))
    for session in sessions.sessions(context.socket):
        if session.label == context.label:
            init_window.set_init(context.socket, session.id, init.value if init else "")

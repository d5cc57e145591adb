"""What is run for a repository that a workspace gets later, or loses: the runs of the others go on."""

import time
from collections.abc import Iterable, Sequence

from par.config.recipe import Step
from par.model import Context, Worktree
from par.setup import jobs, programs, running
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


def begin_again(context: Context, session_id: str, again: Sequence[tuple[Worktree, Preparation]]) -> None:
    """Run the commands for these worktrees again, those of the others stay as they are.

    `@par_init` is the worst of all runs then. Raises CommandError or StateError.
    """
    folder = paths.init(context.root)
    jobs.prepare(folder, empties=False)
    runners, old = [], []
    for worktree, preparation in again:
        found = runs_of(context, worktree)
        used = [run.files.place for run in jobs.runs(folder)]
        place = found[0].files.place if found else max(used, default=-1) + 1
        old += init_window.panes_of(context.socket, [str(run.files.job) for run in found])
        _delete(found)
        program = running.write(Files(folder, place), context, session_id, worktree, preparation)
        runners += [program] if program else []
    init = jobs.worst(jobs.runs(folder))
    programs.begin(context, session_id, init)
    init_window.begin(context.socket, session_id, init.value if init else "", runners)
    if runners:  # else one of them might be the last of its session
        init_window.close_panes(context.socket, old)


def went_well(context: Context, worktree: Worktree, preparation: Preparation) -> bool:
    """Whether what a worktree asks for has been run, and nothing failed or was held."""
    asked = preparation.recipe.commands
    if preparation.is_held:
        return False
    if not (found := runs_of(context, worktree)):
        return not asked
    run = found[0]
    return run.state.init is Init.OK and _commands(run.files) == asked


def _commands(files: Files) -> tuple[Step, ...]:
    try:
        return jobs.load_job(files.job).commands
    except jobs.DAMAGE:
        return ()


def runs_of(context: Context, worktree: Worktree) -> list[Run]:
    """The runs in one worktree of `context`."""
    return [run for run in jobs.runs(paths.init(context.root)) if _is_of(run.files, run, worktree)]


def _is_of(files: Files, run: Run, worktree: Worktree) -> bool:
    try:
        return jobs.load_job(files.job).folder == worktree.path
    except jobs.DAMAGE:  # what is held has no job
        return run.state.repository == worktree.repository.name


def _delete(found: Iterable[Run]) -> None:
    for run in found:
        for path in (run.files.job, run.files.state, run.files.log, run.files.lock):
            path.unlink(missing_ok=True)


def end_dropped(context: Context, gone: Worktree) -> None:
    """End and forget what runs in `gone`, which was a worktree of `context`; the others count alone then."""
    if not (found := runs_of(context, gone)):
        return
    panes = init_window.panes_of(context.socket, [str(run.files.job) for run in found])
    init_window.close_panes(context.socket, panes)
    until = time.monotonic() + LAST_WORDS_SECONDS
    while any(run.state.init is Init.RUNNING for run in runs_of(context, gone)) and time.monotonic() < until:
        time.sleep(0.02)
    _delete(found)
    init = jobs.worst(jobs.runs(paths.init(context.root)))
    for session in sessions.sessions(context.socket):
        if session.label == context.label:
            init_window.set_init(context.socket, session.id, init.value if init else "")

"""Starting what new worktrees ask for: a window `init` in the session, a pane for each of them."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import par
from par.config.recipe import SHELL
from par.model import Context, Worktree
from par.setup import jobs, programs
from par.setup.jobs import Files, Init, Job, State
from par.setup.preparation import Preparation
from par.state import paths
from par.tmux import init_window

# Of the same source as this par, wherever that lies
ENTRY = "import sys; sys.path.insert(0, sys.argv[1]); from par.setup.runner import main; main(sys.argv[2])"


def begin(context: Context, session_id: str, preparations: Sequence[Preparation]) -> None:
    """Run the commands of each worktree's preparation in the session, and show there how it goes.

    `preparations` has one for each worktree. `@par_init` is then running, held, or empty where there is
    nothing to do. What is kept of earlier runs goes, their windows too. The program that the context begins
    with starts after that, unless it has before. Raises CommandError or StateError.
    """
    folder = paths.init(context.root)
    if not (folder.exists() or any(each.recipe.commands or each.is_held for each in preparations)):
        programs.begin(context, session_id, None)
        return
    old = init_window.windows(context.socket, session_id) if folder.exists() else []
    jobs.prepare(folder)
    runners = _write(folder, context, session_id, preparations)
    init = jobs.worst(jobs.runs(folder))
    programs.begin(context, session_id, init)
    init_window.begin(context.socket, session_id, init.value if init else "", runners)
    if runners:
        init_window.close(context.socket, old)


def last_init(context: Context) -> str:
    """How the commands of `context` went, as `@par_init` has it until its server ends; '' where none ran."""
    init = jobs.worst(jobs.runs(paths.init(context.root)))
    return init.value if init else ""


def mark_again(context: Context, session_id: str) -> str:
    """Write on a session that was made again how the commands of its context went; returns that word."""
    if init := last_init(context):
        init_window.set_init(context.socket, session_id, init)
    return init


def mark_returned(context: Context, session_id: str) -> None:
    """As `mark_again`, for a session that came back by itself: what ran in it before did not."""
    mark_again(context, session_id)
    programs.end(paths.init(context.root), is_sure=False)


def _write(
    folder: Path, context: Context, session_id: str, preparations: Sequence[Preparation]
) -> list[list[str]]:
    """Write what is to be run, and what is held; the programs that will run it."""
    runners = []
    for place, (worktree, preparation) in enumerate(zip(context.worktrees, preparations, strict=True)):
        program = write(Files(folder, place), context, session_id, worktree, preparation)
        runners += [program] if program else []
    return runners


def write(
    files: Files, context: Context, session_id: str, worktree: Worktree, preparation: Preparation
) -> list[str]:
    """Write what is to be run in one worktree, or that it is held; the program that will run it, if any."""
    if preparation.recipe.commands:
        jobs.save_job(files, _job(context, session_id, worktree, preparation))
        return program(files)
    if preparation.is_held:
        jobs.save_state(files, State(Init.HELD, worktree.repository.name, jobs.now()))
    return []


def _job(context: Context, session_id: str, worktree: Worktree, preparation: Preparation) -> Job:
    return Job(
        label=context.label,
        repository=worktree.repository.name,
        folder=worktree.path,
        shell=preparation.recipe.shell or SHELL,
        commands=preparation.recipe.commands,
        # The server's own PATH may be another one
        env=(("PATH", os.environ.get("PATH", os.defpath)), *worktree.env),
        socket=context.socket,
        session_id=session_id,
        is_held=preparation.is_held,
    )


def program(files: Files) -> list[str]:
    """The program that runs the job of `files`, in a pane."""
    source = Path(par.__file__).parent.parent
    return [sys.executable, "-I", "-c", ENTRY, str(source), str(files.job)]

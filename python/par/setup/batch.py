"""One command in many worktrees, so many at a time, each in a window of its context's session."""

import os
import select
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from par.config.recipe import Step
from par.setup import job_lock, jobs, old_runs, running
from par.setup.jobs import TOOK_TOO_LONG, Files, Init, Job
from par.state import paths
from par.tmux import run_window
from par.tmux.run_window import Wanted

# A runner that was killed says nothing: its lock tells
LOOK_SECONDS = 1.0
LAST_WORDS_SECONDS = 4.0


class Command(NamedTuple):
    """A program and its arguments, or with a `shell` one line for that; how long it may take, 0 for ever."""

    text: str
    shell: str = ""
    seconds: float = 0.0


class Task(NamedTuple):
    """A worktree in which a command runs, and the session that shows it in a window called `window`.

    Where it has a `fault` nothing is run, and that says why.
    """

    label: str
    repository: str
    folder: Path
    env: tuple[tuple[str, str], ...]
    socket: Path
    session_id: str
    window: str
    fault: str = ""


class Stage(Enum):
    """How far the command came in one worktree."""

    WAITING = "waiting"
    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    TIMEOUT = "timeout"
    STOPPED = "stopped"
    NOT_BEGUN = "not begun"


class Progress(NamedTuple):
    """A task as it stands: how it ended and how long that took, as far as it did.

    One that failed without an exit status has the `reason`.
    """

    task: Task
    files: Files
    stage: Stage = Stage.WAITING
    status: int | None = None
    seconds: float | None = None
    reason: str = ""


class Batch:
    """The runs of one command, `most` at a time; unless it `keeps_going` none begins after a failure."""

    def __init__(self, tasks: Sequence[Task], command: Command, most: int, keeps_going: bool) -> None:
        self.id = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}"
        self._command, self._most, self._keeps_going = command, most, keeps_going
        folder = paths.runs() / self.id
        self.progress: list[Progress] = [
            Progress(
                task, Files(folder, place), Stage.FAILED if task.fault else Stage.WAITING, reason=task.fault
            )
            for place, task in enumerate(tasks)
        ]
        self._waiting = [place for place, task in enumerate(tasks) if not task.fault]
        self._running: dict[int, str] = {}
        self._begun: dict[int, float] = {}
        old_runs.delete(paths.runs())
        jobs.prepare(folder)
        os.mkfifo(folder / jobs.ENDS, 0o600)
        self._ends = os.open(folder / jobs.ENDS, os.O_RDWR | os.O_NONBLOCK)
        for socket in {task.socket for task in tasks}:
            run_window.close_ended(
                socket, [each.session_id for each in tasks if each.socket == socket], self.id
            )

    @property
    def is_over(self) -> bool:
        return not self._running and (not self._waiting or self._is_broken_off)

    @property
    def _is_broken_off(self) -> bool:
        failures = (Stage.FAILED, Stage.TIMEOUT)
        return not self._keeps_going and any(each.stage in failures for each in self.progress)

    def step(self, seconds: float) -> None:
        """Start what can start, and wait up to `seconds` for a run to end."""
        self._begin()
        if self._running:
            self._note_ends(select.select([self._ends], [], [], seconds)[0] != [])
        for place, begun in self._begun.items():
            if place in self._running:
                seen = self.progress[place]
                self.progress[place] = seen._replace(seconds=time.monotonic() - begun)

    def _begin(self) -> None:
        free = 0 if self._is_broken_off else self._most - len(self._running)
        places, self._waiting = self._waiting[:free], self._waiting[free:]
        for socket in {self.progress[place].task.socket for place in places}:
            mine = [place for place in places if self.progress[place].task.socket == socket]
            panes = run_window.begin(socket, self.id, [self._wanted(self.progress[place]) for place in mine])
            for place in mine:
                if pane_id := panes.get(str(place)):
                    self._running[place], self._begun[place] = pane_id, time.monotonic()
                    self.progress[place] = self.progress[place]._replace(stage=Stage.RUNNING)
                else:
                    failed = self.progress[place]._replace(stage=Stage.FAILED)
                    self.progress[place] = failed._replace(reason="not run: its session was killed")

    def _wanted(self, progress: Progress) -> Wanted:
        task, files = progress.task, progress.files
        job = Job(
            label=task.label,
            repository=task.repository,
            folder=task.folder,
            shell=self._command.shell,
            commands=(Step(self._command.text),),
            env=(("PATH", os.environ.get("PATH", os.defpath)), *task.env),
            socket=task.socket,
            session_id=task.session_id,
            is_init=False,
            seconds=self._command.seconds,
        )
        jobs.save_job(files, job)
        return Wanted(str(files.place), task.session_id, task.window, running.program(files))

    def _note_ends(self, is_told: bool) -> None:
        ended = [place for place in self._running if self._is_dead(place)]
        if is_told:
            said = os.read(self._ends, 65536).split()
            ended = [int(each) for each in said if int(each) in self._running]
        for place in ended:
            self.progress[place] = _ended(self.progress[place], self._running.pop(place))

    def _is_dead(self, place: int) -> bool:
        is_old = time.monotonic() - self._begun[place] > LOOK_SECONDS
        return is_old and jobs.state(self.progress[place].files).init is not Init.RUNNING

    def stop(self) -> None:
        """End what runs and close its windows; return when it has ended, or after a few seconds anyway."""
        for socket in {self.progress[place].task.socket for place in self._running}:
            mine = (place for place in self._running if self.progress[place].task.socket == socket)
            run_window.stop(socket, [self._running[place] for place in mine])
        until = time.monotonic() + LAST_WORDS_SECONDS
        for place in self._running:
            progress = self.progress[place]
            while job_lock.is_held(progress.files.lock) and time.monotonic() < until:
                time.sleep(0.02)
            self.progress[place] = progress._replace(stage=Stage.STOPPED)
        self._running.clear()

    def close(self) -> None:
        """Release what only a running batch needs, and mark what will not begin."""
        for place in self._waiting:
            self.progress[place] = self.progress[place]._replace(stage=Stage.NOT_BEGUN)
        os.close(self._ends)
        (paths.runs() / self.id / jobs.ENDS).unlink(missing_ok=True)


def _ended(progress: Progress, pane_id: str) -> Progress:
    state = jobs.state(progress.files)
    if state.init is not Init.FAILED:
        return progress._replace(stage=Stage.OK, status=0, seconds=state.seconds)
    stage = Stage.TIMEOUT if state.status == TOOK_TOO_LONG and state.reason else Stage.FAILED
    failed = progress._replace(stage=stage, status=state.status, seconds=state.seconds)
    if state.status is None:
        task = progress.task
        failed = failed._replace(reason=run_window.loss(task.socket, task.session_id, pane_id))
    return failed

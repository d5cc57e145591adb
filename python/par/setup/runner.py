"""What a pane runs for `par init` and `par run`: the commands of one job, one after the other."""

import os
import shlex
import sys
import time
from contextlib import suppress
from pathlib import Path

from par.config.recipe import Step
from par.errors import ParError
from par.names import visible
from par.setup import job_lock, jobs, programs, terminal
from par.setup.jobs import Files, Init, Job, State
from par.system import signals
from par.tmux import init_window

BOLD, DIM, RED, GREEN, PLAIN = ("\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[m")
MOST_LOG_BYTES = 16_000_000
CUT = b"\r\n(the log ends here: it is too long)\r\n"


class Log:
    """What the commands write, on disk, up to a size."""

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        self._room = MOST_LOG_BYTES
        self._is_at_start = True

    def keep(self, piece: bytes) -> None:
        """Write a piece; a full disk does not stop what is logged."""
        self._is_at_start = piece.endswith(b"\n")
        if self._room > 0:
            self._room -= len(piece)
            with suppress(OSError):
                os.write(self._descriptor, piece if self._room > 0 else CUT)

    def say(self, text: str, style: str = "") -> None:
        """Write a line of the runner's own, to the screen too."""
        before, shown = "" if self._is_at_start else "\r\n", visible(text)
        self.keep(f"{before}{shown}\r\n".encode())
        with suppress(OSError):
            os.write(terminal.SCREEN, f"{before}{style}{shown}{PLAIN}\r\n".encode())


def main(path: str) -> None:
    """Run the job that is written at `path`, report how it went, and close the pane where it went well.

    Exits with status 1 where it failed, and so stays to be read.
    """
    job_file = Path(path)
    # From here on all paths are relative: a removal takes the folder away, and the log with it
    os.chdir(job_file.parent)
    files = Files(Path(), int(job_file.stem))
    job = jobs.load_job(files.job)
    signals.unwind_on_signals()
    began = time.monotonic()
    with job_lock.held(files.lock):
        log = Log(files.log)
        try:
            state = _run(job, files, log)
        except (KeyboardInterrupt, SystemExit):
            state = _broken_off(job, files, jobs.ENDED)
        except Exception as error:
            state = _broken_off(job, files, f"{type(error).__name__}: {error}")
        with signals.ignored():
            seconds = round(time.monotonic() - began, 3)
            _conclude(job, files, log, state._replace(seconds=seconds))
    sys.exit(state.init is Init.FAILED)


def _run(job: Job, files: Files, log: Log) -> State:
    env = {**os.environ, **dict(job.env)}
    for number, step in enumerate(job.commands, 1):
        jobs.save_state(files, _state(job, Init.RUNNING, _title(step)))
        log.say(
            f"[{number}/{len(job.commands)}] {_title(step)}" if job.is_init else f"$ {_title(step)}", BOLD
        )
        if step.name:
            for line in step.command.splitlines():
                log.say(f"  {line}", DIM)
        words = [job.shell, "-c", step.command] if job.shell else shlex.split(step.command)
        try:
            status = terminal.run(words, job.folder, env, log.keep, job.seconds)
        except TimeoutError:
            reason = f"it took longer than {job.seconds:g} s"
            return _state(job, Init.FAILED, _title(step), jobs.TOOK_TOO_LONG, reason)
        if status:
            return _state(job, Init.FAILED, _title(step), status)
    return _state(job, Init.HELD if job.is_held else Init.OK)


def _title(step: Step) -> str:
    return step.name or " ".join(step.command.split())


def _state(job: Job, init: Init, step: str = "", status: int | None = None, reason: str = "") -> State:
    return State(init, job.repository, jobs.now(), step, status, reason)


def _broken_off(job: Job, files: Files, reason: str) -> State:
    was = jobs.written(files)
    return _state(job, Init.FAILED, was.step if was else "", reason=reason)


def _conclude(job: Job, files: Files, log: Log, state: State) -> None:
    if state.init is Init.FAILED:
        log.say(f"failed: {state.fault}", RED)
        if job.is_init:
            log.say(f"again: par init {job.label} --retry")
    elif job.is_init:
        log.say("done", GREEN)
    pane_id = "" if state.init is Init.FAILED else os.environ.get("TMUX_PANE", "")
    # One after the other: the last to end reports how all went
    with suppress(ParError, OSError), job_lock.held(files.folder / job_lock.REPORT):
        jobs.save_state(files, state)
        if job.is_init:
            init = jobs.worst(jobs.runs(files.folder)) or state.init
            if init is Init.OK:
                _go_on(job, files)
            init_window.end(job.socket, job.session_id, init.value, pane_id)
        else:
            _tell_end(files)
            init_window.close_own(job.socket, pane_id)


def _go_on(job: Job, files: Files) -> None:
    with suppress(ParError, OSError):  # how the commands went is told all the same
        programs.go_on(files.folder.absolute(), job.socket, job.session_id)


def _tell_end(files: Files) -> None:
    with suppress(OSError):  # who began it is gone
        descriptor = os.open(files.folder / jobs.ENDS, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        os.write(descriptor, f"{files.place}\n".encode())
        os.close(descriptor)

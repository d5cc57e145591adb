"""What a pane of the window `init` runs: the commands of one job, one after the other."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from par.config.recipe import Step
from par.errors import ParError
from par.names import visible
from par.setup import job_lock, jobs, terminal
from par.setup.jobs import Files, Init, Job, State
from par.system import signals
from par.tmux import init_window

BOLD, DIM, RED, GREEN, PLAIN = ("\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[m")
MOST_LOG_BYTES = 16_000_000
CUT = b"\r\n(the log ends here: it is too long)\r\n"
LOCK = "lock"


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
    with job_lock.held(files.lock):
        log = Log(files.log)
        try:
            state = _run(job, files, log)
        except (KeyboardInterrupt, SystemExit):
            state = _broken_off(job, files, jobs.ENDED)
        except Exception as error:
            state = _broken_off(job, files, f"{type(error).__name__}: {error}")
        with signals.ignored():
            _conclude(job, files, log, state)
    sys.exit(state.init is Init.FAILED)


def _run(job: Job, files: Files, log: Log) -> State:
    env = {**os.environ, **dict(job.env)}
    for number, step in enumerate(job.commands, 1):
        jobs.save_state(files, _state(job, Init.RUNNING, _title(step)))
        log.say(f"[{number}/{len(job.commands)}] {_title(step)}", BOLD)
        if step.name:
            for line in step.command.splitlines():
                log.say(f"  {line}", DIM)
        status = terminal.run([job.shell, "-c", step.command], job.folder, env, log.keep)
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
        log.say(f"again: par init {job.label} --retry")
    else:
        log.say("done", GREEN)
    # One after the other: the last to end reports how all went
    with suppress(ParError, OSError), job_lock.held(files.folder / LOCK):
        jobs.save_state(files, state)
        init = jobs.worst(jobs.runs(files.folder)) or state.init
        pane_id = "" if state.init is Init.FAILED else os.environ.get("TMUX_PANE", "")
        init_window.end(job.socket, job.session_id, init.value, pane_id)

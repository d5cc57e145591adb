"""The run of a worktree's commands as files: what is to be run, how far it came, what it said."""

import json
import time
from collections.abc import Iterable
from datetime import datetime, timezone
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from par.config.recipe import Step
from par.errors import StateError
from par.setup import job_lock
from par.state import index
from par.state.records import when

START_SECONDS = 30.0  # on a busy machine Python itself takes its time
TOOK_TOO_LONG = 124  # as timeout(1) has it
OF_PROGRAM = ("line", "program")  # what the context begins with, and how it stands: `setup.programs`
ENDS = "ends"  # a FIFO in the folder of runs, where somebody may listen for the places of those that end
NOT_STARTED, ENDED = "it did not start", "it was ended"
DAMAGE = (OSError, ValueError, KeyError, TypeError)


class Init(Enum):
    """How a run stands, and so `@par_init`; what comes later counts more where there are several.

    One that is dismissed had failed or was held, and the user wants to hear no more of it.
    """

    OK = "ok"
    DISMISSED = "dismissed"
    HELD = "held"
    RUNNING = "running"
    FAILED = "failed"


class Job(NamedTuple):
    """The commands of one worktree as they were approved: nothing is read from its repository again.

    `socket` and `session_id` name the session of its context. One that `is_held` lacks what was asked for.
    One that is not `is_init` was asked for later: its command is one program's words where it has no
    `shell`, and is ended after so many `seconds`, if any.
    """

    label: str
    repository: str
    folder: Path
    shell: str
    commands: tuple[Step, ...]
    env: tuple[tuple[str, str], ...]
    socket: Path
    session_id: str
    is_held: bool = False
    is_init: bool = True
    seconds: float = 0.0


class State(NamedTuple):
    """How far the run in `repository` came, and since when.

    One that runs names its `step`; one that failed too, with its exit `status` or the `reason`.
    """

    init: Init
    repository: str
    at: datetime
    step: str = ""
    status: int | None = None
    reason: str = ""
    seconds: float = 0.0

    @property
    def fault(self) -> str:
        """Why it failed, in a few words; empty where it did not."""
        said = self.reason or ("" if self.status is None else f"exit status {self.status}")
        return f"'{self.step}': {said}" if self.step and said else said


class Files(NamedTuple):
    """Where the run of the worktree number `place` is kept."""

    folder: Path
    place: int

    @property
    def job(self) -> Path:
        return self.folder / f"{self.place}.job"

    @property
    def state(self) -> Path:
        return self.folder / f"{self.place}.state"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.place}.log"

    @property
    def lock(self) -> Path:
        """Held by what runs the job, for as long as it lives."""
        return self.folder / f"{self.place}.lock"


class Run(NamedTuple):
    """A run as it stands now."""

    files: Files
    state: State


def now() -> datetime:
    return datetime.now(timezone.utc).replace(microsecond=0)


def prepare(folder: Path, empties: bool = True) -> None:
    """Make the folder of a context's runs, and leave those in it only where nothing `empties` it.

    Raises StateError.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in folder.iterdir() if empties else ():
            if path.stem not in OF_PROGRAM:
                path.unlink()
    except OSError as error:
        raise StateError(f"the folder {folder} cannot be written: {error.strerror}") from error


def save_job(files: Files, job: Job) -> None:
    """Write what is to be run. Raises StateError."""
    steps = [each._asdict() for each in job.commands]
    typed = {"folder": str(job.folder), "socket": str(job.socket), "commands": steps}
    _write(files.job, {**job._asdict(), **typed})


def load_job(path: Path) -> Job:
    """What is to be run. Raises one of DAMAGE."""
    record = json.loads(path.read_bytes())
    typed = {
        "folder": Path(record["folder"]),
        "socket": Path(record["socket"]),
        "commands": tuple(Step(**step) for step in record["commands"]),
        "env": tuple((name, value) for name, value in record["env"]),
    }
    return Job(**{**record, **typed})


def save_state(files: Files, state: State) -> None:
    """Write how far a run came. Raises StateError."""
    _write(files.state, {**state._asdict(), "init": state.init.value, "at": state.at.isoformat()})


def _write(path: Path, record: dict[str, Any]) -> None:
    try:
        index.write(path, json.dumps(record).encode(), is_durable=False)
    except OSError as error:
        raise StateError(f"{path} cannot be written: {error.strerror}") from error


def runs(folder: Path) -> list[Run]:
    """The runs of a context as they stand, in the order of its worktrees; none where there never were any."""
    places = sorted({int(path.stem) for path in folder.glob("*") if path.stem.isdecimal()})
    return [Run(files, state(files)) for files in (Files(folder, place) for place in places)]


def worst(found: Iterable[Run]) -> Init | None:
    """The state of several runs as one: a failed run outweighs those still running; None for no runs."""
    return max((run.state.init for run in found), key=list(Init).index, default=None)


def state(files: Files) -> State:
    """How a run stands now; one whose program was killed has failed."""
    found = written(files)
    if found is None:
        return _unstarted(files)
    if found.init is Init.RUNNING and not job_lock.is_held(files.lock):
        found = written(files) or found  # it may have ended well in between
        if found.init is Init.RUNNING:
            return found._replace(init=Init.FAILED, reason=ENDED)
    return found


def written(files: Files) -> State | None:
    """How far a run came when it last said so; None where it did not."""
    try:
        record = json.loads(files.state.read_bytes())
        return State(**{**record, "init": Init(record["init"]), "at": when(record["at"])})
    except DAMAGE:
        return None


def _unstarted(files: Files) -> State:
    """The state of a job that has been written and is not known to have begun."""
    try:
        age, repository = time.time() - files.job.stat().st_mtime, load_job(files.job).repository
    except DAMAGE:
        return State(Init.FAILED, "", now(), reason=NOT_STARTED)
    if age < START_SECONDS:
        return State(Init.RUNNING, repository, now())
    return State(Init.FAILED, repository, now(), reason=NOT_STARTED)

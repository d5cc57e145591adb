"""What the commands of a context said, as plain lines: all of it, or as it comes."""

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from par.names import visible
from par.setup import job_lock, jobs
from par.setup.jobs import Files, Init, Run
from par.system import narration

PAUSE_SECONDS = 0.1
QUIET_SECONDS = 1.0
TAIL_BYTES = 4096
# What the runner says at the end of a run that failed
FAILED = "failed: "
# Colours, cursor movements, titles: what a terminal acts on (ECMA-48, and xterm's OSC)
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\|$)|[ -/]*[0-~])")


class Unfinished(NamedTuple):
    """What a run has said after its last whole line, and since when that is so."""

    said: bytes
    since: float
    is_told: bool = False


def lines(files: Files) -> list[str]:
    """What a run has said so far, without what only a terminal would act on; nothing without a log."""
    try:
        return [*_split(files.log.read_bytes())]
    except OSError:
        return []


def _split(said: bytes) -> Iterator[str]:
    if said:
        yield from map(_plain, said.removesuffix(b"\n").split(b"\n"))


def _plain(line: bytes) -> str:
    # A progress bar goes back to the beginning of its line: its last state counts
    shown = line.rstrip(b"\r").rpartition(b"\r")[2]
    return visible(ESCAPE.sub("", shown.decode("utf-8", "replace")).expandtabs())


def last_line(files: Files) -> str:
    """The last line that is not empty in what a run has said so far, before par's own of how it failed."""
    try:
        with files.log.open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - TAIL_BYTES))
            said = log.read()
    except OSError:
        return ""
    lines = [line for line in _split(said) if line.strip()]
    if len(lines) > 2 and lines[-1].startswith(FAILED):  # the first is par's too
        lines.pop()
    return lines[-1] if lines else ""


def follow(folder: Path, label: str) -> list[Run]:
    """Wait until every run of the context called `label` has ended, telling what it says; the runs then.

    By then the session is marked with how they went. A line that stays unfinished may be a question: it is
    told too, and where it can be answered.
    """
    offsets: dict[int, int] = {}
    unfinished: dict[int, Unfinished] = {}
    while True:
        found = jobs.runs(folder)
        is_running = any(run.state.init is Init.RUNNING for run in found)
        is_over = not is_running and not job_lock.is_held(folder / job_lock.REPORT)
        for run in found:
            name = f"{run.state.repository}: " if len(found) > 1 else ""
            for line in _fresh(run.files, offsets, is_over):
                narration.report(f"{name}{line}")
            if line := _resting(run.files, offsets, unfinished):
                narration.report(f"{name}{line}")
                narration.report(f"if this is a question, answer it in the window init: par open {label}")
        if is_over:
            return found
        time.sleep(PAUSE_SECONDS)


def _resting(files: Files, offsets: Mapping[int, int], unfinished: dict[int, Unfinished]) -> str:
    """The line that a run has begun and not ended, once, when nothing more came of it for a while."""
    said = _read(files, offsets.get(files.place, 0))
    known = unfinished.get(files.place)
    if known is None or known.said != said:
        unfinished[files.place] = Unfinished(said, time.monotonic())
    elif said and not known.is_told and time.monotonic() - known.since >= QUIET_SECONDS:
        unfinished[files.place] = known._replace(is_told=True)
        return _plain(said)
    return ""


def _fresh(files: Files, offsets: dict[int, int], with_rest: bool) -> Iterator[str]:
    """The lines that were written since the last look; one that is not complete yet waits."""
    said = _read(files, offsets.get(files.place, 0))
    whole = said if with_rest else said[: said.rfind(b"\n") + 1]
    offsets[files.place] = offsets.get(files.place, 0) + len(whole)
    yield from _split(whole)


def _read(files: Files, offset: int) -> bytes:
    try:
        with files.log.open("rb") as log:
            log.seek(offset)
            return log.read()
    except OSError:
        return b""

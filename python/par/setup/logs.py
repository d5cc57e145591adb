"""What the commands of a context said, as plain lines: all of it, or as it comes."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from par.names import visible
from par.setup import jobs
from par.setup.jobs import Files, Init, Run
from par.system import narration

PAUSE_SECONDS = 0.1
# Colours, cursor movements, titles: what a terminal acts on (ECMA-48, and xterm's OSC)
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\|$)|[ -/]*[0-~])")


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


def follow(folder: Path) -> list[Run]:
    """Wait until every run of a context has ended, telling what it says; the runs as they are then."""
    offsets: dict[int, int] = {}
    while True:
        found = jobs.runs(folder)
        is_over = not any(run.state.init is Init.RUNNING for run in found)
        for run in found:
            name = f"{run.state.repository}: " if len(found) > 1 else ""
            for line in _fresh(run.files, offsets, is_over):
                narration.report(f"{name}{line}")
        if is_over:
            return found
        time.sleep(PAUSE_SECONDS)


def _fresh(files: Files, offsets: dict[int, int], with_rest: bool) -> Iterator[str]:
    """The lines that were written since the last look; one that is not complete yet waits."""
    try:
        with files.log.open("rb") as log:
            log.seek(offsets.get(files.place, 0))
            said = log.read()
    except OSError:
        return
    whole = said if with_rest else said[: said.rfind(b"\n") + 1]
    offsets[files.place] = offsets.get(files.place, 0) + len(whole)
    yield from _split(whole)

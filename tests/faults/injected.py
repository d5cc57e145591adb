"""Real programs that fail, die, or lose their par at one of their calls: a folder to put first on PATH."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from scratch import SCRATCH

PROGRAMS = ("git", "tmux")
# How a call goes wrong: instead of being done, after it was done, in the middle of it; or its par dies
WAYS = ("before", "after", "die", "die-later", "orphan")
# Without a process more for the calls that go well. The file of each call has its words.
PROGRAM = """#!/bin/sh
n=1
set -C
until { printf '%s' "NAME $*" >"$FAULT_CALLS/$n"; } 2>/dev/null; do n=$((n + 1)); done
set +C
[ "$n" = "$FAULT_AT" ] || exec REAL "$@"
case $FAULT_WAY in
  before) ;;
  after) REAL "$@" ;;
  die) kill -9 $$ ;;
  die-later)
    REAL "$@" <&0 &
    sleep 0.002
    kill -9 $! $$
    ;;
  orphan)
    kill -9 $PPID
    exec REAL "$@"
    ;;
esac
echo 'fatal: injected failure' >&2
exit 128
"""


class Calls(NamedTuple):
    """What a par is started with, and what it called by then, in order."""

    env: dict[str, str]
    folder: Path

    @property
    def made(self) -> list[str]:
        files = sorted(self.folder.iterdir(), key=lambda each: int(each.name))
        return [each.read_text() for each in files]


@contextmanager
def failing(programs: Path, path: str, at: int, way: str) -> Iterator[Calls]:
    """The call of git or tmux with the number `at` goes wrong in this `way`; 0 is none of them.

    `programs` is a folder for the programs, made once; `path` the PATH that has the real ones.
    """
    if not programs.is_dir():
        programs.mkdir()
        for name in PROGRAMS:
            real = shutil.which(name, path=path)
            file = programs / name
            file.write_text(PROGRAM.replace("NAME", name).replace("REAL", str(real)))
            file.chmod(0o755)
    with TemporaryDirectory(prefix="par-calls-", dir=SCRATCH, ignore_cleanup_errors=True) as folder:
        told = {"FAULT_CALLS": folder, "FAULT_AT": str(at), "FAULT_WAY": way}
        yield Calls({"PATH": f"{programs}:{path}", **told}, Path(folder))

"""From a key to the first row of the picker, beside what sh, tmux, awk and fzf alone take for such a list."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import statistics
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import fleet
from conftest import PATIENCE, ROOT, World, sealed_world
from plugin import Plugin

BUDGET = 1.5
RAW, PICKER = "sh, tmux, awk and fzf alone", "picker"
KEYS = {RAW: b"\x02B", PICKER: b"\x02A"}  # with the prefix, ctrl-b
LEAVE = b"\x07"  # ctrl-g, as fzf waits after an escape
ROW = rb"more-\d"
# What the picker asks of each session, joined with what par wrote down; neither sorted nor marked
LISTED = """
from == "par" { repository[$1] = $3; branch[$1] = $4; id[$1] = "-" }
from == "tmux" && $4 != "" { repository[$4] = $7; branch[$4] = $8; id[$4] = $2; note[$4] = $12 }
END {
  for (label in id) {
    printf "%s\\t%s\\t%s  ", id[label], label, label
    printf "%s  %s  %s\\n", repository[label], branch[label], note[label]
  }
}"""


class Spent(NamedTuple):
    """Milliseconds: until the first row; of the processor, by the server and by what it started."""

    until_row: float
    server: float
    children: float


class Watched:
    """A client of the server `pid` on a terminal that this process reads: it sees a row as it is painted."""

    def __init__(self, world: World, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}/stat")
        child, self._terminal = pty.fork()
        if child == 0:
            os.execvpe("tmux", ["tmux", "-u", "attach", "-t", "=home:"], {**world.env, "TERM": "screen"})
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
        self._wait_for_silence(1)

    def press(self, key: bytes) -> Spent:
        """Press a key, wait for the first row, and leave."""
        before, seen = self._processor(), b""
        begun = time.perf_counter()
        os.write(self._terminal, key)
        while not re.search(ROW, seen):
            assert select.select([self._terminal], [], [], PATIENCE)[0], seen
            seen += os.read(self._terminal, 65536)
        took = time.perf_counter() - begun
        os.write(self._terminal, LEAVE)
        self._wait_for_silence(0.3)
        server, children = (after - each for after, each in zip(self._processor(), before, strict=True))
        return Spent(took * 1000, server, children)

    def _wait_for_silence(self, length: float) -> None:
        while select.select([self._terminal], [], [], length)[0]:
            os.read(self._terminal, 65536)

    def _processor(self) -> tuple[float, float]:
        """What the server and its children took so far; Linux alone tells that of another process."""
        if not self._stat.exists():
            return 0, 0
        words = self._stat.read_text().rpartition(")")[2].split()
        user, system, of_children, of_their_system = (int(each) for each in words[11:15])
        tick = 1000 / os.sysconf("SC_CLK_TCK")
        return (user + system) * tick, (of_children + of_their_system) * tick


@contextmanager
def furnished(contexts: int, sessions: int) -> Iterator[Watched]:
    """A server with so many contexts and sessions of theirs, on which a key runs the pipeline alone."""
    with sealed_world() as world:
        plugin = Plugin(world).start()
        home = world.repository()
        world.ok("start", "more-first", cwd=home)
        fleet.add_contexts(world, home, contexts - 1, "more-first")
        surplus = [each for each in world.sessions() if each.startswith("more-")][sessions:]
        kills = "".join(f"kill-session -t ={each}:\n" for each in surplus)
        world.run("tmux", "source-file", "-", text=kills)
        popup = ("display-popup", "-E", "-w", "80%", "-h", "70%", f"exec sh {pipeline(world)}")
        plugin.tmux("bind-key", "B", *popup)
        yield Watched(world, int(plugin.tmux("display-message", "-p", "#{pid}")))


def pipeline(world: World) -> Path:
    """A script of tmux, awk and fzf that shows the contexts."""
    asked = world.run("bash", "-c", f'. {shlex.quote(str(ROOT))}/scripts/rows.sh; printf %s "$row_sessions"')
    script = world.home / "raw.sh"
    script.write_text(
        f"tmux -u list-sessions -F {shlex.quote(asked.stdout)} |"
        f" awk -F'\\t' {shlex.quote(LISTED)} from=par {world.data}/contexts.tsv from=tmux - |"
        " fzf --delimiter='\\t' --with-nth=3.. --prompt='raw> '\n"
    )
    return script


def measured(contexts: int, sessions: int, rounds: int) -> dict[str, list[Spent]]:
    """What each took in each round, one after the other; the first round only fills caches."""
    with furnished(contexts, sessions) as client:
        taken = [{name: client.press(key) for name, key in KEYS.items()} for _ in range(rounds + 1)]
    return {name: [each[name] for each in taken[1:]] for name in KEYS}


def table(found: dict[str, list[Spent]]) -> str:
    """Medians, least times and the processor's, with the ratio to the pipeline alone and its budget."""
    rows = [f"{'key to first row':34}{'median':>11}{'least':>11}{'ratio':>8}{'budget':>8}{'CPU':>11}"]
    base = statistics.median(each.until_row for each in found[RAW])
    for name, taken in found.items():
        times = [each.until_row for each in taken]
        spent = statistics.fmean(each.server + each.children for each in taken)
        budget = f"{BUDGET:8g}" if name == PICKER else " " * 8
        figures = f"{statistics.median(times):8.1f} ms{min(times):8.1f} ms"
        rows.append(f"{name:34}{figures}{statistics.median(times) / base:8.2f}{budget}{spent:8.1f} ms")
    return "\n".join(rows)


def tables(rounds: int) -> str:
    """That for as many contexts as users have, and for more than any."""
    return "\n".join(
        f"\n{contexts} contexts, {sessions} sessions\n{table(measured(contexts, sessions, rounds))}"
        for contexts, sessions in ((100, 100), (1000, 200))
    )

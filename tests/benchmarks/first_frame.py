"""The picker's first frame: run with `pytest tests/benchmarks/first_frame.py -s`, on a quiet machine."""

import time

from conftest import PATIENCE, World
from desk import Desk

ROUNDS = 15


def test_the_first_frame_is_there_within_100_ms(world: World) -> None:
    desk = Desk(world)
    chain = []
    for number in range(100):
        chain += ["new-session", "-d", "-s", f"s{number}", "cat", ";"]
        chain += ["set-option", "-t", f"=s{number}:", "@par_label", f"context-{number}", ";"]
    desk.tmux(*chain[:-1])
    shortest = "tmux -u list-sessions -F '#{session_id} #{@par_label}' | awk '$2' | fzf --prompt 'raw> '"
    desk.tmux("bind-key", "-n", "F9", "display-popup", "-E", "-w", "80%", "-h", "70%", shortest)
    figures = [(frame(desk, "F1"), frame(desk, "F9")) for _ in range(ROUNDS)]
    ours, least = (sorted(each)[ROUNDS // 2] * 1000 for each in zip(*figures, strict=True))
    print(f"picker {ours:.0f} ms, a bare popup of fzf {least:.0f} ms")
    assert ours < 100, figures


def frame(desk: Desk, key: str) -> float:
    """Seconds from a key to the first rows on the screen."""
    begun = time.monotonic()
    desk.terminal.press(key)
    while "context-1" not in desk.terminal.screen():
        assert time.monotonic() < begun + PATIENCE
    took = time.monotonic() - begun
    desk.terminal.press("Escape")
    desk.gone()
    return took

"""Typing text into panes, exactly as it is, into as many as wanted in one call."""

import os
import re
import time
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from par import names
from par.tmux import server

# What a terminal would act on: an ESC [ 2 0 1 ~ in the text would end the bracketed paste
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# From 3.7 on a paste changes bytes that are not UTF-8, unless -S asks for them as they are
PASTES_RAW = r"#{m/r:^(next-)?(3\.([7-9]|[1-9][0-9])|[4-9]|[1-9][0-9])|^master,#{version}}"
# How long an agent needs after a paste until it takes an Enter for more than a part of it
PAUSE_SECONDS = 0.15


def send(
    socket: Path, pane_ids: Iterable[str], text: str, with_enter: bool, pausing: Container[str] = ()
) -> set[str]:
    """Paste `text` into each pane, then Enter if asked; the ids of the panes that took it.

    Two calls for any number of panes and any size of text. A pane in copy mode leaves it first: keys
    would be taken by the mode. Enter is a paste of its own, so that a program which asked for
    bracketed paste sees it typed; those that are `pausing` get it a moment later. A single line that begins
    with a slash is pasted without the brackets, as typed: some agents take a command in them for text.
    """
    buffer = f"par-{os.getpid()}"
    plain = CONTROL.sub("", text)
    paste = _loaded(socket, buffer, plain) if plain else ""
    targets = [*pane_ids]
    later = {each for each in targets if plain and with_enter and each in pausing}
    steps = {
        each: _steps(each, paste, buffer if with_enter and each not in later else "") for each in targets
    }
    took = _typed(socket, steps, buffer, bool(plain))
    if waiting := [each for each in targets if each in later & took]:
        time.sleep(PAUSE_SECONDS)
        took -= later - _typed(socket, {each: _steps(each, "", buffer) for each in waiting}, buffer, False)
    return took


def _loaded(socket: Path, buffer: str, plain: str) -> str:
    """Put a text into a buffer of tmux's; the command that pastes it, but for the pane."""
    loading = ("load-buffer", "-b", buffer, "-", ";", "display-message", "-p", PASTES_RAW)
    is_raw = names.lines(server.run(socket, *loading, text=plain))[-1:] == ["1"]  # a user's hook may say more
    is_command = plain.startswith("/") and "\n" not in plain
    options = [*(["-S"] if is_raw else []), *([] if is_command else ["-p"])]
    return " ".join(["paste-buffer", *options, "-b", buffer])


def _typed(socket: Path, steps: Mapping[str, str], buffer: str, with_text: bool) -> set[str]:
    """Do the steps of each pane; the panes that took them."""
    targets = [*steps]
    # Not the pane's id: a message goes through strftime, which takes '%3' for its own
    lines = [f"{steps[each]} ; display-message -p 'sent {place}'" for place, each in enumerate(targets)]
    last = [f"delete-buffer -b {buffer}"] if with_text else []
    script = [f'set-buffer -b {buffer}-enter "\\n"', *lines, *last, f"delete-buffer -b {buffer}-enter"]
    said = names.lines(server.attempt_each(socket, script).stdout)
    return {targets[int(line.removeprefix("sent "))] for line in said if line.startswith("sent ")}


def _steps(pane_id: str, paste: str, buffer: str) -> str:
    steps = [f"copy-mode -q -t {pane_id}"]
    if paste:
        steps.append(f"{paste} -t {pane_id}")
    if buffer:
        steps.append(f"paste-buffer -b {buffer}-enter -t {pane_id}")
    return " ; ".join(steps)

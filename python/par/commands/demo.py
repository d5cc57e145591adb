"""`par demo`: the main job done for real, on a tmux server of its own and throwaway repositories."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from par.errors import CommandError
from par.git import sample
from par.tmux import server, view

PACKAGE = Path(__file__).resolve().parents[2]
ANSWER_SECONDS = 3.0
SOCKET = "demo"
QUESTION = "git status --short --branch"
# What `par ls` writes into a pipe has a tab between two cells
TAB_COLUMNS = 16


class Stage(NamedTuple):
    """Where the demo plays: a throwaway folder with repositories, par's data and a tmux socket."""

    folder: Path
    say: Callable[[str], None]

    @property
    def socket(self) -> Path:
        return self.folder / SOCKET

    def par(self, *words: str) -> None:
        """Show and run a `par` command as a user would type it, and what it answers. Raises CommandError."""
        typed = " ".join(f"'{word}'" if " " in word else word for word in words)
        self.say(f"\n$ par {typed}")
        if sys.stdout.isatty():  # where it makes a table for a person, and marks
            self._run(words, None)
        else:
            self.say(self.quietly(*words).rstrip("\n").expandtabs(TAB_COLUMNS))

    def quietly(self, *words: str) -> str:
        """Run a `par` command; what it answered. Raises CommandError."""
        return self._run(words, subprocess.PIPE)

    def _run(self, words: Sequence[str], output: int | None) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "par", "-S", str(self.socket), *words],
            cwd=self.folder / "src",
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        said = done.stdout or ""
        if done.returncode:
            raise CommandError(f"the demo stopped: {said.strip() or ' '.join(words)}")
        return said

    def _environment(self) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if k not in {"TMUX", "TMUX_PANE"} and not k.startswith("PAR_")
        }
        return {
            **kept,
            "XDG_DATA_HOME": str(self.folder / "data"),
            "PYTHONPATH": str(PACKAGE),
            "PYTHONUTF8": "1",
        }


def run(say: Callable[[str], None], is_kept: bool) -> None:
    """Play the demo, telling each step through `say`; then clean up, or leave it and say how to attach."""
    stage = Stage(Path(tempfile.mkdtemp(prefix="par-demo-", dir="/tmp")).resolve(), say)
    try:
        _build(stage)
        _play(stage)
    except BaseException:
        _clean(stage)
        raise
    if is_kept:
        say(f"\nIt is all still there. Look:  tmux -S {stage.socket} attach -t control-center")
        say(f"End it:  tmux -S {stage.socket} kill-server; rm -rf {stage.folder}")
    else:
        _clean(stage)
        say("\nThe demo's tmux server and folders are gone again. Yours were never touched.")


def _build(stage: Stage) -> None:
    for name, branches in (("shop", ()), ("api", ("review-me",))):
        sample.create(stage.folder / "src" / name, f"The {name}.\n", f"Begin the {name}", branches)
    # Without the user's tmux.conf: what it starts or restores has no place here
    server.run(stage.socket, "-f", "/dev/null", "new-session", "-d", "-s", "home", "-x", "100", "-y", "30")
    stage.say("Two repositories, shop and api, in a throwaway folder; a tmux server of its own.")


def _play(stage: Stage) -> None:
    stage.par("start", "fix-login", "-p", "shop")
    stage.par("start", "faster-search", "-p", "api")
    stage.par("checkout", "review-me", "-p", "api")
    stage.par("send", "all", QUESTION)
    _show_answers(stage)
    stage.par("ls")
    stage.par("control-center", "--no-attach")
    stage.say("\n".join(f"  {window}" for window in view.windows(stage.socket, "control-center")))
    stage.par("rm", "fix-login")
    stage.par("ls")


def _show_answers(stage: Stage) -> None:
    listing = json.loads(stage.quietly("ls", "--json"))
    names = {context["label"]: context["session"]["name"] for context in listing["contexts"]}
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        screens = {label: view.screen(stage.socket, name) for label, name in names.items()}
        if all(any(f"## {label}" in line for line in lines) for label, lines in screens.items()):
            break
        time.sleep(0.05)
    stage.say("\nWhat their panes show now:")
    for label, lines in screens.items():
        stage.say("\n".join(f"  {label:14}| {line}" for line in lines[-3:]))


def _clean(stage: Stage) -> None:
    server.attempt(stage.socket, "kill-server")
    shutil.rmtree(stage.folder, ignore_errors=True)

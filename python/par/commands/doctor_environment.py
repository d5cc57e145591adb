"""`par doctor --environment`: try on a scratch tmux server what par needs of tmux.conf and shell."""

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from par.commands import doctor_settings
from par.commands.doctor_settings import Check
from par.errors import ParError
from par.git import process
from par.model import Context, Kind, Phase, Repository, Session, Worktree
from par.tmux import marks, pasting, server, sessions

SECONDS, OLDEST_TMUX, OLDEST_GIT = 10.0, (3, 2), (2, 25)
HOOKS = {"session-created": "@par_check_created", "session-closed": "@par_check_closed"}


class Bench(NamedTuple):
    """A throwaway folder with the socket of a tmux server in it."""

    folder: Path
    socket: Path

    @property
    def context(self) -> Context:
        """A context to try with; it is in no index."""
        root = str(self.folder / "root")
        worktrees = (Worktree(Repository(self.folder, self.folder), root, "check"),)
        now, name = datetime.now(timezone.utc), "par-check"
        return Context("check", Kind.SESSION, Phase.READY, root, worktrees, name, self.socket, now, "check")


def run(socket: Path) -> tuple[Check, ...]:
    """Try everything, in this order. `socket` is the server that par would use: it is only asked.

    Nothing of the user's is changed, but the scratch server reads the user's tmux.conf as any does.
    """
    python = Check("python", f"{sys.version.split()[0]} ({sys.executable})")
    programs = (_program("tmux", OLDEST_TMUX), _program("git", OLDEST_GIT), python)
    if programs[0].is_failed:
        return programs
    with _bench() as bench:
        options, conf = _boot(bench)
        seen = (_running(socket), conf, *doctor_settings.checks(options))
        return (*programs, *seen, *_trials(bench, options))


@contextmanager
def _bench() -> Iterator[Bench]:
    # Not in $TMPDIR: the path of a socket may have about 100 bytes
    folder = Path(tempfile.mkdtemp(prefix="par-check-", dir="/tmp")).resolve()
    bench = Bench(folder, folder / "tmux")
    bench.context.root.mkdir()
    try:
        yield bench
    finally:
        server.attempt(bench.socket, "kill-server")
        shutil.rmtree(bench.folder, ignore_errors=True)


def _program(name: str, oldest: tuple[int, int]) -> Check:
    wanted, root = f"install {name} {oldest[0]}.{oldest[1]} or newer", Path("/")
    try:
        said = (server.attempt(root, "-V") if name == "tmux" else process.attempt(root, "version")).stdout
    except ParError as error:
        return Check(name, error.message, wanted)
    found = re.search(r"(\d+)\.(\d+)", said)  # none in 'tmux master', which is new
    is_old = found is not None and (int(found[1]), int(found[2])) < oldest
    return Check(name, said.strip(), wanted if is_old else "")


def _running(socket: Path) -> Check:
    outcome = server.attempt(socket, "list-sessions", "-F", "")
    if outcome.status and not outcome.is_absent:  # an older one may still run after tmux was updated
        return Check("server", outcome.stderr.strip(), f"make this work: tmux -S {socket} list-sessions")
    return Check("server", "none runs yet" if outcome.status else f"answers at {socket}")


def _boot(bench: Bench) -> tuple[dict[str, str], Check]:
    """Start the server as any of the user's begins; its options, and how tmux.conf was read."""
    shown = ("show-options", "-s", ";", "show-options", "-g", ";", "show-options", "-g", "-w")
    # Without exit-empty it lives, also with no session, whatever the user's settings are
    stays = ("set-option", "-s", "exit-empty", "off")
    lines = server.attempt(bench.socket, "start-server", ";", *shown, ";", *stays).stdout.splitlines()
    options = dict(line.split(" ", 1) for line in lines if " " in line)
    # Any `source-file` shows first what was wrong in the files read before it
    faults = server.attempt(bench.socket, "source-file", "/dev/null").stdout.splitlines()
    said = server.attempt(bench.socket, "display-message", "-p", "#{config_files}").stdout.strip()
    # tmux 3.7 names each place that it looks in
    files = ",".join(each for each in said.split(",") if Path(each).exists()) or "none"
    return options, Check("tmux.conf", *((faults[0], "correct that line") if faults else (files,)))


def _trials(bench: Bench, options: dict[str, str]) -> Iterator[Check]:
    session = _session(bench)
    if isinstance(session, Check):
        yield session
        return
    yield Check("session", "made, marked and found again")
    shell = options.get("default-command", "").strip("'\"") or options.get("default-shell", "the shell")
    answers = _typed(bench, session, "echo par-'sees'-this", "par-sees-this", SECONDS)
    why = f"{shell} did not show within {SECONDS:.0f} s what it was to echo"
    fix = "a default-shell and default-command that start a shell, and a start file that lets it come up"
    yield Check("shell", f"{shell} takes what is typed" if answers else why, "" if answers else fix)
    if answers:
        yield _folder(bench, session)
        sees = _typed(bench, session, "echo utf-'8'-é-世-→", "utf-8-é-世-→", SECONDS / 4)
        locale = "" if sees else "export LC_ALL=C.UTF-8 in the shell's start file"
        yield Check("utf-8", "comes through" if sees else "does not come through the shell", locale)
    yield _hooks(bench)
    has_popup = not server.attempt(bench.socket, "list-commands", "display-popup").status
    yield Check("display-popup", "is there" if has_popup else "is not", "" if has_popup else "update tmux")


def _session(bench: Bench) -> Session | Check:
    fix = "look into the hooks and command-alias of tmux.conf: they end or rename what is made"
    try:
        made = sessions.create(bench.context)
        live = sessions.sessions(bench.socket)
    except ParError as error:
        return Check("session", error.message, fix)
    found = (each for each in live if each.id == made and each.label == "check")
    return next(found, Check("session", "it was gone, or not marked, as soon as it was made", fix))


def _typed(bench: Bench, session: Session, command: str, answer: str, seconds: float) -> bool:
    """Whether the shell shows `answer` after `command` was typed, which must not end with it."""
    pasting.send(bench.socket, [session.pane_id], command, with_enter=True)
    asked = ("capture-pane", "-p", "-J", "-S", "-", "-t", session.pane_id)

    def is_over() -> bool:
        seen = server.attempt(bench.socket, *asked)
        # tmux 3.2 fills lines with spaces.
        # Not as a line of its own: what is typed before the shell is up is answered behind its prompt
        return seen.status != 0 or any(line.rstrip().endswith(answer) for line in seen.stdout.splitlines())

    return _soon(is_over, seconds) and server.attempt(bench.socket, *asked).status == 0


def _soon(is_so: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()


def _folder(bench: Bench, session: Session) -> Check:
    said = str(marks.folders(bench.socket, session.id)[-1])
    if said == str(bench.context.root):
        return Check("folder", "the shell stays where it is started")
    return Check("folder", f"the shell goes to {said}", "no cd in the shell's start file inside tmux")


def _hooks(bench: Bench) -> Check:
    for name, mark in HOOKS.items():
        server.attempt(bench.socket, "set-hook", "-g", f"{name}[8417]", f"set-option -g {mark} 1")
    server.attempt(bench.socket, "new-session", "-d", "-s", "par-hook", "exec sleep 60")
    server.attempt(bench.socket, "kill-session", "-t", "=par-hook:")
    asked = ("display-message", "-p", " ".join(f"#{{{mark}}}" for mark in HOOKS.values()))
    if _soon(lambda: server.attempt(bench.socket, *asked).stdout.strip() == "1 1", SECONDS):
        return Check("hooks", f"{' and '.join(HOOKS)} run")
    return Check("hooks", f"{' or '.join(HOOKS)} does not run", "no hook of that name at place 8417")

"""One tmux server, named by its socket: running commands on it and starting it."""

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

from par import names
from par.errors import CommandError, NotFoundError

# How tmux says that nobody listens on the socket (client.c)
ABSENT = ("no server running on", "error connecting to", "server exited", "lost server")
BOOT_SECONDS = 20
# What tmux reads as more than a character inside double quotes, or at the end of a line
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "$": r"\$", "\n": r"\n", "\r": r"\r"})


class AbsentError(CommandError):
    """No server runs on the socket: it may be there all the same, as a killed one left it."""


class Outcome(NamedTuple):
    """What a tmux command left: its exit status and its two streams as text."""

    status: int
    stdout: str
    stderr: str

    @property
    def is_absent(self) -> bool:
        """Whether it failed because no server runs on the socket."""
        return self.status != 0 and self.stderr.startswith(ABSENT) and "Permission" not in self.stderr


def environment() -> dict[str, str]:
    """The environment for tmux, and so for a server that it starts: nothing of par or git."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PAR_", "LIBTMUX_"))}


def attempt(socket: Path, *arguments: str, text: str | None = None, folder: Path | None = None) -> Outcome:
    """Run a chain of tmux commands on the server at `socket`.

    `text` goes to its standard input; a session that is made begins in `folder`.
    """
    with begun(socket, *arguments, text=text, folder=folder) as left:
        return left()


@contextmanager
def begun(
    socket: Path, *arguments: str, text: str | None = None, folder: Path | None = None
) -> Iterator[Callable[[], Outcome]]:
    """As `attempt`, for a body that has something else to do meanwhile: it calls for what tmux left."""
    try:
        tmux = subprocess.Popen(
            argv(socket, *arguments),
            cwd=folder or home(),
            env=environment(),
            stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except FileNotFoundError:
        yield _missing
        return
    with tmux:
        try:
            yield lambda: _outcome(tmux, text)
        finally:
            if tmux.returncode is None:  # nobody wants to know
                tmux.kill()


def _missing() -> NoReturn:
    raise NotFoundError("tmux is not on PATH", hint="install tmux 3.2 or newer")


def _outcome(tmux: subprocess.Popen[str], text: str | None) -> Outcome:
    stdout, stderr = tmux.communicate(text)
    return Outcome(tmux.returncode, stdout, stderr)


def run(socket: Path, *arguments: str, text: str | None = None, folder: Path | None = None) -> str:
    """Run a chain of tmux commands; its standard output. Raises CommandError with tmux's own words."""
    return _said(arguments[0], attempt(socket, *arguments, text=text, folder=folder))


def run_script(socket: Path, commands: Sequence[Sequence[str]], folder: Path | None = None) -> str:
    """As `run`, for commands of any length and number: each argument is taken as it is.

    The first that fails is the last. The server has to be there.
    """
    return _said(
        commands[0][0], attempt(socket, "source-file", "-", text=f"{script(commands)}\n", folder=folder)
    )


def script(commands: Sequence[Sequence[str]]) -> str:
    """Commands as one line for tmux's own parser: the first that fails is the last of the line."""
    return " ; ".join(" ".join(map(quoted, command)) for command in commands)


def attempt_each(socket: Path, lines: Iterable[str]) -> Outcome:
    """Run commands that are lines for tmux's own parser: one that fails stops no other."""
    return attempt(socket, "source-file", "-", text="\n".join([*lines, ""]))


def _said(command: str, outcome: Outcome) -> str:
    if outcome.status:
        said = names.lines(outcome.stderr.strip()) or [f"exit status {outcome.status}"]
        failed = AbsentError if outcome.is_absent else CommandError
        raise failed(f"tmux {command}: {said[0]}")
    return outcome.stdout


def mark() -> str:
    """A line to be printed between two answers: what is shown may hold all but what nobody can know."""
    return f"par-{os.urandom(8).hex()}"


def line(value: str) -> str:
    """`value` on one line and without tabs, which are between the fields of what tmux lists."""
    return value.translate({9: " ", 10: " "})


def ended(value: str) -> str:
    """`value` as an argument of a chain that does not end its command."""
    return value[:-1] + "\\;" if value.endswith(";") else value


def quoted(argument: str) -> str:
    """`argument` for tmux's own parser, which takes it as it is."""
    return f'"{argument.translate(ESCAPES)}"'


def argv(socket: Path, *arguments: str) -> list[str]:
    """The command line for tmux; `-u` because it would replace what is not ASCII under LC_ALL=C."""
    return ["tmux", "-u", "-S", str(socket), *arguments]


def home() -> Path:
    """A folder that stays: a server keeps the folder it was started in."""
    folder = Path.home()
    return folder if folder.is_dir() else Path("/")


def stays(target: str) -> tuple[str, ...]:
    """The command that lets a session live that nobody looks at, under `destroy-unattached` too.

    It belongs in the chain that makes the session: that would be gone by the next call.
    """
    return ("set-option", "-t", target, "destroy-unattached", "off")


def start_script(socket: Path, commands: Sequence[Sequence[str]], folder: Path) -> str:
    """As `run_script` where a session is made, and so a server where none runs on `socket`.

    One that has to be started gets a short-lived session first, so that the server begins in the
    home folder and not in a worktree that will be removed under it.
    """
    try:
        return run_script(socket, commands, folder)
    except AbsentError:
        socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        boot = f"par-boot-{os.getpid()}"
        made = ("new-session", "-d", "-s", boot, f"exec sleep {BOOT_SECONDS}")
        run(socket, *made, ";", *stays(f"={boot}:"))
        try:
            return run_script(socket, commands, folder)
        finally:
            attempt(socket, "kill-session", "-t", f"={boot}:")

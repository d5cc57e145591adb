"""The program that a context begins with: typed into its first pane once its commands went well.

How it stands is a word in a file, which `tmux/program.sh` writes: it outlives the tmux server, and so tells
what ran when that was lost. What ended while the server lived on, with its session or in it, has ended.
"""

import os
import shlex
from enum import Enum
from pathlib import Path, PurePath
from typing import BinaryIO, NamedTuple

from par.config import settings
from par.errors import ConfigError, NotFoundError, ParError, StateError, UsageError
from par.model import Context
from par.names import visible
from par.setup import jobs
from par.setup.jobs import Init
from par.state import index, paths
from par.system import narration
from par.tmux import agents, first_program

LINE, STAGE = jobs.OF_PROGRAM
# Linux takes 128 KiB for one argument, which is in the environment of the pane too (execve(2))
MOST_BYTES = 120_000
MOST_LINE_BYTES = 3_000  # a terminal that does not edit takes 4,096 for a line


class Program(NamedTuple):
    """A command line for the user's shell, and what is its last argument besides, or None."""

    command: str
    prompt: str | None = None


class Stage(Enum):
    """How the program of a context stands.

    One that is lost ran when the tmux server went; for one that is busy no shell was at a prompt.
    """

    WAITING = "waiting"
    RUNNING = "running"
    LOST = "lost"
    ENDED = "ended"
    BUSY = "busy"


def check(program: Program) -> None:
    """Raise UsageError where it cannot be typed, or handed over."""
    command, prompt = program
    if not command.strip():
        raise UsageError("the command is empty", hint="par start LABEL --run claude")
    if not command.isprintable() or len(command.encode(errors="replace")) > MOST_LINE_BYTES:
        message = f"the command is not one plain line: {visible(command)[:100]}"
        raise UsageError(message, hint="put it into a script, and run that")
    if prompt is not None and len(prompt.encode(errors="replace")) > MOST_BYTES:
        message = f"the prompt has more than {MOST_BYTES} bytes, the most for an argument"
        raise UsageError(message, hint="--prompt 'read task.md', and the rest in that file")
    if prompt is not None and (not prompt or "\0" in prompt or not _is_text(prompt)):
        raise UsageError("the prompt is empty, or no text", hint="--prompt TEXT|-|@FILE")


def _is_text(prompt: str) -> bool:
    try:
        return bool(prompt.encode())
    except UnicodeEncodeError:
        return False


def usual() -> str:
    """The command line of the user's usual agent. Raises ConfigError where the settings name none."""
    if command := settings.load().agent:
        return command
    message = f"the setting agent is missing in '{visible(str(paths.config()))}'"
    raise ConfigError(message, hint="write agent: claude there")


def prompt(typed: str) -> str:
    """The prompt that `typed` stands for: the content of the file where it is @FILE. Raises NotFoundError."""
    if not typed.startswith("@"):
        return typed
    return _decoded(content(typed[1:], MOST_BYTES + 1))


def content(name: str, most: int) -> bytes:
    """The first bytes, `most` of them at most, of the file with a prompt. Raises NotFoundError."""
    path = Path(os.path.expanduser(name))  # noqa: PTH111 - Path's own fails where there is no such user
    try:
        with path.open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "this is no path"
        message = f"the prompt cannot be read: '{visible(str(path))}': {reason}"
        raise NotFoundError(message, hint="--prompt TEXT, or - for standard input") from error


def text(source: BinaryIO) -> str:
    """What can be read of a prompt: of one without an end no more than `check` needs to refuse it."""
    return _decoded(source.read(MOST_BYTES + 1))


def _decoded(said: bytes) -> str:
    return said.decode("utf-8", "surrogateescape")


def name(command: str) -> str:
    """What the program of a command line is called: the last part of its first word that sets no variable."""
    try:
        words = shlex.split(command)
    except ValueError:  # in the syntax of another shell than sh
        words = command.split()
    first = next((each for each in words if "=" not in each), words[0] if words else "")
    return PurePath(first).name


def stage(context: Context) -> Stage | None:
    """How the program of `context` stands; None where it has none."""
    return _written(paths.init(context.root)) if context.command else None


def _written(folder: Path) -> Stage:
    try:
        word, *noted = (folder / STAGE).read_text().split()
        is_lost = word == Stage.RUNNING.value and not any(agents.is_alive(int(pid)) for pid in noted[:1])
        return Stage.LOST if is_lost else Stage(word)
    except (OSError, ValueError):
        return Stage.WAITING


def begin(context: Context, session_id: str, init: Init | None) -> None:
    """Keep what is to be typed; start it where `init` says that there is nothing to wait for.

    Raises CommandError or StateError.
    """
    if context.command:
        folder = paths.init(context.root)
        _keep(folder, Program(context.command, context.prompt))
        if init in {None, Init.OK}:
            go_on(folder, context.socket, session_id)


def go_on(folder: Path, socket: Path, session_id: str) -> None:
    """Start what is kept in `folder`, if anything is, unless it was started before. Raises CommandError."""
    if (folder / LINE).exists() and _written(folder) not in {Stage.RUNNING, Stage.ENDED}:
        first_program.start(socket, session_id, folder)


def resume(context: Context, session_id: str) -> str:
    """Start the program again that was lost with the server, in the way that the setting `resume` knows.

    The command line that was started, or ''. Nothing there stops the session, which was made since: what is
    wrong is reported.
    """
    folder = paths.init(context.root)
    # What watches it may need a moment to see that the session is gone
    if stage(context) not in {Stage.RUNNING, Stage.LOST}:
        return ""
    try:
        if _server(folder) == first_program.running_server(context.socket):
            end(folder)
            return ""
        way = dict(settings.load().resume).get(name(context.command))
        program = Program(way) if way else Program(context.command, context.prompt)
        _keep(folder, program)
        first_program.start(context.socket, session_id, folder)
    except (ParError, OSError) as error:
        narration.report(f"'{context.label}' is not resumed: {error}")
        return ""
    return program.command


def _server(folder: Path) -> str | None:
    """The server that what runs was started in, or None where nothing tells."""
    return next(iter((folder / STAGE).read_text().split()[2:]), None)


def end(folder: Path, is_sure: bool = True) -> None:
    """Note that what ran has ended with its session; where that `is_sure` not, only what is lost.

    Raises OSError.
    """
    if _written(folder) in ({Stage.RUNNING, Stage.LOST} if is_sure else {Stage.LOST}):
        index.write(folder / STAGE, b"ended\n", is_durable=False)


def _keep(folder: Path, program: Program) -> None:
    jobs.prepare(folder, empties=False)
    said = f"{program.command}\n{'' if program.prompt is None else 'prompt'}\n"
    try:
        index.write(folder / LINE, said.encode(), is_durable=False)
    except OSError as error:
        raise StateError(f"{folder / LINE} cannot be written: {error.strerror}") from error

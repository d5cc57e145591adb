"""`par code` and `par cursor`: a context, opened in an editor."""

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from par.commands import path
from par.contexts import selection
from par.errors import CommandError, NotFoundError, UsageError
from par.model import Kind
from par.names import visible
from par.state import index

CODE = "code"


class Request(NamedTuple):
    """The context to open, and the program to open it in, unless `editor` is another command line."""

    label: str
    program: str
    socket: Path
    editor: str | None = None


def run(request: Request) -> None:
    """Start the editor on the context's folder, or a workspace's file. Raises what keeps it from starting."""
    editor = _usual(request.program) if request.editor is None else request.editor
    try:
        command = shlex.split(editor)
    except ValueError as error:
        raise UsageError(f"the editor '{visible(editor)}' cannot be read: {error}") from error
    target = _target(request)
    if not command or not shutil.which(command[0]):
        message = f"the editor '{visible(editor)}' is not on PATH"
        raise NotFoundError(message, hint=f"par code {request.label} --editor COMMAND")
    status = subprocess.run([*command, str(target)], check=False).returncode
    if status:
        message = f"{visible(command[0])} exited with status {status}"
        raise CommandError(message, hint=f"par code {request.label} --editor COMMAND")


def _usual(program: str) -> str:
    """The editor of the user's settings in the place of VS Code; who names another one means that one."""
    if program != CODE:
        return program
    from par.config import settings  # noqa: PLC0415 - `par open` and `par send` share what declares this

    return settings.load().editor or program


def _target(request: Request) -> Path:
    folder = path.folder(request.label, request.socket)
    context, worktree = selection.target(index.load(request.socket), request.label)
    if worktree or context.kind is not Kind.WORKSPACE:
        return folder
    from par.setup import workspace_file  # noqa: PLC0415 - as above

    if not workspace_file.path(context).exists():
        workspace_file.write(context)
    return workspace_file.path(context)

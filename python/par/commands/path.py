"""`par path`, `par code`, `par cursor`: the folder of a context, printed or opened in an editor."""

import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from par import index
from par.errors import CommandError, NotFoundError, UsageError
from par.model import Context


@dataclass(frozen=True, slots=True)
class Request:
    """An editor, as a command line, and the context to open in it."""

    label: str
    editor: str
    socket: Path


def folder(label: str, socket: Path) -> Path:
    """The folder of the context called `label`. Raises NotFoundError where it is gone."""
    return _checked(index.load(socket).find(label))


def edit(request: Request) -> None:
    """Start the editor on the context's folder. Raises what keeps it from starting."""
    try:
        command = shlex.split(request.editor)
    except ValueError as error:
        raise UsageError(f"the editor '{request.editor}' cannot be read: {error}") from error
    target = folder(request.label, request.socket)
    if not command or not shutil.which(command[0]):
        told = f"the editor '{request.editor}' is not on PATH"
        raise NotFoundError(told, hint=f"par code {request.label} --editor COMMAND")
    status = subprocess.run([*command, str(target)], check=False).returncode
    if status:
        raise CommandError(f"{command[0]} exited with status {status}")


def _checked(context: Context) -> Path:
    if not context.root.is_dir():
        told = f"the worktree of '{context.label}' is gone: '{context.root}'"
        raise NotFoundError(told, hint=f"par rm {context.label}")
    return context.root

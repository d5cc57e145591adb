"""`par code` and `par cursor`: the folder of a context, opened in an editor."""

import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from par.commands import path
from par.errors import CommandError, NotFoundError, UsageError


@dataclass(frozen=True, slots=True)
class Request:
    """An editor, as a command line, and the context to open in it."""

    label: str
    editor: str
    socket: Path


def run(request: Request) -> None:
    """Start the editor on the context's folder. Raises what keeps it from starting."""
    try:
        command = shlex.split(request.editor)
    except ValueError as error:
        raise UsageError(f"the editor '{request.editor}' cannot be read: {error}") from error
    target = path.folder(request.label, request.socket)
    if not command or not shutil.which(command[0]):
        told = f"the editor '{request.editor}' is not on PATH"
        raise NotFoundError(told, hint=f"par code {request.label} --editor COMMAND")
    status = subprocess.run([*command, str(target)], check=False).returncode
    if status:
        raise CommandError(f"{command[0]} exited with status {status}")

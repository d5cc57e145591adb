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
# Those that know VS Code's --remote
REMOTE = frozenset({CODE, "code-insiders", "codium", "cursor", "positron", "vscodium", "windsurf"})
SSH = "ssh://"


class Request(NamedTuple):
    """The context to open, and the program to open it in, unless `editor` is another command line."""

    label: str
    program: str
    socket: Path
    editor: str | None = None


def run(request: Request) -> None:
    """Start the editor on the context's folder, or a workspace's file. Raises what keeps it from starting."""
    is_remote = ":" in request.label
    editor = _usual(request.program, is_remote) if request.editor is None else request.editor
    try:
        command = shlex.split(editor)
    except ValueError as error:
        raise UsageError(f"the editor '{visible(editor)}' cannot be read: {error}") from error
    target = _on_host(request.label) if is_remote else [str(_target(request))]
    if not command or not shutil.which(command[0]):
        message = f"the editor '{visible(editor)}' is not on PATH"
        raise NotFoundError(message, hint=f"par code {request.label} --editor COMMAND")
    status = subprocess.run([*command, *target], check=False).returncode
    if status:
        message = f"{visible(command[0])} exited with status {status}"
        raise CommandError(message, hint=f"par code {request.label} --editor COMMAND")


def _usual(program: str, is_remote: bool) -> str:
    """The editor of the user's settings in the place of VS Code; who names another one means that one.

    On another machine only the kind of VS Code can open something.
    """
    if program != CODE:
        return program
    from par.config import settings  # noqa: PLC0415 - `par open` and `par send` share what declares this

    usual = settings.load().editor or program
    return usual if not is_remote or Path(usual.split(" ")[0]).name in REMOTE else program


def _target(request: Request) -> Path:
    folder = path.folder(request.label, request.socket)
    context, worktree = selection.target(index.load(request.socket), request.label)
    if worktree or context.kind is not Kind.WORKSPACE:
        return folder
    from par.setup import workspace_file  # noqa: PLC0415 - as above

    if not workspace_file.path(context).exists():
        workspace_file.write(context)
    return workspace_file.path(context)


def _on_host(name: str) -> list[str]:
    """What VS Code opens by its own ssh: the folder of HOST:LABEL, or the file of a workspace."""
    from par.commands import on_host  # noqa: PLC0415 - only who has hosts needs it

    found = on_host.find(name)
    if not found.worktrees:
        raise NotFoundError(f"'{found.label}' has no worktree", hint=f"par ls --host {found.host.name}")
    path = (found.one or found.worktrees[0]).path
    if found.is_workspace and not found.one:
        path = path.parent / f"{found.label.partition(':')[2].rpartition('/')[2]}.code-workspace"
    destination = found.host.destination.removeprefix(SSH).rstrip("/")
    return ["--remote", f"ssh-remote+{destination}", str(path)]

"""`par path`: where a context is."""

from pathlib import Path

from par import index
from par.errors import NotFoundError


def folder(label: str, socket: Path) -> Path:
    """The folder of the context called `label`. Raises NotFoundError where it is gone."""
    context = index.load(socket).find(label)
    if not context.root.is_dir():
        told = f"the worktree of '{context.label}' is gone: '{context.root}'"
        raise NotFoundError(told, hint=f"par rm {context.label}")
    return context.root

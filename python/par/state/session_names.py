"""What the session of a context is called."""

from collections.abc import Container
from pathlib import Path

from par import names
from par.state import paths


def session_name(label: str, taken: Container[str], home: Path, workspace: Path | None = None) -> str:
    """A name that is not in `taken` for the context `label` of the repository at `home`.

    That of a workspace is told from others by the folder around its root `workspace`.
    """
    digits = paths.workspaces_of(workspace).name if workspace else names.digest(home)
    return names.session(label, digits, taken)

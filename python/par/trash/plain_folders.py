"""Moving a folder in and out of the trash of which no repository knows: only its place is written down."""

from pathlib import Path

from par.git import moving, nested
from par.state import paths


def put_in(folder: Path, trashed: Path, reason: str) -> None:
    """Move the folder into `trashed`, and let git know what is nested in it. May be called again."""
    if not trashed.exists():
        nested.lock(folder, reason)
        moving.move(folder, trashed)
    nested.follow([folder], trashed, reason)
    paths.prune_parents(folder)


def put_back(trashed: Path, was: Path, folder: Path) -> None:
    """Move what is in the trash to `folder`; `was` is where it was before it was removed."""
    if trashed.exists():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        moving.move(trashed, folder)
        nested.follow([trashed, was], folder)

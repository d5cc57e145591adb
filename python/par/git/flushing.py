"""Waiting until the disk has what git wrote: git itself waits for few things, and an older one for none."""

from collections.abc import Iterable
from pathlib import Path

from par.system import durable

# By default git waits for no ref and no loose object (git-config(1)); before 2.36 it knows none of this
FLUSHED = ("-c", "core.fsync=objects,reference")


def refs(common_dir: Path, names: Iterable[str]) -> None:
    """Wait for the refs with these full names, and for the folders on the way to them. Raises OSError."""
    found = [each for each in (common_dir / name for name in names) if each.is_file()]
    folders = {above for each in found for above in each.parents if common_dir in above.parents}
    tables = common_dir / "reftable"
    if tables.is_dir():
        found += [each for each in tables.iterdir() if each.is_file()]
        folders.add(tables)
    # From below: a folder is on disk when the one that names it is
    for each in (*found, *sorted(folders, key=lambda folder: len(folder.parts), reverse=True)):
        durable.sync(each)


def head(admin: Path) -> None:
    """Wait for the HEAD of a worktree that its repository keeps the folder `admin` for. Raises OSError."""
    durable.sync(admin / "HEAD")
    durable.sync(admin)

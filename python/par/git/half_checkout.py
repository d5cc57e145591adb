"""Files that a git wrote which was killed before it wrote its index: they become what the index says."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from par.git import process
from par.git.branch_moves import Move, changed


def settle(move: Move) -> None:
    """Let each file that the move changes be as the index has it, where it is as in one of the two commits.

    So is one that is written in part.

    Whatever else lies there is somebody's work, and stays. Raises CommandError.
    """
    folder = move.holder
    if folder is None or not folder.is_dir():
        return
    process.attempt(folder, "update-index", "-q", "--refresh")
    names = {name for name, _ in changed(move)}
    odd = names & {*_names(folder, "diff-files", "--name-only", "-z")}
    new = {name for name in names - {*_names(folder, "ls-files", "-z")} if os.path.lexists(folder / name)}
    if odd | new:
        oids = (move.was, move.now)
        ours = {each for oid in oids for each in _alike(folder, oid, odd | new)}
        ours |= {each for oid in oids for each in (odd | new) - ours if _is_begun(folder, oid, each)}
        back = [name for name in odd if name in ours or not os.path.lexists(folder / name)]
        process.run(folder, "checkout-index", "-f", "-u", "-z", "--stdin", text="\0".join(back))
        for name in new & ours:
            _delete(folder, name)


def _names(folder: Path, *asked: str, index: Path | None = None) -> Iterable[str]:
    return filter(None, process.attempt(folder, *asked, index=index).stdout.split("\0"))


def _alike(folder: Path, oid: str, names: set[str]) -> set[str]:
    """Those of `names` that are as the commit `oid` has them, filters and line ends considered."""
    with tempfile.TemporaryDirectory(prefix="par-index-") as scratch:
        index = Path(scratch, "index")
        process.attempt(folder, "read-tree", oid, index=index)
        process.attempt(folder, "update-index", "-q", "--refresh", index=index)
        there = {*_names(folder, "ls-files", "-z", index=index)}
        return (names & there) - {*_names(folder, "diff-files", "--name-only", "-z", index=index)}


def _is_begun(folder: Path, oid: str, name: str) -> bool:
    """Whether the file is the beginning of what the commit `oid` has there."""
    place = folder / name
    if place.is_symlink() or not place.is_file():
        return False
    outcome = process.attempt(folder, "cat-file", "--filters", f"{oid}:{name}")
    whole = outcome.stdout.encode("utf-8", "surrogateescape")
    return outcome.status == 0 and whole.startswith(place.read_bytes())


def _delete(folder: Path, name: str) -> None:
    place = folder / name
    place.unlink()
    for above in place.parents:
        if above == folder or any(above.iterdir()):
            return
        above.rmdir()

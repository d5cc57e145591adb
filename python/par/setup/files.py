"""Bringing files that git does not track from a repository into a new worktree."""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from par.config.recipe import Recipe
from par.errors import StateError
from par.git import untracked
from par.model import Repository, Worktree
from par.names import quoted, visible
from par.setup.tree_copy import TreeCopy
from par.state import paths
from par.system.narration import report

SHOWN = 3
PAUSE_SECONDS = 1.0
NESTED = "a repository of its own"


def copy_and_link(worktree: Worktree, recipe: Recipe) -> None:
    """Copy what `recipe` includes from the repository's main worktree, and link what it symlinks.

    Of a bare repository they come from what stands for that, and it is reported. Nothing outside of the
    two folders is read or written, and nothing that is there is replaced. A pattern that matches nothing is
    reported: no error. Raises StateError where a file cannot be written.
    """
    home = worktree.repository
    links = _named(home, "symlink", recipe.symlink)
    copies = _named(home, "include", recipe.include)
    for folder in dict.fromkeys([*links, *copies]):
        if home.is_bare:
            report(f"note: files of {visible(home.name)} come from '{visible(str(folder))}'")
        below = {each.rstrip("/") for each in links.get(folder, ())}
        # In one order: the files of a folder then come in a row
        wanted = [each for each in sorted(copies.get(folder, ())) if not _is_below(each, below)]
        _bring(worktree, folder, sorted(below), wanted)


def _bring(worktree: Worktree, folder: Path, links: Sequence[str], copies: Sequence[str]) -> None:
    home = worktree.repository
    try:
        tree_copy = TreeCopy(folder, worktree.path)
    except OSError as error:
        raise StateError(f"'{worktree.folder}' cannot be filled: {error.strerror or error}") from error
    with tree_copy:
        progress = _Progress(len(copies))
        not_linked = _put(links, partial(_link, tree_copy, folder), home, folder)
        not_copied = _put(copies, partial(_copy, tree_copy, progress), home, folder)
    _report(home, "linked", not_linked)
    _report(home, "copied", not_copied)


def _named(home: Repository, key: str, patterns: Iterable[str]) -> dict[Path, set[str]]:
    """The files that the patterns match, by the folder they lie in."""
    found: dict[Path, set[str]] = {}
    for pattern in patterns:
        matching = untracked.matching(home, pattern, by_folder=key == "symlink")
        if not matching.paths:
            report(f"note: no untracked file of {visible(home.name)} matches {key} '{visible(pattern)}'")
        wanted = {each for each in matching.paths if not _is_pars(matching.folder / each)}
        if wanted:
            found.setdefault(matching.folder, set()).update(wanted)
    return found


def _is_pars(path: Path) -> bool:
    """Whether it is par's data folder, in it or around it: a worktree would be copied into itself."""
    data = paths.data()
    return path == data or data in path.parents or path in data.parents


def _is_below(path: str, folders: set[str]) -> bool:
    return path in folders or any(path[:at] in folders for at, char in enumerate(path) if char == "/")


def _put(
    each: Iterable[str], put: Callable[[str], str], home: Repository, folder: Path
) -> dict[str, list[str]]:
    """Put each file into the worktree; those that could not be put there, by the reason."""
    faults: dict[str, list[str]] = {}
    for path in each:
        try:
            reason = put(path)
        except OSError as error:
            message = (
                f"'{visible(path)}' of {visible(home.name)} cannot be brought: {error.strerror or error}"
            )
            raise StateError(message, hint=f"ls -ld {quoted(folder / path)}") from error
        if reason:
            faults.setdefault(reason, []).append(path)
    return faults


def _link(tree_copy: TreeCopy, folder: Path, path: str) -> str:
    return tree_copy.link(path, f"{folder}/{path}")


def _copy(tree_copy: TreeCopy, progress: "_Progress", path: str) -> str:
    progress.count += 1
    progress.tick()
    return NESTED if path.endswith("/") else tree_copy.copy(path, progress.tick)


def _report(home: Repository, done: str, faults: dict[str, list[str]]) -> None:
    for reason, found in faults.items():
        shown = ", ".join(visible(each) for each in found[:SHOWN])
        more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
        report(f"note: not {done} from {visible(home.name)}, {reason}: {shown}{more}")


class _Progress:
    """How many files of `total` were begun, reported once a second, the first time after one."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.count = 0
        self._reported = time.monotonic()

    def tick(self) -> None:
        now = time.monotonic()
        if now - self._reported >= PAUSE_SECONDS:
            self._reported = now
            report(f"copying {self.count:,} of {self.total:,} files")

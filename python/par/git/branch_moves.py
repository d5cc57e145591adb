"""A branch that goes to another commit, and the checkout that has it: both, or neither.

`git merge` and `git reset` obey settings that stash, squash or unstage; `git read-tree` with two trees does
not: what is staged or changed in other files stays as it is, and done once more it changes nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from par.errors import CommandError, ConflictError
from par.git import edits, flushing, process, repository
from par.git.process import Outcome
from par.model import Repository
from par.names import visible
from par.state.locks import Operation
from par.system import files

SETTLED = ("-c", "submodule.recurse=false")


class Move(NamedTuple):
    """A branch of `home` that goes from the commit `was` to `now`; `holder`, if any, has it checked out."""

    home: Repository
    branch: str
    was: str
    now: str
    holder: Path | None = None

    @property
    def back(self) -> "Move":
        """The same the other way."""
        return self._replace(was=self.now, now=self.was)

    @property
    def tip(self) -> str | None:
        """Where the branch is; None where it is not there, or its repository is gone."""
        is_there = self.home.common_dir.is_dir()
        return repository.branch_oid(self.home, self.branch) if is_there else None


def in_the_way(move: Move) -> list[str]:
    """The files in the holder that the move would write over: changed there, or not tracked, also ignored."""
    if move.holder is None:
        return []
    touched = dict(changed(move))
    dirty = _staged(move.holder).union(edits.uncommitted(move.holder, None))
    gone = {name for name, status in touched.items() if status == "D"}
    new = (name for name, status in touched.items() if status == "A" or _is_folder(move.holder, name, status))
    lying = {found for name in new if (found := _lying(move.holder, name, gone))}
    return sorted(lying | (dirty & touched.keys()))


def is_astray(move: Move) -> bool:
    """Whether the index of the holder has another state of the files that the move changes than its HEAD."""
    return move.holder is not None and not _staged(move.holder).isdisjoint(dict(changed(move)))


def _staged(holder: Path) -> set[str]:
    asked = ("diff", "--cached", "--name-only", "--no-renames", "-z")
    return {each for each in process.run(holder, *asked).split("\0") if each}


def _is_folder(holder: Path, name: str, status: str) -> bool:
    """Whether a repository may lie where a file comes: git deletes all of that, with its commits."""
    return status == "T" and (holder / name).is_dir() and not (holder / name).is_symlink()


def changed(move: Move) -> Iterator[tuple[str, str]]:
    """The files that the move changes, and how: A, D, M or T.

    A submodule that it leaves in place is none of them: git does not touch its files.
    """
    asked = ("diff-tree", "-r", "-z", "--no-renames", "--raw", move.was, move.now)
    fields = iter(process.run(move.home, *asked).split("\0"))
    for about in filter(None, fields):
        name, (old, new, *_, status) = next(fields), about.removeprefix(":").split(" ")
        if not old == new == repository.SUBMODULE:
            yield name, status


def _lying(folder: Path, name: str, gone: set[str]) -> str:
    """What lies where the new file `name` comes, and does not go with the move; '' for nothing."""
    for above in [*reversed(PurePosixPath(name).parents)][1:]:
        place = folder / above
        is_other = os.path.lexists(place / ".git")  # a repository or a worktree of its own
        if is_other or ((place.is_symlink() or place.is_file()) and str(above) not in gone):
            return str(above)
    place = folder / name
    if place.is_dir() and not place.is_symlink():
        inside = (each.relative_to(folder).as_posix() for each in files.below(place))
        return name if any(each not in gone for each in inside) else ""
    # Where case does not count, the file itself may lie there under its old name
    is_there = os.path.lexists(place)
    return name if is_there and name.casefold() not in {each.casefold() for each in gone} else ""


def make(move: Move, operation: Operation, reason: str) -> None:
    """Move the branch and its checkout. The caller holds the repository's lock.

    Raises CommandError or ConflictError, and then the branch has not moved.
    """
    if move.tip != move.was:
        message = f"'{visible(move.branch)}' in {visible(move.home.name)} has moved meanwhile"
        raise ConflictError(message, hint="try again")
    if lying := in_the_way(move):
        message = f"changes in the way at '{visible(str(move.holder))}': {visible(', '.join(lying))}"
        raise ConflictError(message, hint="commit them, or move them away: git status --ignored")
    check_out(move, operation)
    try:
        _update(move, operation, reason)
    except BaseException:
        check_out(move.back, operation)
        raise


def _update(move: Move, operation: Operation, reason: str) -> None:
    ref = f"refs/heads/{move.branch}"
    words = ("update-ref", "--create-reflog", "-m", f"par: {reason}", ref, move.now, move.was)
    # In the checkout: the reflog of its HEAD tells of it too
    outcome = _run(move, operation, *flushing.FLUSHED, *words)
    if outcome.status:
        raise CommandError(f"git update-ref: {outcome.reason}", hint=outcome.hint)
    flushing.refs(move.home.common_dir, [ref])


def _run(move: Move, operation: Operation, *words: str) -> Outcome:
    """What git left, in the checkout if there is one; the lock of the operation is held while it runs."""
    place = Repository(move.holder, move.home.common_dir) if move.holder else move.home
    return process.run_shown(place, (*process.NO_HOOKS, *process.FOUND_BY_NAME, *words), operation.descriptor)


def check_out(move: Move, operation: Operation) -> None:
    """Bring the files of the holder, if there is one, from one commit to the other; also where it was done.

    Raises CommandError; where a filter failed halfway `half_checkout` has to put files back.
    """
    if move.holder is None:
        return
    # Else git takes a file that was only touched for changed
    process.attempt(move.holder, "update-index", "-q", "--refresh")
    outcome = _run(move, operation, *SETTLED, "read-tree", "-v", "-m", "-u", move.was, move.now)
    if outcome.status:
        raise CommandError(f"git read-tree: {outcome.reason}", hint=outcome.hint)

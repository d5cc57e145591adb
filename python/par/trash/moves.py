"""The branches that par moved, so that an undo takes them back: written down before the first one moves.

What is not finished lies in a folder of its own, and the next par takes it back.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from par.errors import ConflictError, ParError
from par.git import branch_moves, half_checkout, stale_locks
from par.model import Context, Worktree
from par.names import visible
from par.state import index, locks, paths
from par.state.locks import Operation
from par.system import narration, signals
from par.trash import entries
from par.trash.move_records import Moves, Rebased, document, read

# Of those that left their context where it was
MOST_KEPT = 50


def _pending(name: str) -> Path:
    return paths.moving() / f"{name}.json"


def _done(name: str) -> Path:
    return paths.moves() / f"{name}.json"


def begin(moves: Moves) -> None:
    """Write down what is about to move, or to go back. Raises OSError."""
    with locks.index():
        paths.moving().mkdir(mode=0o700, exist_ok=True)
        index.write(_pending(moves.id), json.dumps(document(moves)).encode())
        _done(moves.id).unlink(missing_ok=True)


@contextmanager
def begun(moves: Moves, operation: Operation) -> Iterator[None]:
    """Move branches in the body, which ends with `finish`; where it fails nothing has moved."""
    sweep()
    begin(moves)
    try:
        yield
    except BaseException:
        # Where this fails too the next par does it; what failed first is raised
        with signals.ignored(), suppress(ParError, OSError):
            go_back(moves, operation)
        raise


def make(moves: Moves, operation: Operation) -> None:
    """Move each branch that has not moved yet. Raises ParError, and then `take_back` is due."""
    for row in moves.rows:
        with locks.repository(row.home.common_dir):
            if row.tip != row.now:
                branch_moves.make(row, operation, f"{moves.verb} of {moves.label}")
    _note_bases(moves.bases)


def finish(moves: Moves) -> None:
    """Write down that all has moved. Raises OSError."""
    with locks.index():
        paths.moves().mkdir(mode=0o700, exist_ok=True)
        index.write(_done(moves.id), json.dumps(document(moves)).encode())
        _drop_pending(moves.id)


def take_back(moves: Moves, operation: Operation) -> None:
    """Take each branch back that is where it was moved to. Raises ParError."""
    for row in reversed(moves.rows):
        with locks.repository(row.home.common_dir):
            if row.tip == row.now:
                branch_moves.make(row.back, operation, f"undo of {moves.verb} of {moves.label}")
    _note_bases([each.back for each in moves.bases])


def _note_bases(bases: Sequence[Rebased]) -> None:
    """Write in the records of worktrees what their base is now."""
    if not bases:
        return
    with locks.index():
        found = index.load(Path())  # one of the older par-cli is long since taken over
        for each in bases:
            for context in found.contexts:
                if each.path in {worktree.path for worktree in context.worktrees}:
                    found = found.with_(_based(context, each))
        index.save(found)


def _based(context: Context, now: Rebased) -> Context:
    ref, oid = now.now
    worktrees = (
        each._replace(base=ref, base_oid=oid) if each.path == now.path else each for each in context.worktrees
    )
    return context._replace(worktrees=tuple(worktrees))


def go_on(moves: Moves, operation: Operation) -> None:
    """After a failure on the way back: let all be moved, as it was before. Raises ParError or OSError."""
    _settle(moves, operation)
    make(moves, operation)
    finish(moves)


def go_back(moves: Moves, operation: Operation) -> None:
    """After a failure on the way: let nothing have moved. Raises ParError or OSError."""
    _settle(moves, operation)
    take_back(moves, operation)
    forget(moves)


def _settle(moves: Moves, operation: Operation) -> None:
    """Let each checkout be where its branch is, also where git or par was stopped between the two."""
    begun = operation.begun or moves.at.timestamp()
    for row in moves.rows:
        if row.home.common_dir.is_dir():
            held = Worktree(row.home, str(row.holder or row.home.path), row.branch)
            with locks.repository(row.home.common_dir):
                stale_locks.clear(held, [held.path], begun)
                half_checkout.settle(row)
                if row.tip in {row.was, row.now} and branch_moves.is_astray(row):
                    branch_moves.check_out(row if row.tip == row.now else row.back, operation)


def forget(moves: Moves) -> None:
    """Let go of what was taken back, or of what an undo leaves as it is."""
    with locks.index():
        _done(moves.id).unlink(missing_ok=True)
        _drop_pending(moves.id)


def _drop_pending(name: str) -> None:
    for each in (_pending(name), index.beside(_pending(name))):
        each.unlink(missing_ok=True)
    if paths.moving().is_dir() and not any(paths.moving().iterdir()):
        paths.moving().rmdir()


def load(name: str) -> Moves | None:
    """What the operation `name` moved, if that is written down."""
    return read(_done(name))


def kept() -> list[Moves]:
    """Those that left their context where it was, the latest first."""
    found = [each for path in paths.moves().glob("*.json") if (each := read(path)) and each.is_kept]
    return sorted(found, key=lambda each: each.at, reverse=True)


def sweep() -> None:
    """Delete what nobody will take back any more: its entry in the trash is gone, or many came after it."""
    latest = {each.id for each in kept()[:MOST_KEPT]}
    for path in paths.moves().glob("*.json"):
        if path.stem not in latest and entries.load(path.stem) is None:
            path.unlink(missing_ok=True)


def recover() -> None:
    """Bring to an end what a par that died was moving: back, or on where its context is in the trash."""
    for name in {path.name.partition(".")[0] for path in paths.moving().glob("*")} or {"nothing"}:
        with suppress(ParError, OSError), locks.adopted(name) as operation:
            if operation and (found := read(_pending(name))):
                _recover(found, operation)
            elif operation and not _pending(name).exists():  # nothing had moved yet
                with locks.index():
                    _drop_pending(name)


def _recover(moves: Moves, operation: Operation) -> None:
    entry = None if moves.is_kept else entries.load(moves.id)
    try:
        (go_on if entry and entry.is_whole else go_back)(moves, operation)
    except ParError as error:
        narration.report(f"the {moves.verb} of '{moves.label}' is half done: {visible(error.message)}")
        # Somebody has worked there since; what git could not do the next par tries again
        if isinstance(error, ConflictError):
            forget(moves)

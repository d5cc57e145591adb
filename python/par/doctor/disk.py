"""What lies in par's folder: modes, owners, and what dead processes left."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from shlex import quote

from par.doctor.findings import Fault, Finding
from par.git import deletion
from par.names import visible
from par.state import index, locks, paths
from par.state.index import Index
from par.system import mounts
from par.trash import emptying, move_records


def modes() -> Iterator[Finding]:
    """What in par's folder others may read or change, or the user may not; and what is not the user's."""
    yield from _mode(paths.data(), 0o700, stat.S_ISDIR)
    if _can_enter(paths.data()):
        yield from _mode(paths.locks(), 0o700, stat.S_ISDIR)
        for file in (paths.index(), paths.contexts_tsv(), paths.approvals()):
            yield from _mode(file, 0o600, stat.S_ISREG)
        for folder in _places():
            if folder.exists() and not (_can_enter(folder) and os.access(folder, os.W_OK)):
                yield from _mode(folder, 0o700, stat.S_ISDIR)


def is_open() -> bool:
    """Whether par's own folders can be looked into; one that is not there hides nothing."""
    return all(_can_enter(each) for each in (paths.data(), paths.locks(), *_places()))


def _places() -> list[Path]:
    names = ("worktrees", "review", "workspaces", "trash", "removed", "emptied")
    return [paths.data() / name for name in names]


def _can_enter(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK) or not os.access(folder, os.F_OK)


def _mode(path: Path, wanted: int, is_kind: Callable[[int], bool]) -> Iterator[Finding]:
    # What stands there instead of a file is reported as a damaged index
    if path.is_symlink() or not path.exists() or not is_kind(path.stat().st_mode):
        return
    found = path.stat()
    if found.st_uid != os.getuid():
        message = f"it belongs to another user (uid {found.st_uid})"
        yield Finding(Fault.OWNER, _shown(path), message, hint=f"sudo chown {os.getuid()} {quote(str(path))}")
    elif stat.S_IMODE(found.st_mode) != wanted:
        message = f"its mode is {stat.S_IMODE(found.st_mode):04o}"
        fix = partial(path.chmod, wanted)
        yield Finding(Fault.MODE, _shown(path), message, f"make it {wanted:04o}", fix=fix)


def remains(found: Index) -> Iterator[Finding]:
    """What processes left behind that died or could not delete it."""
    yield from _temporary()
    if ended := locks.ended():
        count = len(ended)
        message = f"{count} lock{' of an operation' if count == 1 else 's of operations'} that ended"
        yield Finding(Fault.REMAINS, _shown(paths.locks()), message, "delete them", fix=locks.sweep)
    emptied = sorted(paths.emptied().iterdir()) if paths.emptied().is_dir() else []
    if any(not locks.is_running(each.name) for each in emptied):
        message = "emptying the trash was interrupted"
        yield Finding(
            Fault.REMAINS, _shown(paths.emptied()), message, "finish it", fix=emptying.finish_emptying
        )
    yield from _moving()
    busy = {context.operation for context in found.contexts if not context.is_ready}
    folder = paths.data() / "removed"
    for discarded in sorted(folder.iterdir()) if folder.is_dir() else ():
        if discarded.name not in busy and not locks.is_running(discarded.name):
            yield _removed_folder(discarded)


def _temporary() -> Iterator[Finding]:
    for path in (paths.index(), paths.contexts_tsv(), paths.approvals(), paths.log()):
        beside = index.beside(path)
        if beside.is_file() and not beside.is_symlink():
            message = "a write of it was interrupted"
            fix = partial(_delete_temporary, beside)
            yield Finding(Fault.REMAINS, _shown(beside), message, "delete the part that was written", fix=fix)


def _moving() -> Iterator[Finding]:
    """Records of branches that were being moved which nobody can read, and so nobody takes back."""
    for path in sorted(paths.moving().glob("*.json")):
        if not locks.is_running(path.stem) and move_records.read(path) is None:
            message = "what a par was moving when it died cannot be read"
            hint = f"compare it with git reflog, then move it away: {quote(str(path))}"
            yield Finding(Fault.REMAINS, _shown(path), message, hint=hint)


def _delete_temporary(path: Path) -> None:
    with locks.index():
        path.unlink(missing_ok=True)


def copies(found: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    """What repairs left that were making a lost worktree again: all in it is in the repository too."""
    for path, operation in found:
        if not locks.is_running(operation) and path.exists():
            fix = partial(deletion.delete_tree, path)
            message = "making a worktree again was interrupted"
            yield Finding(Fault.REMAINS, _shown(path), message, "delete the copy, it was not in use", fix=fix)


def _removed_folder(discarded: Path) -> Finding:
    message = "what a removal took out of its place was not deleted"
    if mounted := mounts.below(discarded):
        message = f"{message}: something is mounted in it"
        return Finding(Fault.REMAINS, _shown(discarded), message, hint=f"umount {quote(str(mounted[-1]))}")
    if any(not each.is_dir() or each.is_symlink() for each in discarded.rglob("*")) or not discarded.is_dir():
        return Finding(Fault.REMAINS, _shown(discarded), message, hint=f"rm -rf {quote(str(discarded))}")
    fix = partial(deletion.delete_tree, discarded)
    return Finding(Fault.REMAINS, _shown(discarded), message, "delete it: it holds no file", fix=fix)


def _shown(path: Path) -> str:
    return visible(str(path))

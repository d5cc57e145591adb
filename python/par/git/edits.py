"""The files of a worktree that no commit has: changed, staged, not tracked, or hidden from `git status`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from par.git import copies, main_worktree, process, unfinished, untracked
from par.model import Repository

STATUS = ("status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignore-submodules=none")


class Flagged(NamedTuple):
    """A tracked file that git was told not to compare, and what is staged for it."""

    name: str
    oid: str


def uncommitted(path: Path, home: Repository | None, included: Sequence[str] = ()) -> list[str]:
    """The files that are changed, staged or not tracked, and an operation that git has not finished.

    Those under skip-worktree and assume-unchanged count as any other. Ignored files are not among them, as
    a build's output can be built again, but for those that the globs `included` name. Nor is what is not
    tracked and only repeats what lies in the same place in the main worktree of `home`, as files that par
    copied and links that it made; without a `home` nothing does.
    """
    fields = iter(process.run(path, *STATUS).split("\0"))
    originals = main_worktree.others(home, path) if home else ()
    files = []
    for field in fields:
        is_new = field.startswith("?? ")
        if field and not (is_new and _is_copy(path, originals, field[3:])):
            files.append(field[3:])
        if field[:1] in {"R", "C"}:
            next(fields)  # where it was renamed from
    files += [each for each in hidden(path) if each not in files]
    copied = untracked.ignored(path, included)
    files += [each for each in copied if not _is_copy(path, originals, each)]
    going_on = unfinished.operation(path)
    return [f"{going_on} in progress", *files] if going_on else files


def _is_copy(path: Path, originals: Iterable[Path], name: str) -> bool:
    return any(copies.is_copy(path / name, folder / name) for folder in originals)


def hidden(path: Path) -> list[str]:
    """The files that `git status` passes over and that are not as they are staged.

    Where one is absent nothing is lost with it: a sparse checkout leaves them so.
    """
    lines = process.run(path, "ls-files", "-v", "--stage", "-z").split("\0")
    flagged = (line for line in lines if line[:1] == "S" or line[:1].islower())
    found = (Flagged(line.partition("\t")[2], line.split(" ", 3)[2]) for line in flagged)
    there = [each for each in found if (path / each.name).is_symlink() or (path / each.name).exists()]
    linked = [each for each in there if (path / each.name).is_symlink()]
    files = [each for each in there if each not in linked and (path / each.name).is_file()]
    changed = [each.name for each in linked if _hashed(path / each.name, each.oid) != each.oid]
    now = _hash(path, (each.name for each in files)) if files else []
    return changed + [each.name for each, oid in zip(files, now, strict=True) if oid != each.oid]


def _hashed(link: Path, like: str) -> str:
    content = bytes(link.readlink())
    import hashlib  # noqa: PLC0415 - loads OpenSSL, and few files are hidden from git

    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


def _hash(path: Path, names: Iterable[str]) -> list[str]:
    """git's ids of these files, by way of the filters that they are committed by."""
    quoted = "".join(f'"{_escaped(name)}"\n' for name in names)
    return process.run(path, "hash-object", "--stdin-paths", text=quoted).split()


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

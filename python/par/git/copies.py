"""Whether what lies in a worktree only repeats what its repository's folder holds."""

import os
import stat
from pathlib import Path

CHUNK = 1 << 20


def is_copy(inner: Path, original: Path) -> bool:
    """Whether nothing is lost with `inner`, a file, link or folder: `original` has it all.

    So it is with one that was cut off while it was copied. What cannot be read counts as no copy.
    """
    try:
        if inner.is_symlink() or not inner.is_dir():
            return _is_held(inner, original)
        return all(_is_held(each, original / each.relative_to(inner)) for each in _files(inner))
    except OSError:
        return False


def _files(folder: Path) -> list[Path]:
    found = []
    for below, folders, names in os.walk(folder, onerror=_raise):
        found += [Path(below, name) for name in names]
        found += [path for path in (Path(below, name) for name in folders) if path.is_symlink()]
    return found


def _raise(error: OSError) -> None:
    raise error


def _is_held(inner: Path, original: Path) -> bool:
    if inner.is_symlink():
        leads = inner.readlink()
        return leads == original or (original.is_symlink() and leads == original.readlink())
    sizes = [each.st_size for each in (inner.lstat(), original.lstat()) if stat.S_ISREG(each.st_mode)]
    return len(sizes) == 2 and sizes[0] <= sizes[1] and _begins_with(original, inner)


def _begins_with(whole: Path, part: Path) -> bool:
    with whole.open("rb") as long, part.open("rb") as short:
        while chunk := short.read(CHUNK):
            if long.read(len(chunk)) != chunk:
                return False
    return True

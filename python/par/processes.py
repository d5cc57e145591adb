"""Which programs run in a folder; only Linux tells (proc(5))."""

import os
from collections.abc import Iterable
from pathlib import Path


def inside(folders: Iterable[Path], ignored: Iterable[int]) -> tuple[str, ...]:
    """The programs whose working folder is in one of `folders`, as 'name (pid)'.

    Not this one, and not those with a pid in `ignored`.
    """
    roots = tuple(f"{folder}/" for folder in folders)
    known = {str(os.getpid()), *map(str, ignored)}
    found = [each for each in Path("/proc").glob("[0-9]*") if each.name not in known]
    return tuple(sorted(f"{_name(each)} ({each.name})" for each in found if _folder(each).startswith(roots)))


def _folder(process: Path) -> str:
    try:
        return os.readlink(process / "cwd") + "/"  # noqa: PTH115 - a Path would drop the last slash again
    except OSError:
        return ""


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "?"

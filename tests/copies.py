"""What the tests begin with, made once by git, tmux and par and then copied from memory: a tenth of the cost.

`test_copies.py` sees that a copy is what they make.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# An entry of git's index: what git compares with `lstat`, mode, owner, size, object, flags (index-format.txt)
ENTRY = struct.Struct(">10I20sH")
PATH_LENGTH = 0xFFF
EXTENDED = 0x4000


class File(NamedTuple):
    """A file of a tree, by its path below it."""

    path: str
    mode: int
    time: int
    content: bytes


class Tree(NamedTuple):
    """All that was in a folder. Neither symbolic links nor sockets."""

    folders: list[tuple[str, int]]
    files: list[File]


def read(folder: Path) -> Tree:
    """What is in `folder` now."""
    tree = Tree([("", _mode(folder))], [])
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_dir():
            tree.folders.append((name, _mode(path)))
        else:
            tree.files.append(File(name, _mode(path), path.stat().st_mtime_ns, path.read_bytes()))
    return tree


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def write(tree: Tree, folder: Path, changes: Mapping[str, str] | None = None) -> None:
    """Write `tree` as `folder`, in which nothing of it is yet.

    In names and in text that names a key of `changes`, each of them becomes what it maps to.
    """
    (_, mode), *below = tree.folders
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode, exist_ok=True)
    changes = changes or {}
    for name, mode in below:
        os.mkdir(f"{folder}/{changed(name, changes)}", mode)  # noqa: PTH102 - a path object costs more
    for name, mode, time, content in tree.files:
        path = f"{folder}/{changed(name, changes)}"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        os.write(file, _changed_bytes(content, changes))
        os.utime(file, ns=(time, time))
        os.close(file)


def changed(name: str, changes: Mapping[str, str]) -> str:
    """`name`, or any text, with each key of `changes` as what it maps to."""
    for old, new in changes.items():
        name = name.replace(old, new)
    return name


def repeated(tree: Tree, name: str, each: Sequence[Mapping[str, str]]) -> Tree:
    """`tree` with what is called `name`, and each line that tells of it, once for each of these changes."""
    made = Tree([], [])
    for path, mode in tree.folders:
        made.folders.extend((changed(path, one), mode) for one in (each if name in path else [{}]))
    for path, mode, time, content in tree.files:
        if name in path:
            made.files.extend(
                File(changed(path, one), mode, time, _changed_bytes(content, one)) for one in each
            )
        else:
            made.files.append(File(path, mode, time, _repeated_lines(content, name.encode(), each)))
    return made


def _repeated_lines(content: bytes, name: bytes, each: Sequence[Mapping[str, str]]) -> bytes:
    """The records of an index end with a comma, the rows of a table do not, and a lock tells of the last."""
    if name not in content:
        return content
    lines = []
    for line in content.split(b"\n"):
        made = [_changed_bytes(line, one) for one in each] if name in line else [line]
        between = b",\n" if line.startswith(b'"') else b"\n"
        lines.append(made[-1] if line.startswith(b"par ") else between.join(made))
    return b"\n".join(lines)


def _changed_bytes(content: bytes, changes: Mapping[str, str]) -> bytes:
    if not any(each.encode() in content for each in changes):
        return content
    for old, new in changes.items():
        content = content.replace(old.encode(), new.encode())
    return content


def refresh(index: Path, root: Path) -> None:
    """Let git's `index` know the files in `root`, which are those in it: `git update-index --refresh`."""
    content = bytearray(index.read_bytes()[:-20])
    signature, version, count = struct.unpack_from(">4sII", content)
    assert (signature, version) == (b"DIRC", 2)
    at = 12
    for _ in range(count):
        *known, oid, flags = ENTRY.unpack_from(content, at)
        assert not flags & EXTENDED
        length = flags & PATH_LENGTH
        name = bytes(content[at + ENTRY.size : at + ENTRY.size + length])
        seen = os.lstat(os.fsencode(root) + b"/" + name)
        times = [part for ns in (seen.st_ctime_ns, seen.st_mtime_ns) for part in divmod(ns, 10**9)]
        numbers = [*times, seen.st_dev, seen.st_ino, known[6], seen.st_uid, seen.st_gid, seen.st_size]
        ENTRY.pack_into(content, at, *(each & 0xFFFFFFFF for each in numbers), oid, flags)
        at += (ENTRY.size + length + 8) // 8 * 8
    index.write_bytes(content + hashlib.sha1(content, usedforsecurity=False).digest())

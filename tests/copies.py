"""What the tests begin with, made once by git, tmux and par and then copied from memory: a tenth of the cost.

`test_copies.py` sees that a copy is what they make.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

# An entry of git's index: what git compares with `lstat`, mode, owner, size, object, flags (index-format.txt)
ENTRY = struct.Struct(">10I20sH")
PATH_LENGTH = 0xFFF
# What tmux reads as more than a character inside double quotes, or at the end of a line
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "$": r"\$", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


class File(NamedTuple):
    """A file of a tree, by its path below it."""

    path: str
    mode: int
    time: int
    content: bytes


class Tree(NamedTuple):
    """All that was in a folder, but for sockets: folders with their modes, files, and what links lead to."""

    folders: list[tuple[str, int]]
    files: list[File]
    links: list[tuple[str, str]]


def read(folder: Path) -> Tree:
    """What is in `folder` now."""
    tree = Tree([("", _mode(folder))], [], [])
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            tree.links.append((name, os.readlink(path)))  # noqa: PTH115 - as text
        elif path.is_dir():
            tree.folders.append((name, _mode(path)))
        elif path.is_file():
            tree.files.append(File(name, _mode(path), path.stat().st_mtime_ns, path.read_bytes()))
    return tree


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def write(tree: Tree, folder: Path, changes: Mapping[str, str] | None = None) -> None:
    """Write `tree` as `folder`, which may be there; what git's indexes know of files is made true.

    In names and in text that names a key of `changes`, each of them becomes what it maps to.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    changes = changes or {}
    for name, mode in tree.folders:
        with suppress(FileExistsError):
            os.mkdir(f"{folder}/{changed(name, changes)}", mode)  # noqa: PTH102 - a path object costs more
    for name, mode, time, content in tree.files:
        path = f"{folder}/{changed(name, changes)}"
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        os.write(file, _changed_bytes(content, changes))
        os.utime(file, ns=(time, time))
        os.close(file)
    for name, target in tree.links:
        Path(folder, changed(name, changes)).symlink_to(changed(target, changes))
    for name, _, time, _ in tree.files:
        if name.endswith("/index") and (index := folder / changed(name, changes)).parent.name != "locks":
            _refresh(index)
            os.utime(index, ns=(time, time))  # git looks into files that were written later


def changed(name: str, changes: Mapping[str, str]) -> str:
    """`name`, or any text, with each key of `changes` as what it maps to."""
    for old, new in changes.items():
        name = name.replace(old, new)
    return name


def repeated(tree: Tree, names: Sequence[str], each: Sequence[Mapping[str, str]]) -> Tree:
    """`tree` with what is called by one of `names` once for each of these changes.

    So is each line that tells of the first of them.
    """
    made = Tree([], [], tree.links)
    for path, mode in tree.folders:
        is_named = any(name in path for name in names)
        made.folders.extend((changed(path, one), mode) for one in (each if is_named else [{}]))
    for path, mode, time, content in tree.files:
        if any(name in path for name in names):
            made.files.extend(
                File(changed(path, one), mode, time, _changed_bytes(content, one)) for one in each
            )
        else:
            made.files.append(File(path, mode, time, _repeated_lines(content, names[0].encode(), each)))
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


def _refresh(index: Path) -> None:
    """Let git's `index` know the files of its worktree that it knew before they were copied.

    Else git would read each of them again, and some of its commands would take them for changed.
    """
    place = index.with_name("gitdir")
    root = os.fsencode(Path(place.read_text().strip()).parent if place.exists() else index.parents[1])
    content = bytearray(index.read_bytes()[:-20])
    signature, version, count = struct.unpack_from(">4sII", content)
    if (signature, version) != (b"DIRC", 2):
        return
    at = 12
    for _ in range(count):
        *known, oid, flags = ENTRY.unpack_from(content, at)
        length = flags & PATH_LENGTH
        path = root + b"/" + bytes(content[at + ENTRY.size : at + ENTRY.size + length])
        if os.path.lexists(path):
            seen = os.lstat(path)
            times = [part for ns in (seen.st_ctime_ns, seen.st_mtime_ns) for part in divmod(ns, 10**9)]
            numbers = [*times, seen.st_dev, seen.st_ino, known[6], seen.st_uid, seen.st_gid, seen.st_size]
            if (times[2:], seen.st_size) == (known[2:4], known[9]):
                ENTRY.pack_into(content, at, *(each & 0xFFFFFFFF for each in numbers), oid, flags)
        at += (ENTRY.size + length + 8) // 8 * 8
    index.write_bytes(content + hashlib.sha1(content, usedforsecurity=False).digest())


# What only asks tmux
READS = ("list-", "show-", "display-", "has-session", "capture-pane", "start-server", "wait-for")
RECORDER = """#!/bin/sh
# Keeps where tmux is called, with which words and with which input
cd {calls}
number=$(printf '%04d' $(($(ls | wc -l) + 1)))
cd "$OLDPWD"
printf '%s\\0' "$PWD" "$@" >{calls}/$number
case " $* " in *" source-file - "*) tee {calls}/$number.input | exec {tmux} "$@" ;; esac
exec {tmux} "$@"
"""


def record(folder: Path) -> None:
    """Make a program `tmux` in `folder` that keeps its calls."""
    (folder / "calls").mkdir(parents=True)
    program = folder / "tmux"
    program.write_text(RECORDER.format(calls=folder / "calls", tmux=shutil.which("tmux")))
    program.chmod(0o755)


def recorded(folder: Path) -> list[str]:
    """The commands that change something among the calls, for `source-file`, in their order."""
    lines = []
    for call in sorted((folder / "calls").glob("[0-9]*[0-9]")):
        place, *words, _ = call.read_text().split("\0")
        while words and words[0].startswith("-"):
            words = words[1 if words[0] == "-u" else 2 :]
        given = call.with_suffix(".input")
        if given.exists():
            lines += [_placed(line, place) for line in given.read_text().splitlines()]
        elif words and not words[0].startswith(READS):
            quoted = (each if each == ";" else f'"{each.translate(ESCAPES)}"' for each in words)
            lines.append(_placed(" ".join(quoted), place))
    return lines


def _placed(line: str, place: str) -> str:
    """A line in which a session begins where its call was made, as it would by default."""
    return re.sub(r'("?new-session"?) (?![^;]*"-c")', rf'\1 "-c" "{place}" ', line, count=1)

"""What a program did, by its trace: whether what replaces something was on disk before that went."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# PID CALL(ARGUMENTS) = 0; with -y each descriptor has its path in angle brackets
LINE = re.compile(r"(?:(\d+) +)?(\w+)\((.*)\) += 0\b.*")
PLACE = re.compile(r'(?:(?:\d+|AT_FDCWD)<([^>]*)>, )?"([^"]*)"')
# What a removal or a restore may lose nothing of: refs, links, records, and the worktrees themselves
REPLACING = re.compile(
    r"(\.git/refs/(heads|par)/.*[^k]|\.git/worktrees/[^/]+/(gitdir|HEAD|locked)"
    r"|.*/(global_state|entry)\.json|.*/trash/[^/]+/(\d+|root)|.*/par/worktrees/[^/]+/[^/]+"
    r"|.*/par/workspaces/[^/]+/[^/]+(/[^/]+)?|.*/par/emptied/[^/]+|.*/par/removed/[^/]+/[^/]+)"
)
IS_FOLDER = re.compile(
    r".*/par/(emptied|removed)/.*|.*/trash/[^/]+/(\d+|root)|.*/par/work(trees|spaces)/.*(?<!\.code-workspace)"
)
# What is gone for good then: a branch, what keeps commits, the record of what lies in the trash, and files
REPLACED = re.compile(
    r"\.git/refs/(heads|par/trash)/.*(?<!\.lock)|.*/trash/[^/]+/entry\.json|.*/par/(emptied|removed)/.*"
)


class Effect(NamedTuple):
    """A system call that came to its end, with the paths that it names."""

    call: str
    paths: tuple[str, ...]


def short(path: str) -> str:
    """The path; what is in a repository from `.git` on, as git names it by where it runs."""
    before, mark, inside = path.rpartition(".git/")
    return f".git/{inside}" if mark and (not before or before.endswith("/")) else path


def effects(trace: str) -> Iterator[Effect]:
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        pid, _, rest = line.partition(" ")
        if rest.endswith(" <unfinished ...>"):
            begun[pid] = line.removesuffix(" <unfinished ...>")
            continue
        resumed = re.match(r" *<\.\.\. \w+ resumed>(.*)", rest)
        done = LINE.fullmatch(begun.pop(pid) + resumed[1] if resumed and pid in begun else line)
        if not done:
            continue
        _, call, said = done.groups()
        if call in {"fsync", "fdatasync"}:
            yield Effect("fsync", (short(said.partition("<")[2].removesuffix(">")),))
        else:
            found = [
                f"{folder}/{name}" if folder and name[0] != "/" else name
                for folder, name in PLACE.findall(said)
            ]
            yield Effect(call.removesuffix("2").removesuffix("at"), tuple(map(short, found)))


def faults(found: Iterator[Effect]) -> list[str]:
    """Each thing that went, or the end, while something that had come was not on disk."""
    told, synced, pending = [], set[str](), dict[str, str]()
    for effect in found:
        if effect.call == "fsync":
            synced.update(effect.paths)
            for waiting in [each for each in pending if each.partition(": ")[2] == effect.paths[0]]:
                del pending[waiting]
        elif effect.call == "rename" and REPLACING.fullmatch(target := effect.paths[-1]):
            pending[f"folder: {target.rpartition('/')[0]}"] = target
            if effect.paths[0] not in synced and not IS_FOLDER.fullmatch(target):
                pending[f"file: {target}"] = target
        elif effect.call == "unlink" and REPLACED.fullmatch(effect.paths[-1]):
            told += [f"{effect.paths[-1]} before {each}" for each in pending]
    # What git made in a new worktree has replaced nothing
    return told + [f"the end before {each}" for each, target in pending.items() if target.endswith(".json")]

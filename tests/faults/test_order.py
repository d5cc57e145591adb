"""What replaces something is on disk before that goes, in every command: its system calls tell."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import PAR, World
from faults.commands import COMMANDS, Bench

CALLS = "trace=fsync,fdatasync,?rename,renameat,?renameat2,?unlink,unlinkat"
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


@pytest.mark.parametrize("name", COMMANDS)
def test_what_replaces_is_on_disk_before_what_it_replaces_goes(world: World, name: str) -> None:
    if not shutil.which("strace") or world.run("strace", "-qq", "-o", "/dev/null", "true").status:
        pytest.skip("strace is not there, or may not trace here")
    bench, log = Bench(world, COMMANDS[name]), Path(world.home / "trace")
    bench.prepare()
    # A server that a command starts lives on: strace would follow it for ever
    follow = () if COMMANDS[name].damage == "server" else ("-f",)
    options = (*follow, "-y", "-qq", "-s", "4096", "-o", str(log), "-e", CALLS)
    done = world.run("strace", *options, *PAR, *bench.command.words, cwd=bench.model.source)
    assert done.status == 0, done
    seen = list(effects(log.read_text(errors="replace")))
    assert any(each.call == "fsync" for each in seen) or not follow  # that one writes no file
    assert faults(iter(seen)) == []


def test_the_order_is_judged_by_what_was_synced() -> None:
    lost = [
        Effect("rename", ("/data/trash/a/entry.json.tmp", "/data/trash/a/entry.json")),
        Effect("unlink", (".git/refs/heads/feat",)),
    ]
    assert faults(iter(lost))[:2] == [
        ".git/refs/heads/feat before folder: /data/trash/a",
        ".git/refs/heads/feat before file: /data/trash/a/entry.json",
    ]
    synced = [
        Effect("fsync", ("/data/trash/a/entry.json.tmp",)),
        lost[0],
        Effect("fsync", ("/data/trash/a",)),
        lost[1],
    ]
    assert faults(iter(synced)) == []

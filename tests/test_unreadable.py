"""What should be a file and is none is said in a line, at once, and the other contexts go on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import World

HOWS = ("fifo", "device", "folder", "dangling", "long", "junk")


def spoil(path: Path, how: str) -> None:
    """Put something else in the place of the file `path`."""
    path.unlink(missing_ok=True)
    match how:
        case "fifo":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "dangling":
            path.symlink_to("/nowhere/at/all")
        case "long":
            path.touch()
            os.truncate(path, 1 << 24)  # sixteen times as long as what par reads; git reads all of some
        case _:
            path.write_bytes(bytes(range(256)) * 8)


def check_goes_on(world: World, statuses: set[int], *commands: tuple[str, ...]) -> None:
    """Each command ends for each of the spoiled contexts as it may, and all of them for the good one."""
    for look in ("ls", "ls --json", "doctor"):
        said = world.par(*look.split())
        assert said.status in ({0, 4} if look == "doctor" else {0}), (look, said)
        assert "Traceback" not in said.stderr
    for how in HOWS:
        for words in commands:
            said = world.par(*(each.replace("HOW", how) for each in words), cwd=world.home / "src" / how)
            assert said.status in statuses, (how, words, said)
            assert "Traceback" not in said.stderr, (how, words, said)
    assert "good" in world.ok("ls").stdout
    world.ok("send", "good", ":")
    world.ok("rm", "good")
    world.ok("restore", "good")


@pytest.mark.parametrize(
    "name", [".git", "HEAD", "commondir", "gitdir", "locked", "index", "config.worktree"]
)
def test_of_a_worktree(world: World, name: str) -> None:
    world.apart(*HOWS, "good")
    for how in HOWS:
        admin = world.home / f"src/{how}/.git/worktrees/{how}"
        spoil(world.worktree(how) / ".git" if name == ".git" else admin / name, how)
    commands = (("rm", "HOW"), ("restore", "HOW"), ("open", "HOW"), ("start", "x-HOW"))
    check_goes_on(world, {0, 2, 3, 4, 5, 7, 8}, *commands)


@pytest.mark.parametrize("name", ["HEAD", "config", "index", "packed-refs", ".par.yaml"])
def test_of_a_repository(world: World, name: str) -> None:
    world.apart(*HOWS, "good")
    for how in HOWS:
        spoil(world.home / "src" / how / ("" if name == ".par.yaml" else ".git") / name, how)
    check_goes_on(world, {0, 3, 4, 5, 6, 7, 8}, ("rm", "HOW"), ("start", "x-HOW"))

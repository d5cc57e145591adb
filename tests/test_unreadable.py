"""What should be a file and is none is said in a line, at once, and the other contexts go on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import World


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
            os.truncate(path, 1 << 30)
        case _:
            path.write_bytes(bytes(range(256)) * 8)


@pytest.mark.parametrize("how", ["fifo", "device", "folder", "dangling", "long", "junk"])
@pytest.mark.parametrize(
    "name", [".git", "HEAD", "commondir", "gitdir", "locked", "index", "config.worktree"]
)
def test_of_a_worktree(world: World, name: str, how: str) -> None:
    home = world.repository()
    world.ok("start", "bad", cwd=home)
    world.ok("start", "good", cwd=world.repository("other"))
    folder = world.worktree("bad")
    admin = Path(world.git(folder, "rev-parse", "--absolute-git-dir"))
    spoil(folder / ".git" if name == ".git" else admin / name, how)
    for words in (
        ("ls",),
        ("ls", "--json"),
        ("doctor",),
        ("rm", "bad"),
        ("restore", "bad"),
        ("open", "bad"),
        ("start", "x"),
    ):
        said = world.par(*words, cwd=home)
        assert said.status in {0, 2, 3, 4, 5, 7, 8}, (words, said)
        assert "Traceback" not in said.stderr
    assert "good" in world.ok("ls").stdout
    world.ok("send", "good", ":")
    world.ok("rm", "good")
    world.ok("restore", "good")


@pytest.mark.parametrize("how", ["fifo", "device", "folder", "dangling", "long", "junk"])
@pytest.mark.parametrize("name", ["HEAD", "config", "index", "packed-refs", ".par.yaml"])
def test_of_a_repository(world: World, name: str, how: str) -> None:
    home = world.repository()
    world.ok("start", "bad", cwd=home)
    world.ok("start", "good", cwd=world.repository("other"))
    spoil(home / name if name == ".par.yaml" else home / ".git" / name, how)
    for words in (("ls",), ("ls", "--json"), ("doctor",), ("rm", "bad"), ("start", "x")):
        said = world.par(*words, cwd=home)
        assert said.status in {0, 3, 4, 5, 6, 7, 8}, (words, said)
        assert "Traceback" not in said.stderr
    world.ok("send", "good", ":")
    world.ok("rm", "good")
    world.ok("restore", "good")

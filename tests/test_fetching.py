"""How a fetch behaves: what it writes, who waits for it, what it says meanwhile, and when it gives up."""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import World, eventually, refused
from par.errors import CommandError
from par.git import fetching, remotes
from par.model import Repository
from par.state.locks import Operation


class Gate(NamedTuple):
    """A remote that stops before its first word until it is let go."""

    begun: Path
    go: Path


class Hub(NamedTuple):
    """A clone whose origin has a branch and two requests that are not known here yet."""

    world: World
    bare: Path
    home: Path

    def publish(self, ref: str) -> str:
        tip = self.world.git(self.bare, "commit-tree", "-p", "main", "-m", ref, "main^{tree}")
        self.world.git(self.bare, "update-ref", ref, tip)
        return tip

    def behind(self, script: str) -> None:
        """Let the other side run this before it answers."""
        self.world.git(self.home, "config", "remote.origin.uploadpack", f"{script} git-upload-pack")

    def gate(self) -> Gate:
        gate = Gate(self.world.home / "begun", self.world.home / "go")
        self.behind(
            f"echo >> {gate.begun}; until [ -e {gate.go} ] || ! [ -e {gate.begun} ]; do sleep 0.02; done;"
        )
        return gate


@pytest.fixture
def hub(world: World) -> Hub:
    made = Hub(world, *world.clone())
    for ref in ("refs/heads/late", "refs/pull/1/head", "refs/pull/2/head"):
        made.publish(ref)
    return made


def test_who_only_needs_the_repository_does_not_wait_for_a_remote_that_hangs(hub: Hub) -> None:
    """Another fetch waits, and both say what for; what was begun before ends well."""
    world, home, gate = hub.world, hub.home, hub.gate()
    first = world.start_par("checkout", "pr/1", cwd=home)
    eventually(gate.begun.exists, "the first fetch")
    second = world.start_par("checkout", "pr/2", cwd=home)
    assert second.stderr
    held = f"the remotes of {home}/.git"
    assert second.stderr.readline() == f"waiting for {held}, which par checkout pr/1 (pid {first.pid}) uses\n"
    world.ok("start", "mine", cwd=home)
    world.ok("rm", "mine")
    world.ok("restore", "mine")
    assert first.stderr
    assert first.stderr.readline() == "waiting for origin\n"
    assert gate.begun.read_text() == "\n"
    gate.go.touch()
    for process in (first, second):
        _, stderr = process.communicate(timeout=30)
        assert (process.returncode, stderr) == (0, "")
    assert sorted(world.ok("labels").stdout.split()) == ["mine", "pr-1", "pr-2"]


@pytest.fixture
def operation() -> Iterator[Operation]:
    keep, other = os.pipe()
    yield Operation("x", keep)
    os.close(keep)
    os.close(other)


def asked(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> tuple[Repository, remotes.Remote]:
    """What the door to fetching is asked for in this process."""
    for key, value in hub.world.env.items():
        monkeypatch.setenv(key, value)
    place = Repository(hub.home, hub.home / ".git")
    return place, remotes.load(place).remotes[0]


def test_fetch_ends_after_half_a_minute_of_silence(
    hub: Hub, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, remote = asked(hub, monkeypatch)
    gate = hub.gate()
    assert fetching.SILENT_SECONDS == 30
    with pytest.raises(CommandError, match=r"^git fetch: 'origin' did not answer within 0 s$") as failed:
        fetching.fetch_all(place, remote, operation, 0.4)
    assert (failed.value.status, failed.value.hint) == (8, "git remote -v")
    # Nothing of it goes on, and nobody is held up by it
    running = subprocess.run(("ps", "-A", "-o", "args="), capture_output=True, text=True, check=True).stdout
    assert str(gate.begun) not in running
    hub.behind("")
    fetching.fetch_all(place, remote, operation, 20.0)
    assert hub.world.git(hub.home, "rev-parse", "origin/late")


def test_remote_that_goes_on_talking_is_waited_for(
    hub: Hub, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, remote = asked(hub, monkeypatch)
    hub.behind("for n in 1 2 3 4 5 6; do echo counting >&2; sleep 0.3; done;")
    begun = time.monotonic()
    fetching.fetch_all(place, remote, operation, 1.2)
    assert time.monotonic() - begun > 1.2
    assert hub.world.git(hub.home, "rev-parse", "origin/late")


def test_fetch_writes_where_remotes_are_followed_and_nowhere_else(hub: Hub) -> None:
    world, home, bare = hub.world, hub.home, hub.bare
    world.git(bare, "tag", "v1", "refs/heads/late")
    world.git(home, "update-ref", "refs/remotes/origin/gone", "main")
    world.git(home, "config", "fetch.prune", "true")
    world.git(home, "config", "remote.origin.tagOpt", "--tags")
    # A mirror's map, which would write over the branches here
    world.git(home, "config", "--add", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")
    world.git(home, "config", "--add", "remote.origin.fetch", "+refs/pull/*/head:refs/remotes/origin/pr/*")
    (home / ".git/FETCH_HEAD").write_text("not par's\n")
    main = world.git(home, "rev-parse", "main")
    tip = hub.publish("refs/heads/main")
    world.ok("start", "late", "--fetch", cwd=home)
    assert world.git(home, "rev-parse", "main", "origin/main").split() == [main, tip]
    late = world.git(bare, "rev-parse", "late")
    assert world.git(home, "rev-parse", "late", "origin/late").split() == [late, late]
    assert world.git(home, "rev-parse", "origin/gone") == main
    assert world.git(home, "tag") == ""
    assert (home / ".git/FETCH_HEAD").read_text() == "not par's\n"
    marker, hook = world.home / "hook-ran", home / ".git/hooks/reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    request = hub.publish("refs/pull/1/head")
    world.ok("checkout", "pr/1", cwd=home)
    assert world.git(home, "rev-parse", "pr-1", "origin/pr/1").split() == [request, request]
    assert world.branches(home) == {"main", "late", "pr-1"}
    assert world.git(home, "for-each-ref", "refs/par") == ""
    assert not marker.exists()
    other = world.repository("other")
    result = world.par("start", "more", "--fetch", cwd=other)
    refused(result, 3, "other has no remote to fetch from", "git remote add origin URL")


def test_fetch_that_meets_a_worktree_in_the_making_is_tried_again(hub: Hub) -> None:
    """git refuses to fetch while another git makes a worktree: whoever makes it holds the repository."""
    world, home = hub.world, hub.home
    admin = home / ".git/worktrees/half"
    admin.mkdir(parents=True)
    (admin / "commondir").touch()
    (admin / "gitdir").write_text(f"{world.home}/half/.git\n")
    (admin / "HEAD").write_text("0000000000000000000000000000000000000000\n")
    held = os.open(home / ".git", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    process = world.start_par("checkout", "pr/1", cwd=home)
    assert process.stderr
    assert process.stderr.readline().startswith(f"waiting for the repository {home}/.git")
    for each in admin.iterdir():
        each.unlink()
    admin.rmdir()
    os.close(held)
    assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 0
    assert world.git(home, "rev-parse", "pr-1") == world.git(hub.bare, "rev-parse", "refs/pull/1/head")

"""Whose code is this? One answer for every way in, strict where it is not sure."""

from __future__ import annotations

import atexit
import shutil
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import World, commit, refused, sealed_world
from par.git import owners
from par.git.remotes import Config, Remote, Upstream

HUB = "https://github.com/"


class Case(NamedTuple):
    """The configuration of a repository's remotes: name, URL and what else is set; and which are its own."""

    id: str
    remotes: tuple[Remote, ...]
    own: set[str]


def remote(name: str, url: str, *, is_named: bool = False, is_pushed: bool = False) -> Remote:
    target = url.replace("gh:", HUB)
    return Remote(name, url, target, (f"+refs/heads/*:refs/remotes/{name}/*",), is_named, is_pushed)


ORIGIN, ALICE = remote("origin", f"{HUB}owner/app.git"), remote("alice", f"{HUB}alice/app")
CASES = (
    Case("none", (), set()),
    Case("where it came from", (ORIGIN, ALICE), {"origin"}),
    Case("origin comes before the first", (ALICE, ORIGIN), {"origin"}),
    Case("the first, where none is called so", (remote("up", f"{HUB}owner/app"), ALICE), {"up"}),
    Case("named", (ORIGIN, ALICE, remote("team", f"{HUB}team/app", is_named=True)), {"origin", "team"}),
    Case("pushed to", (ORIGIN, ALICE, remote("me", f"{HUB}me/app", is_pushed=True)), {"origin", "me"}),
    Case("the same owner", (ORIGIN, ALICE, remote("old", f"{HUB}Owner/other.git")), {"origin", "old"}),
    Case("that by another protocol", (ORIGIN, remote("ssh", "git@github.com:owner/x")), {"origin", "ssh"}),
    Case("and another port", (ORIGIN, remote("s", "ssh://git@ssh.github.com:443/owner/x")), {"origin", "s"}),
    Case("and an abbreviation", (ORIGIN, remote("short", "gh:owner/x")), {"origin", "short"}),
    Case("the owner on another host", (ORIGIN, remote("lab", "https://gitlab.com/owner/app")), {"origin"}),
    Case("an alias of a host is not known", (ORIGIN, remote("work", "work:owner/app")), {"origin"}),
    Case("owners beginning alike", (ORIGIN, remote("two", f"{HUB}owner2/app")), {"origin"}),
    Case("a group below the owner", (ORIGIN, remote("sub", f"{HUB}owner/sub/app")), {"origin"}),
    Case("folders side by side", (remote("origin", "/srv/app.git"), remote("b", "/srv/b.git")), {"origin"}),
    Case("the same folder", (remote("origin", "/srv/app.git"), remote("b", "/srv/app.git")), {"origin", "b"}),
    Case("what cannot be read", (remote("origin", "x"), remote("b", "y")), {"origin"}),
)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_which_remotes_are_ones_own(case: Case) -> None:
    assert owners.own(Config(case.remotes, {})) == case.own


def test_only_branches_and_tags_of_ones_own_remotes_are_ones_own() -> None:
    config = Config((ORIGIN, ALICE), {}, ((HUB, "gh:"),))
    for strange, place, ref in (
        (False, "origin", "refs/heads/x"),
        (False, "origin", "refs/tags/v1"),
        (False, ".", "refs/heads/x"),
        (False, f"{HUB}owner/app.git", "refs/heads/x"),
        (False, "gh:owner/other", "refs/heads/x"),
        (True, "origin", "refs/pull/1/head"),
        (True, "origin", "refs/merge-requests/1/head"),
        (True, "origin", "refs/heads"),
        (True, "alice", "refs/heads/x"),
        (True, f"{HUB}alice/app", "refs/heads/x"),
        (True, "nobody", "refs/heads/x"),
        (True, "", "refs/heads/x"),
    ):
        assert owners.is_strange([Upstream(place, ref)], config) == strange, (place, ref)
    both = [Upstream("origin", "refs/heads/x"), Upstream("alice", "refs/heads/x")]
    assert owners.is_strange(both, config)


class Hub(NamedTuple):
    """A clone of github.com/owner/app, beside which stands alice/app, and a pull request that waits."""

    world: World
    home: Path
    alice: Path

    def is_review(self, label: str) -> bool:
        """Whether par takes a context for a stranger's code: its record and its place agree."""
        record = self.world.index["contexts"][label]
        found = bool(record.get("is_review"))
        is_apart = str(self.world.data / "review") in record["root"]
        assert is_apart == (found and not record.get("is_adopted"))
        return found

    def made(self, *words: str) -> bool:
        """Whether what such a command makes is taken for a stranger's code; it is given up again."""
        label = self.world.ok(*words, "--json", cwd=self.home).json["context"]["label"]
        found = self.is_review(label)
        self.world.ok("rm", "--purge", "--force", label)
        return found


@pytest.fixture
def hub(world: World) -> Hub:
    for each in ("hub", "src"):
        shutil.copytree(_model() / each, world.home / each)
    home = world.home / "src/app"
    world.git(home, "config", "--global", f"url.{world.home}/hub/.insteadOf", HUB)
    world.git(home, "update-index", "-q", "--refresh")
    return Hub(world, home, world.home / "hub/alice/app.git")


@cache
def _model() -> Path:
    """The home folder of a world that the repositories are copied from."""
    stack = ExitStack()
    atexit.register(stack.close)
    world = stack.enter_context(sealed_world())
    bare, home = world.clone()
    world.git(home, "config", "--global", f"url.{world.home}/hub/.insteadOf", HUB)
    world.git(home, "remote", "set-url", "origin", f"{HUB}owner/app.git")
    alice = world.home / "hub/alice/app.git"
    alice.parent.mkdir()
    world.git(world.home, "clone", "-q", "--bare", str(bare), str(alice))
    for place, ref in ((alice, "refs/heads/topic"), (bare, "refs/heads/ours"), (bare, "refs/pull/1/head")):
        tip = world.git(place, "commit-tree", "-p", "main", "-m", ref, "main^{tree}")
        world.git(place, "update-ref", ref, tip)
    world.git(home, "remote", "add", "alice", f"{HUB}alice/app.git")
    world.git(home, "fetch", "-q", "--all")
    return world.home


def tracking(hub: Hub, branch: str, at: str, *upstream: str) -> None:
    """A branch at the commit `at`; what it follows, a remote and a ref, is written as `gh` does."""
    hub.world.git(hub.home, "branch", "--no-track", branch, at)
    for key, value in zip(("remote", "merge"), upstream, strict=False):
        hub.world.git(hub.home, "config", f"branch.{branch}.{key}", value)


def test_every_way_to_a_branch_gives_the_same_answer(hub: Hub) -> None:
    world, home = hub.world, hub.home
    world.git(home, "fetch", "-q", "origin", "refs/pull/1/head:refs/par-test/pull")
    tracking(hub, "followed", "alice/topic", "alice", "refs/heads/topic")
    tracking(hub, "copied", "alice/topic")
    tracking(hub, "of-gh", "refs/par-test/pull", "origin", "refs/pull/1/head")
    tracking(hub, "of-gh-fork", "alice/topic", f"{HUB}alice/app.git", "refs/heads/topic")
    tracking(hub, "not-yet", "main", "alice", "refs/heads/later")
    tracking(hub, "mine", "main")
    tracking(hub, "shared", "origin/ours", "origin", "refs/heads/ours")
    theirs = ("followed", "copied", "of-gh", "of-gh-fork", "not-yet")
    for turn in (
        (
            *((True, ("checkout", each)) for each in theirs),
            (True, ("checkout", "alice:topic")),
            (True, ("checkout", "pr/1")),
            (False, ("checkout", "mine")),
            (False, ("checkout", "shared")),
            (False, ("checkout", "ours")),
            (False, ("start", "new")),
        ),
        (
            # As the lists of the popups name them
            *((True, ("checkout", f"refs/heads/{each}")) for each in theirs),
            (True, ("checkout", "alice/topic")),
            (True, ("start", "new", "--base", "alice/topic")),
            (False, ("checkout", "origin/ours")),
        ),
        (
            *((True, ("start", each)) for each in theirs),
            (True, ("checkout", "refs/remotes/alice/topic")),
            (False, ("start", "ours")),
            (False, ("start", "new", "--base", "alice/topic~1")),
        ),
        ((True, ("start", "new", "--base", "copied")), (False, ("start", "other", "--base", "alice/main"))),
        ((True, ("start", "new", "--base", "alice/topic~0^{commit}")),),
    ):
        labels = [world.ok(*words, "--json", cwd=home).json["context"]["label"] for _, words in turn]
        for label, (strange, words) in zip(labels, turn, strict=True):
            assert hub.is_review(label) == strange, words
        world.ok("rm", "--purge", "--force", *labels)
    # A remote of this name is not asked: a stranger's branch is only taken where it is named
    assert not hub.made("start", "topic")


def test_what_was_taken_in_is_ones_own_and_work_on_it_is_a_strangers(hub: Hub) -> None:
    world, home = hub.world, hub.home
    world.ok("checkout", "alice/topic", "-l", "theirs", cwd=home)
    folder = world.worktree("theirs")
    commit(world, folder, "of the user, on top")
    assert hub.made("start", "new", "--base", "alice-topic")
    # What is checked out where par is asked
    world.ok("start", "here", cwd=folder)
    assert hub.is_review("here")
    world.git(home, "push", "-q", "origin", "alice/topic:refs/heads/main")
    world.git(home, "fetch", "-q", "origin")
    assert not hub.made("start", "new", "--base", "alice/topic")
    assert hub.made("start", "new", "--base", "alice-topic")
    assert hub.is_review("theirs")


def test_remote_that_the_user_names_is_ones_own(hub: Hub) -> None:
    world, home = hub.world, hub.home
    for key, value in (
        ("checkout.defaultRemote", "alice"),
        ("remote.pushDefault", "alice"),
        ("remote.alice.gh-resolved", "base"),
    ):
        assert hub.made("checkout", "alice/topic"), key
        world.git(home, "config", key, value)
        assert not hub.made("checkout", "refs/remotes/alice/topic"), key
        world.git(home, "config", "--unset", key)
    # `gh` writes the name of another repository there
    world.git(home, "config", "remote.alice.gh-resolved", "team/app")
    assert hub.made("checkout", "alice/topic")


def test_requests_that_every_fetch_brings_are_strange(hub: Hub) -> None:
    world, home = hub.world, hub.home
    world.git(home, "config", "--add", "remote.origin.fetch", "+refs/pull/*/head:refs/remotes/origin/pr/*")
    world.git(home, "fetch", "-q", "origin")
    assert hub.made("checkout", "refs/remotes/origin/pr/1")
    assert hub.made("start", "new", "--base", "origin/pr/1")
    assert not hub.made("checkout", "origin/ours")
    # Where all of a remote is mirrored into branches, these are its own, and nothing else tells
    world.git(home, "config", "--unset-all", "remote.origin.fetch")
    assert hub.made("start", "new", "--base", "alice/topic")
    assert not hub.made("start", "new")


def test_requests_are_those_of_the_remote_that_is_meant(hub: Hub) -> None:
    """With several remotes `pr/N` asks the named one, origin or the first, and an URL the one it names."""
    world, home = hub.world, hub.home
    theirs = world.git(hub.alice, "commit-tree", "-p", "main", "-m", "theirs", "main^{tree}")
    world.git(hub.alice, "update-ref", "refs/pull/1/head", theirs)
    ours = world.git(world.home / "hub/owner/app.git", "rev-parse", "refs/pull/1/head")
    for setting, words, wanted in (
        ("", ("checkout", "pr/1"), ours),
        ("", ("checkout", f"{HUB}alice/app/pull/1"), theirs),
        ("alice", ("checkout", "pr/1"), theirs),
        ("alice", ("checkout", f"{HUB}owner/app/pull/1"), ours),
    ):
        world.git(home, "config", "checkout.defaultRemote", setting)
        world.ok(*words, "-l", "request", cwd=home)
        assert hub.is_review("request")
        assert world.git(world.worktree("request"), "rev-parse", "HEAD") == wanted, (setting, words)
        world.ok("rm", "--purge", "--force", "request")
    world.git(home, "config", "--unset", "checkout.defaultRemote")
    world.ok("checkout", "pr/1", cwd=home)
    result = world.par("checkout", f"{HUB}alice/app/pull/1", "-l", "other", cwd=home)
    told = "branch 'pr-1' already exists and does not track refs/pull/1/head of alice"
    refused(result, 4, told, "par checkout pr-1")


def test_branch_on_several_remotes_is_that_of_ones_own_or_asked_for(hub: Hub) -> None:
    world, home = hub.world, hub.home
    world.git(home, "push", "-q", str(hub.alice), "alice/topic:refs/heads/ours")
    for name, url in (("alice", "alice/app"), ("old", "owner/app"), ("older", "owner/app")):
        world.git(home, "config", f"remote.{name}.url", f"{HUB}{url}.git")
        world.git(home, "config", f"remote.{name}.fetch", f"+refs/heads/*:refs/remotes/{name}/*")
        world.git(home, "fetch", "-q", name)
    assert not hub.made("start", "ours")
    world.git(home, "update-ref", "-d", "refs/remotes/origin/ours")
    told = "branch 'ours' is on several remotes: old, older"
    refused(world.par("start", "ours", cwd=home), 4, told, "par checkout old/ours")
    told = "branch 'ours' is on several remotes: alice, old, older"
    refused(world.par("checkout", "ours", cwd=home), 4, told, "par checkout alice/ours")
    assert not hub.made("checkout", "old/ours")


def test_workspace_takes_no_strangers_code(hub: Hub) -> None:
    world, home = hub.world, hub.home
    other = world.repository("other")
    tracking(hub, "feat", "alice/topic", "alice", "refs/heads/topic")
    told = f"branch 'feat' in '{home}' has a stranger's code, and a workspace has one's own"
    hint = f"par checkout feat -p {home}"
    start = ("workspace", "start", "feat", "--repos")
    refused(world.par(*start, "app,other", cwd=home.parent), 5, told, hint)
    based = told.replace("feat", "x"), hint.replace("feat", "x")
    words = ("workspace", "start", "x", "--repos", "app", "--base", "alice/topic")
    refused(world.par(*words, cwd=home.parent), 5, *based)
    world.ok(*start, "other", cwd=home.parent)
    refused(world.par("workspace", "add", "feat", str(home), cwd=home.parent), 5, told, hint)
    assert world.branches(other) == {"main", "feat"}
    assert world.index["contexts"].keys() == {"feat"}
    assert len(world.index["contexts"]["feat"]["worktrees"]) == 1


def test_strangers_code_stays_so_when_it_is_adopted_restored_or_found_again(hub: Hub) -> None:
    world, home = hub.world, hub.home
    for name, options, at in (
        ("on-branch", ("-b", "topic"), "alice/topic"),
        ("detached", ("--detach",), "alice/topic"),
        ("ours", ("-b", "ours"), "origin/ours"),
    ):
        world.git(home, "worktree", "add", "-q", *options, str(world.home / name), at)
        world.ok("adopt", str(world.home / name), "-l", name)
    world.ok("checkout", "pr/1", cwd=home)
    world.ok("start", "mine", cwd=home)
    told = {"on-branch": True, "detached": True, "ours": False, "pr-1": True, "mine": False}
    assert {each: hub.is_review(each) for each in told} == told
    # The index is lost: what is adopted lies anywhere, and only git tells whose it is
    (world.data / "global_state.json").unlink()
    world.ok("doctor", "--fix")
    assert {each: hub.is_review(each) for each in told} == told
    world.ok("rm", "pr-1")
    world.ok("restore", "pr-1")
    assert hub.is_review("pr-1")
    world.ok("rm", "pr-1")
    world.ok("restore", "pr-1", "--as", "other")
    assert hub.is_review("other")

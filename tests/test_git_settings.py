"""The user's own way of using git: his settings change nothing that par reads, his variables reach git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from conftest import World, commit, refused

# Each changes what one of git's commands for people prints
SETTINGS = {
    "log.showSignature": "true",
    "log.mailmap": "true",
    "log.decorate": "full",
    "log.date": "relative",
    "color.ui": "always",
    "column.ui": "always",
    "core.quotePath": "true",
    "core.abbrev": "40",
    "format.pretty": "fuller",
    "i18n.logOutputEncoding": "ISO-8859-1",
    "status.short": "true",
    "status.branch": "true",
    "status.showStash": "true",
    "status.showUntrackedFiles": "no",
    "status.relativePaths": "true",
    "diff.noprefix": "true",
    "diff.external": "false",
    "diff.ignoreSubmodules": "all",
    "branch.sort": "-committerdate",
    "fetch.prune": "true",
    "worktree.guessRemote": "true",
    "submodule.recurse": "true",
}


@pytest.fixture
def odd(world: World) -> World:
    """A machine where every commit is signed, and all settings are that change what git prints."""
    key = world.home / "key"
    world.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    (world.home / "allowed").write_text(f"test@example.com {key.with_suffix('.pub').read_text()}")
    signing = {
        "gpg.format": "ssh",
        "user.signingKey": f"{key}.pub",
        "commit.gpgSign": "true",
        "gpg.ssh.allowedSignersFile": str(world.home / "allowed"),
    }
    for name, value in {**SETTINGS, **signing}.items():
        world.git(world.home, "config", "--global", name, value)
    return world


def test_no_setting_changes_what_par_reads(odd: World) -> None:
    home = odd.started("feat")
    folder = odd.worktree("feat")
    lost = commit(odd, folder, "lost")
    odd.git(folder, "commit", "-q", "--amend", "--allow-empty", "-m", "grün")
    (folder / "ä new").write_text("work\n")
    result = odd.par("rm", "--purge", "-y", "feat")
    assert result.status == 5
    details = [line.strip() for line in result.stderr.splitlines() if line.startswith("  ")]
    assert details[0] == "feat: uncommitted ä new"
    assert {line.rpartition(" ")[2] for line in details[1:]} == {"grün", "lost"}
    odd.ok("rm", "feat")
    odd.git(home, "reflog", "expire", "--expire=now", "--all")
    odd.git(home, "gc", "-q", "--prune=now")
    odd.git(home, "cat-file", "-e", lost)
    odd.ok("restore", "feat")
    assert odd.run("git", "log", "-1", "--format=%s", "--encoding=UTF-8", cwd=folder).stdout.endswith(
        "grün\n"
    )


def test_a_start_that_fails_is_undone_whole_with_every_setting(odd: World) -> None:
    home = odd.repository()
    hook = home / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert odd.par("start", "feat", cwd=home).status == 8
    assert odd.branches(home) == {"main"}


def test_a_repository_with_sha_256_is_one_like_all(world: World) -> None:
    home = world.home / "long"
    world.git(world.home, "init", "-q", "--object-format=sha256", str(home))
    tip = commit(world, home, "first")
    assert len(tip) == 64
    world.ok("start", "feat", cwd=home)
    world.ok("rm", "feat")
    world.ok("restore", "feat")
    assert world.git(world.worktree("feat"), "rev-parse", "HEAD") == tip
    assert world.ok("doctor").status == 0
    world.ok("rm", "--purge", "feat")
    assert world.branches(home) == {"main"}


def test_the_users_variables_reach_git_and_its_filters(world: World) -> None:
    home = world.repository()
    smudge = world.home / "smudge"
    smudge.write_text(f"#!/bin/sh\nenv | grep '^GIT_' > '{world.home}/seen'\ncat\n")
    smudge.chmod(0o755)
    world.git(home, "config", "filter.big.clean", "cat")
    (home / ".gitattributes").write_text("*.bin filter=big\n")
    (home / "a.bin").write_text("x\n")
    world.git(home, "add", ".")
    commit(world, home, "bin")
    given = {
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_SSH_COMMAND": "ssh -x",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "filter.big.smudge",
        "GIT_CONFIG_VALUE_0": str(smudge),
        "GIT_TRACE_SETUP": "0",
        "GIT_ASKPASS": "true",
        "GIT_CEILING_DIRECTORIES": "/nowhere",
    }
    world.ok("start", "feat", cwd=home, **given, GIT_LITERAL_PATHSPECS="1", GIT_OBJECT_DIRECTORY="/nowhere")
    seen = dict(line.split("=", 1) for line in (world.home / "seen").read_text().splitlines())
    assert given.items() <= seen.items()
    assert "GIT_LITERAL_PATHSPECS" not in seen
    assert seen.get("GIT_OBJECT_DIRECTORY") != "/nowhere"


def _belongs_to_another(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.lchown(path, 12345, 12345)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_repository_of_another_user_is_refused_with_a_command_that_helps(world: World) -> None:
    home = world.repository()
    _belongs_to_another(home)
    told = f"git: detected dubious ownership in repository at '{home}'"
    helps = f"git config --global --add safe.directory {home}"
    refused(world.par("start", "feat", cwd=home), 8, told, helps)
    named = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": str(home),
    }
    world.ok("start", "feat", cwd=home, **named)
    world.run("sh", "-c", helps)
    world.ok("start", "other", cwd=home)

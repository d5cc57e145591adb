"""What others do while a context is removed, and a removal that fails: no branch and no commit is lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from conftest import PAR, World, commit, refused
from faults.injected import failing

SHIM = """#!/bin/sh
once() {{ : >'{once}' && cd '{folder}' && {what}; }}
case "$*" in *'{when}'*) [ -e '{once}' ] || (once) >/dev/null 2>&1 ;; esac
exec '{git}' "$@"
"""


def meanwhile(world: World, when: str, folder: Path, what: str) -> str:
    """A PATH with a git that first runs `what` in `folder`, once, where its words hold `when`."""
    shims, program = world.home / "shims", shutil.which("git")
    shims.mkdir()
    text = SHIM.format(when=when, once=world.home / "once", folder=folder, what=what, git=program)
    (shims / "git").write_text(text)
    (shims / "git").chmod(0o755)
    return f"{shims}:{world.env['PATH']}"


@pytest.mark.parametrize("when", ["par: removed", "rev-list", "for-each-ref"])
def test_a_commit_while_a_context_is_removed_comes_back_with_it(world: World, when: str) -> None:
    world.started("feat")
    folder = world.worktree("feat")
    real = shutil.which("git")
    what = f"echo x >late && {real} add late && {real} commit -qm late"
    path = meanwhile(world, when, folder, what)
    world.ok("rm", "feat", PATH=path)
    assert (world.home / "once").exists()
    world.ok("undo")
    assert world.git(folder, "log", "-1", "--format=%s") == "late"
    assert world.git(folder, "status", "--porcelain", "--branch") == "## feat"


@pytest.mark.parametrize("state", ["checked out", "rebase", "bisect"])
@pytest.mark.parametrize("words", [("rm",), ("rm", "--purge", "--force", "-y")])
def test_a_branch_that_another_worktree_is_on_stays(world: World, state: str, words: tuple[str, ...]) -> None:
    home, other = world.repository(commits=3), world.home / "other"
    world.ok("start", "feat", cwd=home)
    tip = world.git(home, "rev-parse", "feat")
    world.git(home, "worktree", "add", "-q", "-f", str(other), "feat")
    if state == "rebase":
        world.run("git", "rebase", "-q", "-f", "-x", "false", "HEAD~1", cwd=other)
        assert (home / ".git/worktrees/other/rebase-merge").is_dir()
    elif state == "bisect":
        world.git(other, "bisect", "start", "HEAD", "HEAD~2")
    world.ok(*words, "feat")
    assert world.git(home, "rev-parse", "feat") == tip
    if words == ("rm",):
        # git lets one worktree have a branch: where it is checked out the context comes back on a commit
        world.ok("restore", "feat", *(["--as", "new"] if state == "checked out" else []))
        assert world.git(home, "rev-parse", "feat") == tip


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root writes everywhere")
def test_a_removal_that_failed_goes_back_and_stays_back(world: World) -> None:
    home = world.started("feat")
    folder = world.worktree("feat")
    oid = commit(world, folder, "work")
    caps = "-dac_override,-dac_read_search"
    user = ("setpriv", "--bounding-set", caps) if os.geteuid() == 0 else ()
    world.run("chmod", "-R", "a-w", str(home / ".git"))
    failed = world.run(*user, *PAR, "rm", "feat")
    world.run("chmod", "-R", "u+w", str(home / ".git"))
    assert failed.status == 7, failed
    assert "feat" in world.ok("ls").stdout
    assert world.index["contexts"]["feat"]["phase"] == "ready"
    assert world.git(folder, "rev-parse", "--symbolic-full-name", "HEAD", "feat").startswith(
        "refs/heads/feat"
    )
    assert world.git(home, "rev-parse", "feat") == oid
    assert world.ok("trash").stdout == "The trash is empty.\n"


def test_a_removal_that_failed_and_could_not_go_back_does_so_with_the_next_par(world: World) -> None:
    world.started("feat")
    folder = world.worktree("feat")
    # The folder has moved; from then on git fails, also on the way back
    shims, real = world.home / "shims", shutil.which("git")
    shims.mkdir()
    text = f"#!/bin/sh\nls -d '{world.data}'/trash/*/0 >/dev/null 2>&1 && exit 9\nexec '{real}' \"$@\"\n"
    (shims / "git").write_text(text)
    (shims / "git").chmod(0o755)
    failed = world.par("rm", "feat", PATH=f"{shims}:{world.env['PATH']}")
    assert failed.status == 8, failed
    assert world.index["contexts"]["feat"]["phase"] == "returning"
    told = world.ok("ls")
    assert told.stderr == "'feat' is back as it was: its removal had failed\n"
    assert world.index["contexts"]["feat"]["phase"] == "ready"
    assert world.git(folder, "status", "--porcelain", "--branch") == "## feat"


def test_head_of_which_git_cannot_tell_the_branch_stops_the_removal(world: World) -> None:
    """It is not taken for one without a branch: that would be what comes back."""
    home = world.started("feat")
    world.git(world.worktree("feat"), "switch", "-q", "-c", "other")
    folder, programs, path = world.worktree("feat"), world.home / "programs", world.env["PATH"]
    with failing(programs, path, 0, "") as calls:
        world.ok("rm", "feat", cwd=home, **calls.env)
        at = next(n for n, each in enumerate(calls.made, 1) if each.endswith("symbolic-ref --quiet HEAD"))
    world.ok("restore", "feat")
    with failing(programs, path, at, "before") as calls:
        result = world.par("rm", "feat", cwd=home, **calls.env)
    refused(result, 8, "git symbolic-ref: injected failure", "par doctor")
    assert world.ok("trash", "--json").json["trash"] == []
    assert world.git(folder, "symbolic-ref", "HEAD") == "refs/heads/other"
    world.ok("rm", "feat")
    world.ok("restore", "feat")
    assert world.git(folder, "symbolic-ref", "HEAD") == "refs/heads/other"

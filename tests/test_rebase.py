"""`par rebase`: the work of a context follows its base, and on a conflict nothing has changed."""

from __future__ import annotations

from typing import Any

from conftest import World, refused
from test_merge import commit, log, state, work


def base(world: World, label: str) -> tuple[str, str]:
    (worktree,) = world.index["contexts"][label]["worktrees"]
    return worktree["base"], worktree["base_oid"]


def diffed(world: World, label: str) -> list[str]:
    said = world.ok("diff", label, "--stat").stdout.splitlines()
    return [line.split("|")[0].strip() for line in said[:-1]]


def test_the_work_follows_a_base_that_moved_and_one_undo_takes_it_back(world: World) -> None:
    home = world.started("below")
    below = work(world, "below", low="low\n")
    world.ok("start", "above", cwd=below)
    above = work(world, "above", high="high\n", same="same\n")
    (above / ".env").write_text("secret\n")
    (home / ".git/info/exclude").write_text(".env\n")
    assert world.ok("rebase", "above").stdout == "'above' is up to date: nothing has changed\n"
    commit(world, home, "main", "main\n")
    commit(world, home, "same", "same\n")
    oid = world.git(home, "rev-parse", "main")
    done = world.ok("rebase", "below", "--json").json
    low = world.git(below, "rev-parse", "HEAD")
    (row,) = done["rebased"]
    before_ = row.pop("before")
    assert world.git(home, "log", "-1", "--format=%s", before_) == "low of below"
    assert done == {"version": 1, "label": "below", "rebased": [row]}
    assert row == {
        "repository": str(home),
        "branch": "below",
        "onto": "main",
        "after": low,
        "commits": 1,
        "dropped": 0,
    }
    assert (log(world, below), base(world, "below")) == (
        ["low of below", "same in app", "main in app", "commit 0"],
        ("refs/heads/main", oid),
    )
    # What is above it was begun from commits that are nowhere else now: only its own come along
    before, was = base(world, "above"), world.git(above, "rev-parse", "HEAD")
    assert world.ok("rebase", "above").stdout.splitlines() == [
        "rebased 'above' onto below: 1 commit, 1 left out that it has already, "
        + world.git(above, "rev-parse", "HEAD")[:10],
        "take it back: par undo",
    ]
    assert log(world, above)[:3] == ["high of above", "low of below", "same in app"]
    assert (diffed(world, "above"), base(world, "above")[1]) == (["high"], low)
    assert ((above / "same").read_text(), (above / ".env").read_text()) == ("same\n", "secret\n")
    assert world.git(above, "status", "--porcelain") == ""
    world.ok("state", "working", "above")
    refused(world.par("undo"), 5, "the agent in 'above' is working", "par wait above")
    world.ok("state", "clear", "above")
    assert world.ok("undo").stdout.splitlines()[0] == "undone: the rebase of 'above'"
    assert (world.git(above, "rev-parse", "HEAD"), base(world, "above")) == (was, before)
    assert world.git(above, "status", "--porcelain") == ""
    world.ok("rebase", "above", "--onto", "main")
    assert (log(world, above)[:2], base(world, "above")) == (
        ["high of above", "same in app"],
        ("refs/heads/main", oid),
    )
    world.ok("undo")
    assert base(world, "above") == before
    world.ok("undo")
    assert log(world, below) == ["low of below", "commit 0"]
    assert world.par("undo").status == 3


def test_on_a_conflict_and_on_all_that_is_in_the_way_nothing_has_changed(world: World) -> None:
    home = world.started("feat")
    folder = work(world, "feat", new="new\n", file0="feat\n")
    commit(world, home, "file0", "main\n")
    commit(world, home, "ignored", "main\n")
    bad = world.git(folder, "rev-parse", "HEAD")[:10]
    onto, since = (world.git(home, "rev-parse", rev)[:10] for rev in ("main", "main~2"))
    before = state(world, home)

    def said(*words: str) -> Any:
        result = world.par("rebase", "feat", *words)
        assert state(world, home) == before
        return result.status, result.stderr.splitlines()

    assert said() == (
        4,
        [
            f"par: rebasing 'feat' onto 'main' would conflict in 1 file of {bad}",
            *("  file0", f"hint: git -C '{folder}' rebase --onto {onto} {since}"),
        ],
    )
    nowhere = "par: there is no commit '--upload-pack=x' in app"
    assert said("--onto=--upload-pack=x") == (3, [nowhere, "hint: git branch --all"])
    (folder / "new").write_text("changed\n")
    assert said()[0] == 5
    world.git(folder, "checkout", "-q", "new")
    (home / ".git/info/exclude").write_text("ignored\n")
    (folder / "ignored").write_text("mine\n")
    world.git(home, "reset", "-q", "--hard", "main~2")
    commit(world, home, "other", "other\n")
    world.run("git", "add", "-f", "ignored", cwd=home)
    (home / "ignored").write_text("tracked\n")
    world.git(home, "add", "-f", "ignored")
    world.git(home, "commit", "-qm", "ignored")
    before = state(world, home)
    status, lines = said()
    assert (status, lines[1], (folder / "ignored").read_text()) == (5, "  ignored", "mine\n")
    (folder / "ignored").unlink()
    world.git(folder, "checkout", "-q", "--detach")
    before = state(world, home)
    assert said()[0] == 5
    world.git(folder, "checkout", "-q", "feat")
    world.ok("state", "working", "feat")
    refused(world.par("rebase", "feat"), 5, "the agent in 'feat' is working", "par wait feat")
    world.ok("state", "clear", "feat")
    world.ok("rebase", "feat")
    assert log(world, folder)[:3] == ["file0 of feat", "new of feat", "ignored"]


def test_a_workspace_follows_in_all_its_repositories_or_in_none(world: World) -> None:
    homes = [world.repository(name) for name in ("back", "front")]
    world.ok("workspace", "start", "big", cwd=world.home / "src")
    folders = [next(world.data.glob(f"workspaces/*/big/{home.name}")) for home in homes]
    for home, folder in zip(homes, folders, strict=True):
        commit(world, folder, "new", "new\n")
        commit(world, home, "main", "main\n")
    (folders[1] / "main").write_text("in the way\n")
    before = [state(world, home) for home in homes]
    assert world.par("rebase", "big").status == 5
    assert [state(world, home) for home in homes] == before
    (folders[1] / "main").unlink()
    said = world.ok("rebase", "big").stdout
    assert "rebased 'big' onto main in back: 1 commit, " in said
    assert all((folder / "main").exists() for folder in folders)
    world.ok("undo")
    assert not any((folder / "main").exists() for folder in folders)

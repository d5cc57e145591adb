"""`par merge`: the work of a context goes home, the context to the trash, and one undo takes both back."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Result, World, refused


def work(world: World, label: str, **files: str) -> Path:
    """Write files in the worktree of a context and commit each; the worktree."""
    folder = world.worktree(label)
    for name, text in files.items():
        (folder / name).write_text(text)
        world.git(folder, "add", "-A")
        world.git(folder, "commit", "-qm", f"{name} of {label}")
    return folder


def commit(world: World, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    world.git(folder, "add", name)
    world.git(folder, "commit", "-qm", f"{name} in {folder.name}", "--", name)


def state(world: World, home: Path) -> tuple[str, ...]:
    """All that a merge could change: refs, the checkout, contexts, the trash, what moved."""
    asked = (("for-each-ref",), ("status", "--porcelain=v2", "--branch"), ("worktree", "list"))
    said = [world.git(home, *words) for words in asked]
    moved = sorted(str(each) for each in world.data.glob("mov*/**/*"))
    removed = sorted(each.read_text() for each in world.data.glob("trash/*/entry.json"))
    return (*said, *moved, *world.index["contexts"], *removed)


def log(world: World, folder: Path, form: str = "%s") -> list[str]:
    return world.git(folder, "log", f"--format={form}", "--topo-order").splitlines()


def test_the_work_goes_home_and_one_undo_takes_all_of_it_back(world: World) -> None:
    home = world.started("feat")
    folder = work(world, "feat", new="new\n", file0="changed\n")
    world.git(folder, "mv", "new", "renamed")
    (folder / "binary").write_bytes(b"\0\xff\r\n")
    world.git(folder, "add", "-A")
    world.git(folder, "commit", "-qm", "renamed")
    (folder / ".env").write_text("secret\n")
    (home / ".git/info/exclude").write_text(".env\n")
    # What is not in the way stays as it is, staged or not
    (home / "staged").write_text("staged\n")
    world.git(home, "add", "staged")
    (home / "loose").write_text("loose\n")
    before = world.git(home, "status", "--porcelain")
    old, tip = world.git(home, "rev-parse", "main"), world.git(folder, "rev-parse", "HEAD")
    assert world.ok("merge", "feat").stdout.splitlines() == [
        f"merged 'feat' into main: 3 commits, fast-forward, {tip[:10]}",
        f"brought forward: {home}",
        "removed 'feat': worktree, branch feat, session",
        "take all of it back, the merge too: par undo",
    ]
    assert (world.git(home, "rev-parse", "main"), world.git(home, "status", "--porcelain")) == (tip, before)
    assert ((home / "renamed").read_text(), (home / "binary").read_bytes()) == ("new\n", b"\0\xff\r\n")
    assert (world.branches(home), world.sessions(), folder.exists()) == ({"main"}, [], False)
    assert "par: merge of feat" in world.git(home, "reflog", "-1", "--format=%gs", "HEAD")
    undone = world.ok("undo").stdout.splitlines()
    assert (undone[0], undone[-1]) == (
        "restored 'feat': session in app",
        f"main in app is at {old[:10]} again",
    )
    assert (world.git(home, "rev-parse", "main"), world.git(home, "status", "--porcelain")) == (old, before)
    assert not (home / "renamed").exists()
    assert (world.git(folder, "rev-parse", "HEAD"), (folder / ".env").read_text()) == (tip, "secret\n")
    assert (world.branches(home), len(world.sessions())) == ({"main", "feat"}, 1)
    assert [*world.data.glob("mov*/*")] == []
    # Where the branch has moved since, or only the context is asked for, what was merged stays
    world.ok("merge", "feat")
    commit(world, home, "later", "later\n")
    moved = world.par("undo")
    assert (moved.status, moved.stderr) == (
        0,
        "'main' has moved since: what was merged into 'main' stays there\n",
    )
    assert log(world, home)[:2] == ["later in app", "renamed"]
    work(world, "feat", more="more\n")
    world.ok("merge", "feat")
    named = world.par("restore", "feat")
    assert (named.status, named.stderr) == (0, "what was merged into 'main' stays there\n")
    assert (log(world, home)[0][:14], [*world.data.glob("moving")]) == ("Merge branch '", [])


def test_each_way_to_merge_makes_what_it_says(world: World) -> None:
    home = world.started("feat")
    folder = work(world, "feat", one="1\n", two="2\n")
    author = ("-c", "user.name=Ünal", "-c", "user.email=u@example.com")
    world.git(
        folder, *author, "commit", "-q", "--allow-empty", "-m", "empty\n\nbody", "--date=@1700000000 +0230"
    )
    forward = world.par("merge", "feat", "--ff-only", "--keep", "--json").json
    tip, old = world.git(folder, "rev-parse", "HEAD"), world.git(home, "rev-parse", "main~3")
    assert forward == {
        "version": 1,
        "label": "feat",
        "merged": [
            {
                "repository": str(home),
                "branch": "feat",
                "into": "main",
                "before": old,
                "after": tip,
                "commits": 3,
                "made": "fast-forward",
                "checkout": str(home),
            }
        ],
        "trash_id": None,
    }
    back = world.ok("undo", "--json").json
    assert back["contexts"] == []
    assert back["branches"] == [{"repository": str(home), "branch": "main", "from": tip, "to": old}]
    world.ok("merge", "feat", "-m", "by hand", "--keep")
    assert log(world, home, "%p %s")[0].count(" ") == 3
    world.ok("undo")
    commit(world, home, "main", "main\n")
    ahead = world.par("merge", "feat", "--ff-only")
    refused(ahead, 4, "'main' has commits that 'feat' does not have", "par merge feat --rebase")
    world.ok("merge", "feat", "--keep")
    assert log(world, home)[:2] == ["Merge branch 'feat'", "empty"]
    assert world.git(home, "log", "-1", "--format=%s", "HEAD^1") == "main in app"
    world.ok("undo")
    world.ok("merge", "feat", "--squash", "--keep")
    squashed = ["feat", "", "* one of feat", "* two of feat", "* empty"]
    assert world.git(home, "log", "-1", "--format=%B%P").splitlines()[:5] == squashed
    world.ok("undo")
    world.ok("merge", "feat", "--rebase")
    rebased = log(world, home, "%an %ae %ad %cn %s")
    assert rebased[0] == "Ünal u@example.com Wed Nov 15 00:43:20 2023 +0230 Test empty"
    assert log(world, home) == ["empty", "two of feat", "one of feat", "main in app", "commit 0"]
    assert world.git(home, "status", "--porcelain") == ""
    for words, message in (
        (("--rebase", "-m", "x"), "-m is for a merge or --squash, not for --rebase"),
        (("--squash", "--rebase"), "--squash, --rebase and --ff-only are three ways to merge: choose one"),
        (("-m", " "), "the message is empty"),
    ):
        refused(world.par("merge", "feat", *words), 2, message, "par merge --help")


def test_nothing_changes_where_something_is_in_the_way(world: World) -> None:
    world.started("feat")
    folder = world.worktree("feat")
    asked = f"git -C '{folder}' status"
    empty = "'feat' has nothing to merge: all its commits are there already"
    refused(world.par("merge", "feat"), 3, empty, "par diff feat")
    refused(world.par("merge", "feet"), 3, "there is no context 'feet'", "par merge feat")
    work(world, "feat", file0="feat\n", new="new\n")
    nowhere = world.par("merge", "feat", "--into", "feat*")
    refused(nowhere, 3, "there is no branch 'feat*' in app", "par merge feat --into BRANCH")
    (folder / "file0").write_text("more\n")
    (folder / "un\ttracked").touch()
    dirty = world.par("merge", "feat")
    assert dirty.stderr.splitlines() == [
        "par: 'feat' has 2 files not committed",
        *("  file0", r"  un\u{9}tracked", f"hint: {asked}"),
    ]
    assert dirty.status == 5
    world.git(folder, "checkout", "-q", "file0")
    (folder / "un\ttracked").unlink()
    world.git(folder, "bisect", "start")
    refused(world.par("merge", "feat"), 5, "'feat' has a bisect in progress", asked)
    world.git(folder, "bisect", "reset")
    world.ok("state", "working", "feat")
    refused(world.par("merge", "feat"), 5, "the agent in 'feat' is working", "par wait feat")
    world.ok("state", "done", "feat")


def met_in(world: World, branch: str) -> tuple[str, str]:
    folder = world.worktree("feat")
    message = f"merging 'feat' into '{branch}' would conflict in 1 file\n  file0"
    return message, f"git -C '{folder}' merge {branch}"


def test_a_repository_in_the_checkout_is_never_touched(world: World) -> None:
    home = world.repository()
    inner = world.repository("app/inner")
    world.git(home, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    world.git(home, "commit", "-qm", "inner")
    (inner / ".git/info/exclude").write_text("ignored\n")
    (inner / "ignored").write_text("mine\n")
    for label in ("file", "folder"):
        world.ok("start", label, cwd=home)
        folder = world.worktree(label)
        (folder / "inner").rmdir()
        world.git(folder, "rm", "-q", "--cached", "inner")
        name = "inner" if label == "file" else "inner/new"
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("new\n")
        world.git(folder, "add", "-A")
        world.git(folder, "commit", "-qm", label)
        before = world.git(inner, "show-ref")
        message = f"'main' is checked out at '{home}', with 1 file in the way\n  inner"
        hint = f"commit them, or move them away: git -C '{home}' status --ignored"
        refused(world.par("merge", label), 5, message, hint)
        assert (world.git(inner, "show-ref"), (inner / "ignored").read_text()) == (before, "mine\n")
    # An empty folder is not in the way
    inner.rename(world.home / "elsewhere")
    inner.mkdir()
    world.ok("merge", "file")
    assert inner.read_text() == "new\n"


def test_what_lies_in_the_checkout_of_the_branch_is_never_touched(world: World) -> None:
    home = world.started("feat")
    work(world, "feat", file0="feat\n", new="new\n")
    # What lies in the checkout of main: changed, not tracked, ignored, or under a name that becomes a folder
    before = state(world, home)
    (home / ".git/info/exclude").write_text("new\n")
    for name, change in (("file0", "mine\n"), ("new", "mine\n")):
        (home / name).write_text(change)
        held = world.par("merge", "feat")
        assert held.stderr.splitlines() == [
            f"par: 'main' is checked out at '{home}', with 1 file in the way",
            *(f"  {name}", f"hint: commit them, or move them away: git -C '{home}' status --ignored"),
        ]
        assert (held.status, (home / name).read_text()) == (5, "mine\n")
        world.git(home, "checkout", "-q", "file0")
        (home / "new").unlink(missing_ok=True)
    assert state(world, home) == before
    (home / ".git/index.lock").touch()
    locked = f"git is at work at '{home}', or was killed there"
    refused(world.par("merge", "feat"), 4, locked, "par doctor --fix")
    (home / ".git/index.lock").unlink()
    # A stash that met a conflict, what is only staged as deleted, and a name for another branch
    world.git(home, "checkout", "-q", "--detach")
    (home / "file0").write_text("a\n")
    world.git(home, "stash", "-q")
    (home / "file0").write_text("b\n")
    world.git(home, "commit", "-qam", "b")
    world.git(home, "branch", "other")
    world.git(home, "checkout", "-q", "other")
    world.run("git", "stash", "apply", "-q", cwd=home)
    unmerged = f"'{home}' has conflicts that are not resolved"
    refused(world.par("merge", "feat", "--into", "other", "--squash"), 4, *met_in(world, "other"))
    calm = world.git(home, "commit-tree", "-p", "main", "-m", "calm", "main^{tree}")
    world.git(home, "update-ref", "refs/heads/other", calm)
    refused(world.par("merge", "feat", "--into", "other"), 5, unmerged, f"git -C '{home}' status")
    world.git(home, "reset", "-q", "--hard", "main")
    world.git(home, "checkout", "-q", "main")
    world.git(home, "rm", "-q", "--cached", "file0")
    assert world.par("merge", "feat").stderr.splitlines()[1] == "  file0"
    world.git(home, "reset", "-q")
    world.git(home, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    named = "'alias' is only another name for 'main'"
    refused(world.par("merge", "feat", "--into", "alias"), 4, named, "par merge feat --into main")
    world.git(home, "bisect", "start")
    busy = f"'main' is in use by a rebase or bisect at '{home}'"
    refused(world.par("merge", "feat"), 4, busy, f"git -C '{home}' status")
    world.git(home, "bisect", "reset")
    commit(world, home, "file0", "main\n")
    before = state(world, home)
    for how, message in (((), "merging"), (("--squash",), "merging"), (("--rebase",), "rebasing")):
        met = world.par("merge", "feat", *how)
        assert met.stderr.splitlines()[0].startswith(f"par: {message} 'feat'")
        assert (met.status, met.stderr.splitlines()[1]) == (4, "  file0")
    assert state(world, home) == before


def test_commits_are_the_users_own_and_no_hook_sees_them(world: World) -> None:
    home = world.started("feat")
    work(world, "feat", new="new\n")
    world.git(home, "branch", "calm")
    hook = home / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    world.git(home, "config", "commit.gpgSign", "true")
    world.git(home, "config", "gpg.program", "false")
    before = state(world, home)
    unsigned = world.par("merge", "feat", "--into", "calm", "-m", "signed")
    assert (unsigned.status, unsigned.stderr.startswith("par: git commit-tree: ")) == (8, True)
    assert state(world, home) == before
    world.git(home, "config", "commit.gpgSign", "false")
    world.git(home, "config", "user.name", "")
    nobody = world.par("merge", "feat", "--into", "calm", "-m", "signed")
    assert (nobody.status, nobody.stderr.startswith("par: git does not know who you are: ")) == (6, True)
    assert state(world, home) == before
    world.git(home, "config", "--unset", "user.name")
    world.ok("merge", "feat", "--into", "calm", "-m", "mine")
    assert world.git(home, "log", "-1", "--format=%s %an %cn", "calm") == "mine Test Test"


def test_git_without_merge_tree_merges_what_goes_forward(world: World) -> None:
    home = world.started("feat")
    folder = work(world, "feat", new="new\n")
    old = world.home / "bin/git"
    old.parent.mkdir()
    old.write_text(
        f"#!/bin/sh\ncase \" $* \" in *' merge-tree '*) exit 129 ;; esac\n"
        f'PATH="{world.env["PATH"]}" exec git "$@"\n'
    )
    old.chmod(0o755)
    path = f"{old.parent}:{world.env['PATH']}"
    commit(world, home, "main", "main\n")
    message = "git is older than 2.38: it cannot merge without a worktree"
    hint = f"git -C '{folder}' merge main && par merge feat"
    refused(world.par("merge", "feat", PATH=path), 8, message, hint)
    refused(world.par("merge", "feat", "--rebase", PATH=path), 8, message, hint)
    assert world.run("sh", "-c", hint.partition(" && ")[0]).status == 0
    world.ok("merge", "feat", PATH=path)
    assert log(world, home)[0] == "Merge branch 'main' into feat"


def test_a_stacked_context_goes_into_the_one_below_and_a_bare_repository_has_no_checkout(
    world: World,
) -> None:
    home = world.started("below")
    below = work(world, "below", low="low\n")
    world.ok("start", "above", cwd=below)
    work(world, "above", high="high\n")
    world.ok("state", "working", "below")
    refused(world.par("merge", "above"), 5, "the agent in 'below' is working", "par wait below")
    world.ok("state", "clear", "below")
    world.ok("merge", "above")
    assert ((below / "high").read_text(), world.git(below, "status", "--porcelain")) == ("high\n", "")
    # The context below went home too: what is above it goes where that went
    world.ok("undo")
    world.ok("merge", "below")
    assert "into main: 1 commit" in world.ok("merge", "above").stdout
    bare = world.home / "src/project/.bare"
    world.git(home, "clone", "-q", "--bare", str(home), str(bare))
    world.ok("start", "there", cwd=bare)
    work(world, "there", new="new\n")
    done = world.ok("merge", "there").stdout
    assert "brought forward" not in done
    assert world.git(bare, "show", "main:new") == "new"
    world.ok("undo")
    assert world.run("git", "show", "main:new", cwd=bare).status != 0


def test_a_workspace_is_merged_as_a_whole_or_not_at_all(world: World) -> None:
    homes = [world.repository(name) for name in ("back", "docs", "front")]
    world.ok("workspace", "start", "big", cwd=world.home / "src")
    for home in (homes[0], homes[2]):
        (folder,) = world.data.glob(f"workspaces/*/big/{home.name}")
        commit(world, folder, "new", "new\n")
    (homes[2] / "new").write_text("in the way\n")
    before = [state(world, home) for home in homes]
    assert world.par("merge", "big").status == 5
    assert [state(world, home) for home in homes] == before
    (homes[2] / "new").unlink()
    said = world.ok("merge", "big").stdout
    for home in (homes[0], homes[2]):
        assert f"merged 'big' into main in {home.name}: 1 commit, fast-forward, " in said
        assert (home / "new").exists()
    # In one of them something is in the way of the way back: nothing moves
    (homes[0] / "new").write_text("changed since\n")
    before = [state(world, home) for home in homes]
    held = world.par("undo")
    assert (held.status, held.stderr.splitlines()[1]) == (5, "  new")
    assert [state(world, home) for home in homes] == before
    world.git(homes[0], "checkout", "-q", "new")
    world.ok("undo")
    assert [(home / "new").exists() for home in homes] == [False] * 3
    assert world.ok("labels").stdout == "big\n"


@pytest.mark.parametrize("name", ["--upload-pack=x", "a'b$(x)", "x\u202ey"])
def test_names_of_strangers_are_nothing_but_names(world: World, name: str) -> None:
    home = world.started("feat")
    folder = world.worktree("feat")
    world.git(home, "update-ref", f"refs/heads/{name}", "HEAD")
    (folder / f"{name}\n*").write_text("odd\n")
    world.git(folder, "add", "-A")
    world.git(folder, "commit", "-qm", name)
    world.git(home, "symbolic-ref", "HEAD", f"refs/heads/{name}")
    done = world.ok("merge", "feat", f"--into={name}", "-m", name)
    assert f"\n{name}" not in done.stdout
    assert (home / f"{name}\n*").read_text() == "odd\n"
    (home / f"{name}\n*").write_text("changed\n")
    held = world.par("undo")
    assert held.status == 5
    assert "\u202e" not in held.stderr
    world.git(home, "checkout", "-q", "--", ".")
    world.ok("undo")
    assert not (home / f"{name}\n*").exists()


def test_an_undo_of_what_was_pushed_says_so(world: World) -> None:
    _, home = world.clone()
    world.ok("start", "feat", cwd=home)
    work(world, "feat", new="new\n")
    for words in (("merge", "feat", "--keep"), ("merge", "feat")):
        world.ok(*words)
        world.git(home, "push", "-q", "origin", "main")
        undone = world.par("undo")
        note = "'origin/main' has it already: a pull would bring it back\n"
        assert (undone.status, undone.stderr) == (0, note)


def test_an_adopted_context_stays_and_a_submodule_is_not_touched(world: World) -> None:
    home, inner = world.repository(), world.repository("inner")
    world.git(home, "submodule", "--quiet", "add", str(inner), "lib")
    world.git(home, "commit", "-qm", "submodule")
    mine = world.home / "mine"
    world.git(home, "worktree", "add", "-q", "-b", "topic", str(mine))
    world.ok("adopt", str(mine))
    world.git(mine, "submodule", "--quiet", "update", "--init")
    commit(world, mine / "lib", "more", "more\n")
    assert world.par("merge", "topic").stderr.splitlines()[1] == "  lib"
    world.git(mine, "commit", "-qam", "lib")
    # As with git merge the files of a submodule stay, also those that are not committed there
    commit(world, home / "lib", "own", "own\n")
    assert world.ok("merge", "topic").stdout.splitlines()[-1] == "take it back: par undo"
    assert ((home / "lib/more").exists(), (home / "lib/own").exists(), mine.exists()) == (False, True, True)
    world.ok("undo")
    assert (home / "lib/own").exists()
    assert world.par("undo").stderr == Result(3, "", "par: the trash is empty\nhint: par ls\n").stderr

"""`par conflicts` and `par diff`: what would collide, and what was done, before anybody merges."""

from __future__ import annotations

from pathlib import Path

from conftest import Result, Terminal, World, eventually, refused


def write(world: World, label: str, name: str, text: str, *, is_committed: bool = True) -> Path:
    """Put `text` in a file of a context's worktree, and commit it; the worktree."""
    folder = world.worktree(label)
    (folder / name).write_text(text)
    if is_committed:
        world.git(folder, "add", "-A")
        world.git(folder, "commit", "-qm", label)
    return folder


def conflict(labels: list[str], *files: str, base: str | None = None, repository: str = "app") -> object:
    return {"labels": labels, "base": base, "repository": repository, "files": [*files]}


def test_contexts_that_would_conflict_are_named_with_each_file(world: World) -> None:
    home = world.repository()
    nothing = "0 worktrees compared: no conflicts.\n"
    assert world.par("conflicts") == Result(0, nothing, "")
    world.ok("start", "one", cwd=home)
    write(world, "one", "file0", "one\n")
    write(world, "one", "new\tname", "one\n")
    world.ok("start", "stacked", "--base", "one", cwd=home)
    write(world, "stacked", "file0", "stacked\n")
    world.ok("start", "two", cwd=home)
    write(world, "two", "file0", "two\n")
    write(world, "two", "new\tname", "two\n")
    world.ok("start", "other", cwd=home)
    write(world, "other", "beside", "other\n")
    world.ok("start", "loose", cwd=home)
    loose = world.worktree("loose")
    world.git(loose, "checkout", "-q", "--orphan", "alone")
    world.git(loose, "commit", "-q", "--allow-empty", "-m", "nothing in common")
    both = conflict(["one", "two"], "file0", "new\tname")
    found = world.ok("conflicts", "--json").json
    assert found == {
        "version": 1,
        "conflicts": [both, conflict(["stacked", "two"], "file0", "new\tname")],
    }
    # main moves on, and what was begun from it meets it; what was begun from `one` meets that
    (home / "file0").write_text("main\n")
    world.git(home, "commit", "-qam", "main")
    write(world, "one", "file0", "one again\n")
    before = world.git(home, "status", "--porcelain=v2", "--branch")
    assert world.ok("conflicts").stdout.splitlines() == [
        *("'one' and main in app:", "  file0"),
        *("'one' and 'stacked' in app:", "  file0"),
        *("'stacked' and one in app:", "  file0"),
        *("'one' and 'two' in app:", "  file0", r"  new\u{9}name"),
        *("'stacked' and 'two' in app:", "  file0", r"  new\u{9}name"),
        *("'two' and main in app:", "  file0"),
    ]
    assert world.git(home, "status", "--porcelain=v2", "--branch") == before
    unknown = "no context is in a repository called 'web'"
    refused(world.par("conflicts", "--repo", "web"), 3, unknown, "par ls")


def test_what_is_not_committed_conflicts_only_where_it_is_asked_for(world: World) -> None:
    home = world.started("one", "two")
    for label in ("one", "two"):
        write(world, label, "notes", f"{label}\n", is_committed=False)
        (world.worktree(label) / "file0").write_text(f"{label}\n")
    index = home / ".git/worktrees/one/index"
    before = index.read_bytes()
    assert world.ok("conflicts", "--json").json["conflicts"] == []
    (found,) = world.ok("conflicts", "--worktree", "--json").json["conflicts"]
    assert found == conflict(["one", "two"], "file0", "notes")
    assert index.read_bytes() == before
    assert world.git(world.worktree("one"), "status", "--porcelain").splitlines() == [" M file0", "?? notes"]


def test_workspaces_conflict_in_each_repository_of_theirs(world: World) -> None:
    for name in ("back", "front"):
        world.repository(name)
    for label in ("one", "two"):
        world.ok("workspace", "start", label, "--repos", "back,front", cwd=world.home / "src")
        (folder,) = world.data.glob(f"workspaces/*/{label}/front")
        (folder / "file0").write_text(f"{label}\n")
        world.git(folder, "commit", "-qam", label)
    found = world.ok("conflicts", "--json").json["conflicts"]
    assert found == [conflict(["one", "two"], "file0", repository="front")]
    unknown = world.par("conflicts", "--repo", "bakc")
    refused(unknown, 3, "no context is in a repository called 'bakc'", "par conflicts --repo back")
    assert world.ok("workspace") == world.ok("workspace", "--help")


def test_git_without_merge_tree_is_said(world: World) -> None:
    world.started("one", "two")
    folder = world.home / "bin"
    folder.mkdir()
    git = folder / "git"
    git.write_text(
        f"#!/bin/sh\ncase \" $* \" in *' merge-tree '*) exit 129 ;; esac\n"
        f'PATH="{world.env["PATH"]}" exec git "$@"\n'
    )
    git.chmod(0o755)
    old = world.par("conflicts", PATH=f"{folder}:{world.env['PATH']}")
    message = "git is older than 2.38: it cannot merge without a worktree"
    refused(old, 8, message, "install git 2.38 or newer")


def test_diff_shows_all_that_was_done_since_the_base(world: World) -> None:
    home = world.started("feat")
    folder = write(world, "feat", "file0", "committed\n")
    (folder / "new").write_text("untracked\n")
    (home / "beside").write_text("main went on\n")
    world.git(home, "add", "beside")
    world.git(home, "commit", "-qm", "main")
    status = world.git(folder, "status", "--porcelain=v2")
    shown = world.ok("diff", "feat").stdout
    assert [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}] == [
        *("-content 0", "+committed", "+untracked")
    ]
    summary = [line.split("|")[0].strip() for line in world.ok("diff", "feat", "--stat").stdout.splitlines()]
    assert summary == ["file0", "new", "2 files changed, 2 insertions(+), 1 deletion(-)"]
    assert "file0" not in world.ok("diff", "feat", "new").stdout
    # Merged since: it is still compared with where it was begun
    world.git(home, "merge", "-q", "--no-edit", "feat")
    assert "+committed" in world.ok("diff", "feat").stdout
    # A record of an older par knows no base: the reflog of the branch does
    index = world.data / "global_state.json"
    index.write_text(index.read_text().replace('"base', '"unknown'))
    assert "+committed" in world.ok("diff", "feat").stdout
    # Before that it said only who had made the branch, and so where
    reflog = home / ".git/logs/refs/heads/feat"
    said = reflog.read_text()
    assert " from refs/heads/main by operation" in said
    reflog.write_text(said.replace(" from refs/heads/main by", " by"))
    assert "+committed" in world.ok("diff", "feat").stdout
    assert world.git(folder, "status", "--porcelain=v2") == status
    missing = world.par("diff", "feet")
    refused(missing, 3, "there is no context 'feet'", "par diff feat")


def test_diff_of_a_workspace_names_the_repositories(world: World) -> None:
    for name in ("back", "front"):
        world.repository(name)
    world.ok("workspace", "start", "big", "--repos", "back,front", cwd=world.home / "src")
    for tracked in world.data.glob("workspaces/*/big/*/file0"):
        tracked.write_text("changed\n")
    shown = world.ok("diff", "big").stdout
    heads = [line for line in shown.splitlines() if line.startswith("diff --git ")]
    assert heads == [f"diff --git a/{name}/file0 b/{name}/file0" for name in ("back", "front")]


def test_diff_leaves_keys_to_the_pager(world: World, terminal: Terminal) -> None:
    world.started("feat")
    (world.worktree("feat") / "file0").write_text("changed\n" * 200)
    terminal.par("diff feat; echo status $?")
    terminal.wait("diff --git a/file0")
    terminal.press("C-c")

    def is_at_end() -> bool:
        terminal.press("G")  # less forgets what was typed before it had taken note of the interruption
        return "(END)" in terminal.screen()

    eventually(is_at_end)
    terminal.press("q")
    terminal.wait("status 0")


def test_the_base_of_what_was_there_before_is_the_default_branch(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "-m", "main", "stem")
    bare = world.home / "src/project/.bare"
    world.git(home, "clone", "-q", "--bare", str(home), str(bare))
    world.git(bare, "remote", "remove", "origin")
    for place, label in ((home, "there"), (bare, "bare")):
        world.git(place, "branch", label)
        world.ok("checkout", label, cwd=place)
        write(world, label, "file0", f"{label}\n")
        (world.worktree(label) / "file0").write_text("again\n")
    compared = [line.split("\t") for line in world.ok("ls", "--long").stdout.splitlines()[1:]]
    assert [[*row[:4], row[5]] for row in compared] == [
        [label, "1", "0", "1", "stem"] for label in ("there", "bare")
    ]


def test_one_repository_that_git_cannot_read_does_not_keep_the_others(world: World) -> None:
    homes = [world.repository(name) for name in ("sound", "broken")]
    for home in homes:
        for number in (1, 2):
            label = f"{home.name}-{number}"
            world.ok("start", label, cwd=home)
            write(world, label, "file0", f"{label}\n")
    world.git(homes[0], "merge", "-q", "sound-1")
    (homes[1] / ".git/HEAD").write_text("")
    found = world.par("conflicts", "--json")
    labels = [each["labels"] for each in found.json["conflicts"]]
    assert (found.status, labels) == (0, [["sound-1", "sound-2"], ["sound-2"]])
    assert found.stderr.startswith(f"{homes[1]} is left out: git ")
    pruned = world.par("prune", "--dry-run")
    assert (pruned.status, pruned.stdout) == (0, "  sound-1  (sound)  its work is in main\n")


def test_a_repository_that_was_just_begun_inside_is_no_obstacle(world: World) -> None:
    world.started("one", "two")
    for label in ("one", "two"):
        write(world, label, "new *[x]", f"{label}\n", is_committed=False)
        world.git(world.worktree(label), "init", "-q", "nested")
    assert "+one" in world.ok("diff", "one").stdout
    (found,) = world.ok("conflicts", "--worktree", "--json").json["conflicts"]
    assert found == conflict(["one", "two"], "new *[x]")

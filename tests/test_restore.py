"""`par rm` and `par restore`: whatever was removed comes back as it was."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import World, beside_two_commits, commit, eventually, refused


def tree(folder: Path) -> dict[str, tuple[int, int, str]]:
    """All that lies in `folder`: the inode, the mode and the content of each."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        seen = path.lstat()
        content = (
            str(path.readlink()) if path.is_symlink() else "" if path.is_dir() else path.read_bytes().hex()
        )
        # The link of a submodule is written again
        inode = 0 if path.name == ".git" else seen.st_ino
        found[str(path.relative_to(folder))] = (inode, seen.st_mode, content)
    return found


def snapshot(world: World, home: Path, *labels: str) -> dict[str, object]:
    """All that there is of contexts: their files, what git says of each, the branches, the sessions."""
    rows = {row["label"]: row for row in world.ok("ls", "--json").json["contexts"]}
    options = "#{@par_label} #{@par_kind} #{@par_repo} #{@par_branch} #{@par_path} #{@par_init} #{@par_state}"
    seen: dict[str, object] = {
        "refs": world.git(home, "for-each-ref"),
        "worktrees": sorted(world.git(home, "worktree", "list", "--porcelain").split("\n\n")),
        "settings": sorted(world.git(home, "config", "--local", "--list").splitlines()),
        "sessions": world.tmux("list-sessions", "-F", f"#{{session_name}} {options}"),
    }
    for label in labels:
        rows[label]["session"]["id"] = None
        folder = Path(rows[label]["worktrees"][0]["path"])
        seen[label] = (
            rows[label],
            tree(folder),
            world.git(folder, "status", "--porcelain=v2", "--branch", "--ignored", "--show-stash"),
            world.git(folder, "diff"),
            world.git(folder, "diff", "--cached"),
            world.git(folder, "ls-files", "--stage", "--unmerged"),
            world.git(folder, "status"),
        )
    return seen


def _nothing(world: World, folder: Path) -> None:
    pass


def _all_kinds_of_files(world: World, folder: Path) -> None:
    (folder / "file1").write_text("staged\n")
    world.git(folder, "add", "file1")
    (folder / "file1").write_text("and edited again\n")
    (folder / "file0").unlink()
    (folder / "link").symlink_to("nowhere")
    (folder / "deep/er").mkdir(parents=True)
    (folder / "deep/er/untracked").write_text("new\n")
    (folder / ".env").write_text("secret\n")
    (folder / ".env").chmod(0o600)
    (folder / "deep").chmod(0o500)
    folder.chmod(0o555)


def _commits(world: World, folder: Path) -> None:
    commit(world, folder, "one")
    commit(world, folder, "two")


def _rebase(world: World, folder: Path) -> None:
    world.run("git", "rebase", "-q", "-i", "HEAD~1", cwd=folder, GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/")
    assert "rebase" in world.git(folder, "status")


def _conflict(world: World, folder: Path) -> None:
    for name, text in (("theirs", "theirs\n"), ("ours", "ours\n")):
        world.git(folder, "switch", "-q", "-c", name, folder.name)
        (folder / "file0").write_text(text)
        world.git(folder, "commit", "-q", "-a", "-m", name)
    assert world.run("git", "merge", "theirs", cwd=folder).status == 1


def _bisect(world: World, folder: Path) -> None:
    world.git(folder, "bisect", "start")


def _detached(world: World, folder: Path) -> None:
    world.git(folder, "switch", "-q", "--detach")
    commit(world, folder, "on no branch")


def _unborn(world: World, folder: Path) -> None:
    world.git(folder, "switch", "-q", "--orphan", "fresh")
    (folder / "first").write_text("first\n")


def _configured(world: World, folder: Path) -> None:
    section = f"branch.{folder.name}"
    world.git(folder, "config", f"{section}.description", "two\nlines")
    world.git(folder, "config", "--add", f"{section}.remote", ".")
    world.git(folder, "config", "--add", f"{section}.merge", "refs/heads/main")


def _submodule(world: World, folder: Path) -> None:
    library = world.repository("library")
    world.git(folder, "submodule", "-q", "add", "--name", "a/name", str(library), "libs/inner")
    world.git(folder, "commit", "-q", "-m", "a submodule")
    commit(world, folder / "libs/inner", "here only")
    (folder / "libs/inner/file0").write_text("changed\n")


def _relative_links(world: World, folder: Path) -> None:
    admin = Path((folder / ".git").read_text().removeprefix("gitdir: ").rstrip("\n"))
    (folder / ".git").write_text(f"gitdir: {os.path.relpath(admin, folder)}\n")


STATES = [
    _nothing,
    _all_kinds_of_files,
    _commits,
    _rebase,
    _conflict,
    _bisect,
    _detached,
    _unborn,
    _configured,
    _submodule,
]


def test_what_is_removed_comes_back_exactly(world: World) -> None:
    world.repeated(beside_two_commits, *(f"feat-{number}" for number in range(len(STATES))))
    home = world.home / "src/app"
    (home / ".git/info/exclude").write_text(".env\n")
    states = dict(zip(world.index["contexts"], STATES, strict=True))
    for label, state in states.items():
        state(world, Path(world.index["contexts"][label]["root"]))
    before, sessions = snapshot(world, home, *states), world.sessions()
    removed = world.par("rm", *states)
    said = [f"removed '{label}': worktree, branch {label}, session" for label in states]
    told = f"all {len(states)} are in the trash, bring them back: par undo"
    assert (removed.status, removed.stdout.splitlines(), removed.stderr) == (0, [*said, told], "")
    assert (world.sessions(), world.index["contexts"]) == ([], {})
    assert world.branches(home) == {"main", "ours", "theirs"}
    restored = world.par("undo")
    assert (restored.status, restored.stderr) == (0, "")
    assert restored.stdout.splitlines() == [f"restored '{label}': session in app" for label in states]
    assert sorted(world.sessions()) == sorted(sessions)
    after = snapshot(world, home, *states)
    for label, state in states.items():
        assert after[label] == before[label], state.__name__
    assert after == before
    assert list((world.data / "trash").iterdir()) == []
    assert list((world.data / "locks").glob("operation-*")) == []
    assert world.git(home, "fsck", "--no-dangling") == ""


def test_relative_links_as_newer_git_writes_them_are_followed(world: World) -> None:
    world.started("feat")
    folder = world.worktree("feat")
    _relative_links(world, folder)
    world.ok("rm", "feat")
    world.ok("restore", "feat")
    assert world.git(folder, "status", "--short", "--branch") == "## feat"


def test_unfinished_rebase_goes_on_after_it_came_back_under_another_name(world: World) -> None:
    home = world.repository(commits=2)
    world.ok("start", "feat", cwd=home)
    _rebase(world, world.worktree("feat"))
    world.ok("rm", "feat")
    world.git(home, "branch", "feat", "main~1")
    (entry,) = world.ok("trash", "--json").json["trash"]
    taken = world.par("restore")
    refused(taken, 4, "branch 'feat' already exists", f"par restore {entry['id']} --as NEWLABEL")
    world.ok("restore", "--as", "again")
    folder = world.worktree("again")
    world.git(folder, "commit", "-q", "--amend", "-m", "reworded")
    world.git(folder, "rebase", "--continue")
    assert world.git(folder, "log", "-1", "--format=%s %D") == "reworded HEAD -> again"
    assert world.git(home, "rev-parse", "feat") == world.git(home, "rev-parse", "main~1")


@pytest.mark.parametrize("state", [_rebase, _bisect], ids=lambda state: state.__name__.strip("_"))
def test_branch_of_unfinished_work_is_free_while_that_is_in_the_trash(
    world: World, state: Callable[[World, Path], None]
) -> None:
    home = world.repository(commits=2)
    world.git(home, "branch", "mine")
    world.ok("checkout", "mine", "-l", "feat", cwd=home)
    folder, admin = world.worktree("feat"), home / ".git/worktrees/feat"
    state(world, folder)
    world.git(folder, "switch", "-q", "--detach", "--ignore-other-worktrees") if state is _bisect else None
    before = snapshot(world, home, "feat"), sorted(each.name for each in admin.rglob("*"))
    what = state.__name__.strip("_")
    told = f"branch 'mine' is in use by a {what} at '{folder}'"
    refused(world.par("checkout", "mine", "-l", "other", cwd=home), 4, told, f"git -C {folder} status")
    world.ok("rm", "feat")
    world.ok("checkout", "mine", "-l", "other", cwd=home)
    world.ok("restore", "feat")
    world.ok("rm", "--purge", "other")
    assert (snapshot(world, home, "feat"), sorted(each.name for each in admin.rglob("*"))) == before
    world.git(folder, *(("rebase", "--abort") if state is _rebase else ("bisect", "reset", "HEAD")))


def test_submodule_works_in_the_trash_and_under_another_name(world: World) -> None:
    world.started("feat")
    _submodule(world, world.worktree("feat"))
    world.ok("rm", "feat")
    (grave,) = (world.data / "trash").glob("*/0")
    assert world.git(grave / "libs/inner", "status", "--short") == " M file0"
    world.ok("restore", "--as", "again")
    assert world.git(world.worktree("again"), "status", "--short") == " M libs/inner"
    assert world.git(world.worktree("again") / "libs/inner", "status", "--short") == " M file0"


def test_commits_that_only_the_worktrees_own_records_name_survive_the_garbage_collection(
    world: World,
) -> None:
    home = world.repository(commits=2)
    world.ok("start", "feat", cwd=home)
    folder = world.worktree("feat")
    commit(world, folder, "under it")
    lost = [commit(world, folder, "reset away")]
    world.git(folder, "reset", "-q", "--hard", "HEAD~2")
    world.git(folder, "switch", "-q", "--detach")
    lost.append(commit(world, folder, "left behind"))
    world.git(folder, "switch", "-q", "feat")
    lost.append(world.git(folder, "commit-tree", "-m", "noted", "HEAD^{tree}"))
    Path(world.git(folder, "rev-parse", "--absolute-git-dir"), "MERGE_HEAD").write_text(f"{lost[2]}\n")
    world.ok("rm", "feat")
    (entry,) = world.ok("trash", "--json").json["trash"]
    prefix = f"refs/par/trash/{entry['id']}/0"
    kept = world.git(home, "for-each-ref", "--format=%(refname)", "refs/par").splitlines()
    assert sorted(kept) == sorted(
        [f"{prefix}/head", f"{prefix}/tip", *(f"{prefix}/other/{oid}" for oid in lost)]
    )
    world.git(home, "reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    world.git(home, "gc", "-q", "--prune=now")
    assert [world.git(home, "cat-file", "-t", oid) for oid in lost] == ["commit"] * 3
    world.ok("restore")
    assert world.git(home, "for-each-ref", "refs/par") == ""


def test_reflog_of_the_branch_comes_back_and_so_a_pull_request_is_still_no_work_of_the_users(
    world: World,
) -> None:
    bare, home = world.clone()
    request = world.git(bare, "commit-tree", "-m", "a request", "HEAD^{tree}")
    world.git(bare, "update-ref", "refs/pull/1/head", request)
    world.ok("checkout", "pr/1", cwd=home)
    before = world.git(home, "log", "-g", "--format=%H %gs", "pr-1").splitlines()
    world.ok("rm", "pr-1")
    assert world.par("trash", "empty", text="").stderr.startswith("par: this needs confirmation\n")
    world.ok("restore", "pr-1")
    assert world.git(home, "log", "-g", "--format=%H %gs", "pr-1").splitlines()[1:] == before
    assert world.ok("rm", "--purge", "pr-1").stdout == "removed 'pr-1': worktree, branch pr-1, session\n"


def test_five_thousand_files_are_moved_and_not_copied(world: World) -> None:
    world.started("feat")
    folder = world.worktree("feat")
    (folder / "many").mkdir()
    for number in range(5000):
        os.close(os.open(folder / f"many/{number}", os.O_CREAT | os.O_EXCL))
    before = inodes(folder / "many")
    assert len(before) == 5000
    world.ok("rm", "feat")
    (grave,) = (world.data / "trash").glob("*/0")
    moved = inodes(grave / "many")
    world.ok("restore")
    assert moved == before == inodes(folder / "many")


def inodes(folder: Path) -> dict[str, int]:
    return {each.name: each.inode() for each in os.scandir(folder)}


# -- what is in the way --------------------------------------------------------------------------


class Obstacle(NamedTuple):
    """What takes the place of the context `label` that was removed, and what the refusal says."""

    label: str
    make: Callable[[World, Path], None]
    message: str


def _same_label(world: World, home: Path) -> None:
    world.ok("start", "NAME", cwd=world.repository("other"))


def _same_branch(world: World, home: Path) -> None:
    world.git(home, "branch", "branch")


def _branch_as_folder(world: World, home: Path) -> None:
    world.git(home, "branch", "deep/inner")


def _same_place(world: World, home: Path) -> None:
    (folder,) = (world.data / "worktrees").iterdir()
    (folder / "place").mkdir()


def _checked_out_elsewhere(world: World, home: Path) -> None:
    world.git(home, "switch", "-q", "mine")


OBSTACLES = [
    Obstacle("place", _same_place, "the folder '{place}' is in the way"),
    Obstacle("name", _same_label, "context 'NAME' already exists"),
    Obstacle("branch", _same_branch, "branch 'branch' already exists"),
    Obstacle("deep", _branch_as_folder, "branch 'deep' cannot stand beside the branch 'deep/inner'"),
    Obstacle("mine", _checked_out_elsewhere, "branch 'mine' is checked out at '{home}'"),
]


def test_what_is_taken_meanwhile_is_told_and_another_label_helps(world: World) -> None:
    labels = [each.label for each in OBSTACLES]
    home = world.started("keep", *(each for each in labels if each != "mine"))
    world.git(home, "branch", "mine")
    world.ok("start", "mine", cwd=home)
    folders = {label: world.worktree(label) for label in labels}
    for label, folder in folders.items():
        (folder / "work").write_text(f"{label}\n")
    world.ok("rm", *labels)
    for obstacle in OBSTACLES:
        obstacle.make(world, home)
    ids = {each["label"]: each["id"] for each in world.ok("trash", "--json").json["trash"]}
    before = world.index, tree(world.data / "trash"), world.git(home, "for-each-ref")
    for label, _, message in OBSTACLES:
        hint = f"par restore {ids[label]} --as NEWLABEL"
        refused(world.par("restore", label), 4, message.format(place=folders[label], home=home), hint)
    assert (world.index, tree(world.data / "trash"), world.git(home, "for-each-ref")) == before
    for label in labels:
        done, again = world.ok("restore", ids[label], "--as", f"{label}-again"), f"{label}-again"
        folder = world.worktree(again)
        assert (folder, (folder / "work").read_text()) == (folders[label].with_name(again), f"{label}\n")
        branch = world.git(folder, "branch", "--show-current")
        told = f"its HEAD is on a commit: branch 'mine' is checked out at '{home}'\n"
        assert (branch, done.stderr) == (("", told) if label == "mine" else (again, ""))
        assert again in world.sessions()


def test_branch_that_has_moved_on_meanwhile_is_not_taken_back_in_time(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "mine")
    world.ok("start", "mine", cwd=home)
    world.ok("rm", "mine")
    world.git(home, "branch", "-f", "mine", world.git(home, "commit-tree", "-m", "new", "HEAD^{tree}"))
    result = world.ok("restore")
    assert result.stderr == (
        "its HEAD is on a commit: branch 'mine' is not there any more, or has moved on\n"
    )
    assert world.git(world.worktree("mine"), "status", "--short", "--branch") == "## HEAD (no branch)"


def test_an_undo_of_a_purge_brings_back_nothing_older(world: World) -> None:
    home = world.started("older", "purged", "forced")
    world.ok("rm", "older")
    for label, words in (("purged", ("--purge",)), ("forced", ("--purge", "--force"))):
        world.ok("rm", label, *words)
        message = f"'{label}' was deleted for good: there is nothing to bring back"
        refused(world.par("undo"), 3, message, "par trash")
    world.ok("start", "forced", cwd=home)
    assert "restored 'older'" in world.ok("undo").stdout


def test_one_undo_is_for_one_command(world: World) -> None:
    home = world.started("a", "b", "c", "d")
    world.ok("rm", "b")
    removed = world.ok("rm", "d", "a", "c").stdout.splitlines()
    assert removed[0] == "removed 'd': worktree, branch d, session"
    assert removed[3:] == ["all 3 are in the trash, bring them back: par undo"]
    several = "--as renames one context, and this is 3: d, a, c"
    first = world.ok("trash", "--json").json["trash"][-2]["id"]
    refused(world.par("undo", "--as", "new"), 2, several, f"par restore {first} --as new")
    files = f"par restore {first} --files FOLDER"
    refused(world.par("undo", "--files", "x"), 2, "the last command removed several: d, a, c", files)
    world.git(home, "branch", "a")
    result = world.par("undo")
    assert result.stderr.splitlines()[:2] == [
        "par: nothing was restored: 1 of 3 cannot come back",
        "  a: branch 'a' already exists",
    ]
    assert (result.status, world.index["contexts"]) == (4, {})
    world.git(home, "branch", "-D", "a")
    assert world.ok("undo").stdout == "".join(f"restored '{each}': session in app\n" for each in "dac")
    assert world.ok("undo", "--json").json["contexts"][0]["label"] == "b"
    for label in "abcd":  # within a second
        world.ok("rm", label)
    assert [each["label"] for each in world.ok("trash", "--json").json["trash"]] == [*"dcba"]
    assert world.ok("restore", "b", "d", "b").stdout.splitlines() == [
        "restored 'b': session in app",
        "restored 'd': session in app",
    ]
    world.ok("rm", "b")
    world.ok("restore", "b", "--as", "e")
    assert [world.ok("undo").stdout.split("'")[1] for _ in "ca"] == ["c", "a"]
    for label in ("c", "a"):
        world.ok("rm", label)
    world.ok("restore", "all")
    assert sorted(world.index["contexts"]) == ["a", "c", "d", "e"]
    refused(world.par("restore", "all"), 3, "the trash is empty", "par ls")


def test_what_cannot_be_restored_is_told(world: World) -> None:
    refused(world.par("restore", XDG_DATA_HOME=str(world.home / "empty")), 3, "the trash is empty", "par ls")
    home = world.started("feature")
    world.ok("rm", "feature")
    refused(world.par("restore", "featur"), 3, "'featur' is not in the trash", "par restore feature")
    refused(world.par("restore", "x\x1b[2J"), 3, "'x\\u{1b}[2J' is not in the trash", "par trash")
    (entry,) = world.ok("trash", "--json").json["trash"]
    home.rename(home.with_name("moved"))
    files = f"par doctor --fix, or par restore {entry['id']} --files FOLDER"
    refused(world.par("restore", "feature"), 3, f"the repository '{home}' is gone", files)
    home.with_name("moved").rename(home)
    assert world.ok("restore", "FEATURE").status == 0
    # What is spelled so comes before what was removed later
    world.ok("rm", "feature")
    world.ok("start", "FEATURE", cwd=home)
    world.ok("rm", "FEATURE")
    assert world.ok("restore", "feature").stdout.startswith("restored 'feature'")


def test_branch_and_commits_come_back_where_the_folder_was_gone(world: World) -> None:
    world.started("feat")
    tip = commit(world, world.worktree("feat"), "work")
    shutil.rmtree(world.worktree("feat"))
    assert world.ok("rm", "feat").stdout.startswith("removed 'feat': branch feat, session\n")
    world.ok("restore", "feat")
    assert world.git(world.worktree("feat"), "rev-parse", "HEAD") == tip
    assert (world.worktree("feat") / "file0").exists()


def test_session_that_does_not_start_leaves_all_of_it_in_the_trash(world: World) -> None:
    home = world.started("feat")
    (world.worktree("feat") / "work").write_text("mine\n")
    world.ok("rm", "feat")
    before = tree(world.data / "trash"), world.git(home, "for-each-ref")
    shims = world.home / "shims"
    shims.mkdir()
    (shims / "tmux").write_text(
        '#!/bin/sh\ncase "$*" in *source-file*)\n'
        'script=$(cat); case "$script" in *new-session*) exit 1; esac\n'
        f'printf "%s\\n" "$script" | {shutil.which("tmux")} "$@"; exit; esac\n'
        f'exec {shutil.which("tmux")} "$@"\n'
    )
    (shims / "tmux").chmod(0o755)
    result = world.par("restore", "feat", PATH=f"{shims}:{world.env['PATH']}")
    assert (result.status, result.stdout) == (8, "")
    refs = world.git(home, "for-each-ref")
    inodes = [row[0] for row in tree(world.data / "trash").values()]
    assert (world.index["contexts"], world.sessions(), refs) == ({}, [], before[1])
    assert {row[0] for row in before[0].values()} >= set(inodes) - {row[0] for row in before[0].values()}
    world.ok("restore", "feat")
    assert (world.worktree("feat") / "work").read_text() == "mine\n"


# -- workspaces ----------------------------------------------------------------------------------


def workspace(world: World) -> tuple[Path, list[Path]]:
    """A workspace as the older par-cli left it, with work in each of its two repositories; its root."""
    homes = [world.repository(name) for name in ("front", "back")]
    root = world.data / "workspaces/0a1b2c3d/big"
    repositories = []
    for home in homes:
        path = root / home.name / "big"
        world.git(home, "worktree", "add", "-q", "-b", "big", str(path))
        (path / "work").write_text(f"{home.name}\n")
        commit(world, path, f"in {home.name}")
        entry = {
            "repo_name": home.name,
            "repo_path": str(home),
            "worktree_path": str(path),
            "branch_name": "big",
        }
        repositories.append({**entry, "managed_branch": True})
    record = {
        "label": "big",
        "session_type": "workspace",
        "workspace_repos": repositories,
        "tmux_session_name": "par-ws-big",
        "created_at": "2025-01-01T00:00:00",
    }
    document = {"sessions": {}, "workspaces": {"big": record}}
    (world.data / "global_state.json").write_text(json.dumps(document))
    return root, homes


@pytest.mark.parametrize("label", ["big", "other"])
def test_workspace_comes_back_whole(world: World, label: str) -> None:
    root, homes = workspace(world)
    tips = [world.git(home, "rev-parse", "big") for home in homes]
    said = world.ok("rm", "big").stdout
    assert said == (
        "removed 'big': 2 worktrees, branch big in 2 repositories\n"
        "all of it is in the trash, bring it back: par restore big\n"
    )
    assert not root.exists()
    assert [world.branches(home) for home in homes] == [{"main"}, {"main"}]
    world.ok("restore", *([] if label == "big" else ["--as", label]))
    (row,) = world.ok("ls", "--json").json["contexts"]
    assert (row["label"], row["kind"], row["state"]) == (label, "workspace", "running")
    places = [root.with_name(label) / home.name / "big" for home in homes]
    assert [each["path"] for each in row["worktrees"]] == [str(place) for place in places]
    assert [(place / "work").read_text() for place in places] == ["front\n", "back\n"]
    assert [world.git(place, "rev-parse", label) for place in places] == tips
    assert [world.git(place, "branch", "--show-current") for place in places] == [label] * 2
    assert world.tmux(
        "display-message", "-p", "-t", f"={row['session']['name']}:", "#{pane_current_path}"
    ) == str(root.with_name(label))


def test_workspace_with_one_bar_stays_whole(world: World) -> None:
    root, homes = workspace(world)
    world.git(homes[1], "worktree", "lock", str(root / "back/big"))
    before = tree(root)
    result = world.par("rm", "big")
    refused(
        result,
        5,
        "cannot be removed: 'big' is locked by git worktree lock: no reason given",
        f"git -C '{homes[1]}' worktree unlock '{root}/back/big'",
    )
    assert tree(root) == before
    assert eventually(lambda: world.branches(homes[0])) == {"main", "big"}

"""Work that is nowhere else, of every kind that git does not show: what purge refuses and expiry leaves."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from conftest import World, commit, refused

IGNORED = "inner"


def repository(world: World) -> Path:
    """A repository that ignores the folder `inner`."""
    home = world.repository(commits=2)
    (home / ".git/info/exclude").write_text(f"{IGNORED}\n")
    return home


def _hide(flag: str) -> Callable[[World, Path], str]:
    def hidden(world: World, folder: Path) -> str:
        world.git(folder, "update-index", flag, "file0")
        (folder / "file0").write_text("changed\n")
        return "uncommitted file0"

    return hidden


def _short(world: World, folder: Path, oid: str) -> str:
    return world.git(folder, "rev-parse", "--short", oid)


def _reset(world: World, folder: Path) -> str:
    oid = _short(world, folder, commit(world, folder, "reset"))
    world.git(folder, "reset", "-q", "--hard", "HEAD~1")
    return f"commit {oid} reset"


def _own_ref(world: World, folder: Path) -> str:
    oid = world.git(folder, "commit-tree", "-m", "mine", "HEAD^{tree}")
    world.git(folder, "-c", "core.logAllRefUpdates=false", "update-ref", "refs/worktree/mine", oid)
    return f"commit {_short(world, folder, oid)} mine"


def _fetch_head(world: World, folder: Path) -> str:
    other = world.repository("other", commits=2)
    oid = commit(world, other, "fetched")
    world.git(folder, "fetch", "-q", str(other), "main")
    return f"commit {_short(world, folder, oid)} fetched"


def _nested_worktree(world: World, folder: Path) -> str:
    world.git(folder, "worktree", "add", "-q", "--detach", f"{IGNORED}/agent")
    (folder / IGNORED / "agent/new").touch()
    return "uncommitted inner/agent/new"


def _clone(world: World, folder: Path) -> Path:
    world.git(folder, "clone", "-q", str(world.home / "src/app"), f"{IGNORED}/clone")
    return folder / IGNORED / "clone"


def _nested_clone(world: World, folder: Path) -> str:
    clone = _clone(world, folder)
    world.git(clone, "switch", "-q", "-c", "topic")
    oid = _short(world, clone, commit(world, clone, "topic"))
    world.git(clone, "switch", "-q", "main")
    return f"commit inner/clone: {oid} topic"


def _tag_in_a_clone(world: World, folder: Path) -> str:
    clone = _clone(world, folder)
    oid = world.git(clone, "commit-tree", "-m", "tagged", "HEAD^{tree}")
    world.git(clone, "tag", "kept", oid)
    return f"commit inner/clone: {_short(world, clone, oid)} tagged"


def _stash_in_a_clone(world: World, folder: Path) -> str:
    clone = _clone(world, folder)
    (clone / "file0").write_text("changed\n")
    world.git(clone, "stash", "-q")
    return f"commit inner/clone: {_short(world, clone, 'stash')} WIP on main:"


RISKS = {
    "skip-worktree": _hide("--skip-worktree"),
    "assume-unchanged": _hide("--assume-unchanged"),
    "reset": _reset,
    "own ref": _own_ref,
    "FETCH_HEAD": _fetch_head,
    "nested worktree": _nested_worktree,
    "nested clone": _nested_clone,
    "tag in a clone": _tag_in_a_clone,
    "stash in a clone": _stash_in_a_clone,
}


def test_work_that_git_does_not_show_is_not_purged_and_does_not_expire(world: World) -> None:
    home = repository(world)
    world.ok("start", "feat", "--count", str(len(RISKS)), cwd=home)
    folders = {label: Path(each["root"]) for label, each in world.index["contexts"].items()}
    risks = dict(zip(folders, RISKS, strict=True))
    lines = {label: RISKS[risk](world, folders[label]) for label, risk in risks.items()}
    result = world.par("rm", "--purge", *folders)
    assert result.status == 5
    for label, line in lines.items():
        assert f"\n  {label}: {line}" in result.stderr, (risks[label], result.stderr)
        assert folders[label].is_dir(), risks[label]
    removed = {each["label"]: each["trash_id"] for each in world.ok("rm", *folders, "--json").json["removed"]}
    for each in removed.values():
        overdue(world, each)
    world.ok("start", "next", cwd=home)
    assert world.ok("rm", "next").stderr == ""
    held = {each["label"]: each["holds"] for each in world.ok("trash", "--json").json["trash"]}
    shown = world.ok("trash").stdout
    for label, line in lines.items():
        kind, _, told = line.partition(" ")
        of_kind = held[label][f"{kind.replace('uncommitted', 'file')}s"]
        assert any(each.startswith(told) for each in of_kind), (risks[label], held)
        count = len(held[label]["files"]) + len(held[label]["commits"])
        assert f"'{label}' ({removed[label]}) stays: it holds {count} " in shown, risks[label]


def overdue(world: World, name: str) -> None:
    """Let an entry have been removed, and found too old, long ago by every reading."""
    folder, now = world.data / "trash" / name, datetime.now(timezone.utc)
    record = json.loads((folder / "entry.json").read_text())
    record["context"]["created_at"] = (now - timedelta(days=31)).isoformat()
    record["removed_at"] = (now - timedelta(days=30)).isoformat()
    (folder / "entry.json").write_text(json.dumps(record))
    os.utime(folder / "entry.json", (time.time() - 30 * 86400,) * 2)
    (folder / "due").write_text((now - timedelta(days=2)).isoformat())


def test_what_is_there_as_elsewhere_is_no_work(world: World) -> None:
    home = repository(world)
    world.ok("start", "feat", cwd=home)
    folder = world.worktree("feat")
    world.git(folder, "update-index", "--skip-worktree", "file0")
    world.git(folder, "update-index", "--assume-unchanged", "file1")
    (folder / "file0").unlink()
    _clone(world, folder)
    world.git(folder, "worktree", "add", "-q", "--detach", f"{IGNORED}/agent")
    world.ok("rm", "--purge", "feat")
    assert world.branches(home) == {"main"}


def test_no_single_reading_of_the_clock_deletes(world: World) -> None:
    labels = {"a": "record", "b": "file", "c": "due", "d": "before it was made"}
    world.started(*labels, "next")
    removed = world.ok("rm", *labels, "--json").json["removed"]
    for each in removed:
        reading, name = labels[each["label"]], each["trash_id"]
        overdue(world, name)
        folder = world.data / "trash" / name
        record = json.loads((folder / "entry.json").read_text())
        if reading == "record":
            record["removed_at"] = datetime.now(timezone.utc).isoformat()
        elif reading == "before it was made":
            record["removed_at"] = "1970-01-01T00:00:00+00:00"
        elif reading == "due":
            (folder / "due").unlink()
        if reading != "due":
            (folder / "entry.json").write_text(json.dumps(record))
            if reading != "file":
                os.utime(folder / "entry.json", (0, 0))
    assert world.ok("rm", "next").stderr == ""
    left = {path.parent.name for path in (world.data / "trash").glob("*/entry.json")}
    for each in removed:
        assert each["trash_id"] in left, labels[each["label"]]
        assert world.ok("restore", each["label"]).status == 0


def test_what_comes_in_during_a_purge_brings_all_of_it_back(world: World) -> None:
    home = world.repository()
    (home / ".par.yaml").write_text("before_remove:\n  - git commit -q --allow-empty -m late; echo > late\n")
    world.ok("trust", "-y", cwd=home)
    world.ok("start", "feat", cwd=home)
    folder, session = world.worktree("feat"), world.session("feat")
    result = world.par("rm", "--purge", "feat")
    oid = _short(world, folder, "HEAD")
    assert result.stderr == (
        "par: 'feat' has 1 uncommitted file and 1 commit on no other branch since it was looked at, "
        "so it is back where it was\n"
        f"  feat: uncommitted late\n  feat: commit {oid} late\n"
        "hint: save the work, or give it up: par rm --purge --force feat\n"
    )
    assert (result.status, result.stdout) == (5, "")
    assert world.git(folder, "status", "--porcelain", "--branch") == "## feat\n?? late"
    assert (world.sessions(), list((world.data / "trash").iterdir())) == ([session], [])


def test_a_repository_that_another_worktree_needs_is_never_deleted(world: World) -> None:
    home, library = world.repository(), world.repository("library")
    world.git(home, "submodule", "-q", "add", str(library), "lib")
    world.git(home, "commit", "-q", "-m", "a submodule")
    world.ok("start", "feat", cwd=home)
    folder = world.worktree("feat")
    world.git(folder, "submodule", "-q", "update", "--init")
    world.ok("start", "fix", cwd=folder / "lib")
    told = "cannot be removed: 'feat' has the repository of 'fix' in it"
    for force in ((), ("--force",)):
        refused(world.par("rm", "--purge", "feat", *force), 5, told, "par rm --purge fix")
    (name,) = [each["trash_id"] for each in world.ok("rm", "feat", "--json").json["removed"]]
    place = world.worktree("fix")
    told = f"cannot be deleted: 'feat' ({name}) holds the repository of '{place}'"
    refused(world.par("trash", "empty", "-y"), 5, told, f"par restore {name}")
    overdue(world, name)
    world.ok("start", "next", cwd=home)
    world.ok("rm", "next")
    assert world.git(place, "status", "--porcelain") == ""


def test_a_folder_in_the_trash_that_nobody_can_judge_stays(world: World) -> None:
    world.started("feat", "next")
    (name,) = [each["trash_id"] for each in world.ok("rm", "feat", "--json").json["removed"]]
    overdue(world, name)
    (world.data / "trash" / name / "0/.git").unlink()
    world.ok("rm", "next")
    assert f"'feat' ({name}) stays: it holds 1 uncommitted file\n" in world.ok("trash").stdout
    assert (world.data / "trash" / name / "0/file0").is_file()


def test_a_bare_repository_that_a_stranger_committed_runs_nothing(world: World) -> None:
    home = world.repository()
    bare, mark = home / "bare", world.home / "ran"
    world.git(home, "init", "-q", "--bare", str(bare))
    for key, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "evil"),
        ("remote.evil.url", f"ext::sh -c touch% {mark}"),
        ("remote.evil.promisor", "true"),
        ("protocol.ext.allow", "always"),
    ):
        world.git(bare, "--git-dir=.", "config", key, value)
    (bare / "refs/heads/main").write_text(f"{'1' * 40}\n")
    (bare / "HEAD").write_text("ref: refs/heads/main\n")
    world.git(home, "add", ".")
    world.git(home, "commit", "-q", "-m", "a trap")
    world.ok("start", "feat", cwd=home)
    (world.worktree("feat") / "bare/refs/tags").mkdir(exist_ok=True)
    (world.worktree("feat") / "bare/objects").mkdir(exist_ok=True)
    world.par("rm", "--purge", "feat")
    assert not mark.exists()

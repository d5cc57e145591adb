"""`par doctor`: what it finds of what a crash, a hand or another tool changed; no repair loses work."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conftest import PAR, World, commit, refused

AS_A_USER = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
SOUND = "Nothing to repair: index, worktrees, branches, sessions and files agree.\n"


class Found(NamedTuple):
    """One finding as `--json` tells it, without its words."""

    fault: str
    subject: str
    can_mend: bool


def doctor(world: World, *words: str, cwd: Path | None = None) -> list[Found]:
    """What doctor finds, or has repaired with --fix; its status must agree."""
    result = world.par("doctor", "--json", *words, cwd=cwd)
    rows = result.json["findings"]
    left = [each for each in rows if not each["fixed"]]
    assert result.status == (4 if left else 0), result
    assert all(bool(each["repair"]) != bool(each["hint"]) for each in rows)
    assert all("--fix" not in words or each["hint"] for each in left), left
    return [Found(each["fault"], each["subject"], bool(each["repair"])) for each in rows]


def mended(world: World, *expected: tuple[str, str], cwd: Path | None = None) -> None:
    """Assert that doctor finds just this, changes nothing by looking, repairs it, and is content then."""
    before = everything(world)
    assert [each[:2] for each in doctor(world, cwd=cwd)] == list(expected)
    assert everything(world) == before
    assert {each[:2] for each in doctor(world, "--fix", cwd=cwd)} >= set(expected)
    content(world, cwd)


def content(world: World, cwd: Path | None = None) -> None:
    result = world.par("doctor", cwd=cwd)
    assert (result.status, result.stdout, result.stderr) == (0, SOUND, "")


def everything(world: World) -> object:
    """All that par could change: files of the home folder, and the sessions with their marks."""
    files = {str(each): tell(each) for each in world.home.rglob("*") if "tmux-" not in str(each)}
    marks = "#{session_name} #{@par_label} #{@par_path} #{@par_branch}"
    return files, world.tmux("list-sessions", "-F", marks)


def tell(path: Path) -> object:
    found = path.lstat()
    is_file = path.is_file() and not path.is_symlink()
    return (found.st_mode, found.st_mtime_ns, path.read_bytes()) if is_file else found.st_mode


def index_of(world: World) -> Path:
    return world.data / "global_state.json"


def contexts(world: World) -> dict[str, Any]:
    """The records of the index in their order, without what says when and by which operation."""
    records: dict[str, Any] = world.index["contexts"]
    return {label: {**record, "operation": "", "created_at": ""} for label, record in records.items()}


def rewrite(world: World, change: Callable[[dict[str, Any]], object]) -> None:
    document = world.index
    change(document)
    index_of(world).write_text(json.dumps(document))


def test_what_is_as_it_should_be_or_may_be_so_is_not_told(world: World) -> None:
    content(world)
    assert not world.data.exists()
    world.ok("start", "a/b", cwd=world.started("feat", "stopped"))
    world.tmux("rename-session", "-t", f"={world.session('feat')}:", "mine")
    world.tmux("kill-session", "-t", f"={world.session('stopped')}:")
    world.tmux("new-session", "-d", "-s", "theirs")
    world.git(world.worktree("feat"), "switch", "-q", "-c", "other")
    world.git(world.worktree("a/b"), "checkout", "-q", "--detach")
    (world.worktree("feat") / "file0").write_text("changed\n")
    before = everything(world)
    content(world)
    world.ok("doctor", "--fix")
    assert everything(world) == before


def a_folder(path: Path) -> None:
    path.mkdir()
    (path / "file").write_text("theirs\n")


def instead(make: Callable[[Path], object]) -> Callable[[Path], object]:
    """What puts something else in the place of a file."""

    def replaced(path: Path) -> None:
        path.unlink()
        make(path)

    return replaced


BROKEN: dict[str, Callable[[Path], object]] = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-90]),
    "another document": lambda path: path.write_text('{"version": 2, "contexts": []}'),
    "a folder": instead(a_folder),
    "a FIFO": instead(os.mkfifo),
    "a dangling link": instead(lambda path: path.symlink_to("nowhere")),
}


def make_several(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "topic")
    world.ok("start", "feat", cwd=home)
    world.ok("checkout", "topic", "-l", "a/b", cwd=home)
    commit(world, world.worktree("feat"), "work")
    (world.worktree("feat") / "new").write_text("mine\n")
    world.tmux("rename-session", "-t", f"={world.session('feat')}:", "mine")


def several(world: World) -> Path:
    """A repository with contexts of each sort."""
    world.copied(make_several)
    return world.home / "src/app"


@pytest.mark.parametrize("name", BROKEN)
def test_broken_index_is_made_again_from_git_and_tmux_and_kept_as_a_copy(world: World, name: str) -> None:
    several(world)
    before, sessions = contexts(world), world.sessions()
    before["feat"]["session"] = "mine"
    BROKEN[name](index_of(world))
    broken = tell(index_of(world))
    assert world.par("ls").stderr.endswith("hint: par doctor\n")
    wanted = {("index", "index"), ("worktree-unknown", "feat"), ("worktree-unknown", "a/b")}
    assert {each[:2] for each in doctor(world)} == wanted
    assert tell(index_of(world)) == broken
    assert {each[:2] for each in doctor(world, "--fix")} == wanted
    (copy,) = world.data.glob("global_state.damaged-*.json")
    kept, was = tell(copy), broken
    assert kept == was or (kept[0], kept[2]) == (was[0], was[2])  # type: ignore[index]
    assert (contexts(world), world.sessions()) == (before, sessions)
    assert list(contexts(world)) == ["feat", "a/b"]
    content(world)


def test_lost_index_is_made_again_from_git_alone(world: World) -> None:
    home = several(world)
    world.ok("start", "fix", cwd=home)
    before, made = contexts(world), world.index["contexts"]["feat"]["created_at"]
    world.tmux("kill-server")
    index_of(world).unlink()
    (world.data / "contexts.tsv").unlink()
    mended(world, *(("worktree-unknown", label) for label in ("feat", "a/b", "fix")))
    before["a/b"].update(session=contexts(world)["a/b"]["session"])
    assert (contexts(world), list(contexts(world))) == (before, list(before))
    again = datetime.fromisoformat(world.index["contexts"]["feat"]["created_at"])
    assert abs(again - datetime.fromisoformat(made)) < timedelta(minutes=1)


def test_one_damaged_record_is_learnt_again_and_the_others_stay(world: World) -> None:
    several(world)
    before, whole = contexts(world), world.index["contexts"]["a/b"]
    before["feat"]["session"] = "mine"
    rewrite(world, lambda it: it["contexts"]["feat"].update(root=7))
    rewrite(world, lambda it: it["contexts"].update({"a\nb": []}))
    damaged = index_of(world).read_bytes()
    mended(world, ("index", "feat"), ("index", r"a\u{a}b"), ("worktree-unknown", "feat"))
    assert (contexts(world), world.index["contexts"]["a/b"]) == (before, whole)
    (copy,) = world.data.glob("global_state.damaged-*.json")
    assert copy.read_bytes() == damaged


def test_newer_index_is_refused_and_left_as_it_is(world: World) -> None:
    world.repository()
    world.data.mkdir(parents=True, mode=0o700)
    index_of(world).write_text('{"version": 3}')
    told = f"the index {index_of(world)} has version 3, newer than this par"
    refused(world.par("doctor", "--fix"), 7, told, "update par")
    assert index_of(world).read_text() == '{"version": 3}'


def test_adopted_context_is_learnt_again_from_its_session(world: World) -> None:
    home = world.repository()
    world.git(home, "worktree", "add", "-q", "-b", "topic", "../theirs")
    world.ok("adopt", "../theirs", "-l", "mine", cwd=home)
    before = contexts(world)
    index_of(world).write_text("")
    mended(world, ("index", "index"), ("worktree-unknown", "mine"))
    assert contexts(world) == {
        "mine": {**before["mine"], "created_at": contexts(world)["mine"]["created_at"]}
    }


def test_session_that_was_adopted_stays_the_users_after_its_context_was_learnt_again(world: World) -> None:
    home = world.repository()
    world.git(home, "worktree", "add", "-q", "-b", "topic", "../theirs")
    world.tmux("new-session", "-d", "-s", "work", "-c", str(home.parent / "theirs"))
    world.ok("adopt", "work", cwd=home)
    before = contexts(world)
    index_of(world).write_text("")
    mended(world, ("index", "index"), ("worktree-unknown", "work"))
    again = contexts(world)
    assert again == {"work": {**before["work"], "created_at": again["work"]["created_at"]}}
    assert re.fullmatch("work-[0-9a-f]{8}", world.session("work"))
    assert world.ok("rm", "work").stdout.startswith("forgot 'work'")
    assert world.sessions() == ["work"]
    # Another one of that name is not taken for the context's
    world.ok("adopt", "work", cwd=home)
    index_of(world).write_text("")
    world.par("doctor", "--fix")
    world.tmux("new-session", "-d", "-s", "other")
    world.tmux("kill-session", "-t", "=work:")
    world.tmux("new-session", "-d", "-s", "work")
    (row,) = world.ok("ls", "--json").json["contexts"]
    assert (row["state"], row["session"]["id"]) == ("stopped", None)
    world.ok("rm", "work")
    assert world.sessions() == ["other", "work"]


def test_workspace_is_learnt_again_as_one_context(world: World) -> None:
    root = world.data / "workspaces/12345678/big"
    root.mkdir(parents=True, mode=0o700)
    world.data.chmod(0o700)
    for name in ("app", "lib"):
        world.git(world.repository(name), "worktree", "add", "-q", "-b", "big", str(root / name))
    mended(world, ("worktree-unknown", "big"))
    record = contexts(world)["big"]
    assert (record["kind"], record["root"]) == ("workspace", str(root))
    assert [each["path"] for each in record["worktrees"]] == [f"{root}/app", f"{root}/lib"]
    assert [each["is_branch_ours"] for each in record["worktrees"]] == [False, False]


def test_deleted_worktree_comes_back_with_what_was_staged(world: World) -> None:
    home = several(world)
    tree = world.worktree("feat")
    world.git(tree, "add", "new")
    log = world.git(tree, "log", "-g", "--format=%H", "HEAD")
    shutil.rmtree(tree)
    mended(world, ("worktree-gone", "feat"))
    assert world.git(tree, "status", "--porcelain", "--branch") == "## feat\nA  new"
    assert (tree / "new").read_text() == "mine\n"
    assert world.git(tree, "log", "-g", "--format=%H", "HEAD") == log
    shutil.rmtree(tree)
    world.git(home, "worktree", "prune")
    mended(world, ("worktree-gone", "feat"))
    assert world.git(tree, "status", "--porcelain", "--branch") == "## feat"


def test_record_is_forgotten_where_nothing_else_is_left_and_its_session_goes_on(world: World) -> None:
    home = several(world)
    world.git(home, "worktree", "remove", "--force", str(world.worktree("feat")))
    world.git(home, "branch", "-q", "-D", "feat")
    assert doctor(world, "--fix") == [
        Found("worktree-gone", "feat", True),
        Found("session-unknown", "feat", True),
    ]
    assert list(contexts(world)) == ["a/b"]
    assert "mine" in world.sessions()
    assert "@par" not in world.tmux("show-options", "-t", "=mine:")
    content(world)


def test_locked_worktree_that_is_away_is_only_told(world: World) -> None:
    home = several(world)
    tree = world.worktree("feat")
    world.git(home, "worktree", "lock", "--reason", "on a disk", str(tree))
    tree.rename(world.home / "away")
    before = everything(world)
    result = world.par("doctor", "--fix")
    hint = f"bring it back, or git worktree unlock {tree}"
    told = f"feat: its worktree {tree} is gone and locked: on a disk: not repaired by par: {hint}\n"
    assert (result.status, result.stdout, result.stderr) == (4, told, "par: 1 finding left\n")
    assert everything(world) == before


def test_worktree_that_git_moved_is_followed(world: World) -> None:
    home = several(world)
    there = world.home / "elsewhere"
    world.git(home, "worktree", "move", str(world.worktree("feat")), str(there))
    mended(world, ("worktree-moved", "feat"))
    assert world.worktree("feat") == there
    assert (there / "new").read_text() == "mine\n"
    assert world.index["contexts"]["feat"]["is_adopted"] is True


def test_moved_repository_is_found_beside_its_old_place_or_from_the_inside(world: World) -> None:
    home = several(world)
    tree = world.worktree("feat")
    for there, cwd in ((home.with_name("renamed"), None), (world.home / "far/away", world.home / "far/away")):
        there.parent.mkdir(exist_ok=True)
        home = home.rename(there)
        mended(world, ("repository-moved", "feat"), ("repository-moved", "a/b"), cwd=cwd)
        assert world.git(tree, "status", "--porcelain") == "?? new"
        assert {each["worktrees"][0]["repository"] for each in contexts(world).values()} == {str(there)}


def test_repository_that_is_gone_is_told_and_its_worktrees_stay(world: World) -> None:
    home = several(world)
    tree = world.worktree("feat")
    home.rename(world.home / "far")
    before = everything(world)
    assert doctor(world, "--fix") == [Found("repository-gone", label, False) for label in ("feat", "a/b")]
    assert everything(world) == before
    assert (tree / "new").read_text() == "mine\n"


def test_worktree_and_repository_that_forgot_each_other_are_tied_again(world: World) -> None:
    home = several(world)
    feat, other = world.worktree("feat"), world.worktree("a/b")
    shutil.rmtree(home / ".git/worktrees/feat")
    (other / ".git").unlink()
    mended(world, ("worktree-untied", "feat"), ("worktree-untied", "a/b"))
    assert world.git(feat, "status", "--porcelain", "--branch") == "## feat\n?? new"
    assert world.git(other, "status", "--porcelain", "--branch") == "## topic"
    assert sorted(each.name for each in feat.parent.iterdir()) == ["a", "feat"]
    (home / ".git/worktrees/feat/index").unlink()
    mended(world, ("staging-lost", "feat"))
    assert world.git(feat, "status", "--porcelain") == "?? new"
    (home / ".git/worktrees/feat/gitdir").write_text("/gone/.git\n")
    mended(world, ("worktree-untied", "feat"))
    assert str(feat) in world.git(home, "worktree", "list")


def test_what_is_not_a_worktree_of_par_is_told_and_never_touched(world: World) -> None:
    several(world)
    tree = world.worktree("feat")
    shutil.rmtree(tree)
    world.git(world.home, "init", "-q", str(tree))
    stray = world.data / "worktrees/12345678/files"
    stray.mkdir(parents=True)
    (stray / "notes").write_text("mine\n")
    before = everything(world)
    expected = [Found("worktree-foreign", "feat", False), Found("worktree-foreign", "files", False)]
    assert doctor(world, "--fix") == expected
    assert everything(world) == before


def test_branch_renamed_under_par_is_recorded_and_stays_what_par_made(world: World) -> None:
    home = several(world)
    world.git(home, "branch", "-m", "feat", "better")
    world.git(world.worktree("a/b"), "switch", "-q", "-c", "new")
    world.git(home, "branch", "-q", "-D", "topic")
    mended(world, ("branch-renamed", "feat"), ("branch-renamed", "a/b"))
    found = [each["worktrees"][0] for each in contexts(world).values()]
    assert [(each["branch"], each["is_branch_ours"]) for each in found] == [("better", True), ("new", False)]
    marks = set(world.tmux("list-sessions", "-F", "#{@par_label} #{@par_branch}").splitlines())
    assert marks == {"feat better", "a/b new"}


def test_branch_deleted_under_par_is_made_again_with_its_commits(world: World) -> None:
    home = several(world)
    tip = world.git(home, "rev-parse", "feat")
    # In the worktree itself its HEAD remembers that too, as a move to nothing
    for place in (home, world.worktree("feat")):
        world.git(place, "update-ref", "-d", "refs/heads/feat")
        mended(world, ("branch-gone", "feat"))
        assert world.git(world.worktree("feat"), "rev-parse", "HEAD") == tip
        assert world.git(world.worktree("feat"), "status", "--porcelain", "--branch") == "## feat\n?? new"


def test_session_without_marks_is_marked_again(world: World) -> None:
    several(world)
    world.tmux("rename-session", "-t", "=mine:", world.session("feat"))
    options = "#{session_name} #{@par_label} #{@par_kind} #{@par_repo} #{@par_branch} #{@par_path}"
    before = world.tmux("list-sessions", "-F", options)
    for option in ("label", "kind", "repo", "branch", "path", "pane"):
        world.tmux("set-option", "-u", "-t", f"={world.session('feat')}:", f"@par_{option}")
    world.tmux("set-option", "-u", "-t", f"={world.session('a/b')}:", "@par_path")
    mended(world, ("session-unmarked", "feat"), ("session-unmarked", "a/b"))
    assert world.tmux("list-sessions", "-F", options) == before


def test_session_that_no_context_has_only_loses_its_marks(world: World) -> None:
    several(world)
    world.tmux("new-session", "-d", "-s", "odd", "-n", "w")
    world.tmux("set-option", "-t", "=odd:", "@par_label", "gone")
    world.tmux("set-option", "-t", "=odd:", "@par_path", str(world.home / "src/app"))
    mended(world, ("session-unknown", "gone"))
    assert "odd" in world.sessions()


def test_what_a_killed_git_left_is_mended_so_that_git_works_again(world: World) -> None:
    home = several(world)
    admin = home / ".git/worktrees"
    half = admin / "half"
    half.mkdir()
    (half / "gitdir").write_text(f"{world.data}/worktrees/12345678/half/.git\n")
    (half / "locked").write_text("initializing\n")
    (half / "commondir").write_text("")
    (admin / "feat/commondir").write_text("")
    assert world.run("git", "worktree", "list", cwd=home).status == 128
    found = {each for each in doctor(world, "--fix") if each.subject.startswith(str(admin))}
    assert found == {Found("git-remains", str(admin / name), True) for name in ("half", "feat")}
    assert world.git(home, "worktree", "list").count("\n") == 2
    assert world.git(world.worktree("feat"), "status", "--porcelain", "--branch") == "## feat\n?? new"
    content(world)


def test_operation_that_died_is_taken_back_and_one_that_lives_is_left_alone(world: World) -> None:
    several(world)
    tree = world.worktree("a/b")
    rewrite(world, lambda it: it["contexts"]["a/b"].update(phase="removing", operation="0123abc"))
    lock = world.data / "locks/operation-0123abc"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        content(world)
    lock.unlink()
    mended(world, ("interrupted", "a/b"))
    assert (contexts(world)["a/b"]["phase"], tree.is_dir()) == ("ready", True)


def test_remains_without_work_are_deleted_and_those_with_files_only_told(world: World) -> None:
    several(world)
    part, lock = world.data / "global_state.json.tmp", world.data / "locks/operation-0a"
    grave, full = world.data / "removed/0a", world.data / "removed/0b"
    for path in (part, lock):
        path.write_text("")
        path.chmod(0o600)
    for folder in (grave / "0/empty", full / "0"):
        folder.mkdir(parents=True)
    (full / "0/file").write_text("work\n")
    expected = [(part, True), (world.data / "locks", True), (grave, True), (full, False)]
    wanted = [Found("remains", str(path), can_mend) for path, can_mend in expected]
    assert doctor(world) == wanted
    assert doctor(world, "--fix") == wanted
    assert [path.exists() for path in (part, lock, grave)] == [False] * 3
    assert (full / "0/file").read_text() == "work\n"


def test_a_record_of_a_move_that_cannot_be_read_is_told_and_kept(world: World) -> None:
    several(world)
    record = world.data / "moving/0123456789ab.json"
    record.parent.mkdir()
    record.write_text("{")
    wanted = [Found("remains", str(record), False)]
    assert (doctor(world), doctor(world, "--fix")) == (wanted, wanted)
    assert record.read_text() == "{"
    record.unlink()
    content(world)


def test_doctor_that_was_killed_when_it_made_a_worktree_again_leaves_nothing(world: World) -> None:
    several(world)
    tree = world.worktree("feat")
    copy = tree.with_name(".feat.0123456789ab.par")
    shutil.copytree(tree, copy)
    shutil.rmtree(tree)
    mended(world, ("worktree-gone", "feat"), ("remains", str(copy)))
    assert sorted(each.name for each in tree.parent.iterdir()) == ["a", "feat"]


def test_trash_that_lost_files_or_refs_keeps_and_restores_the_rest(world: World) -> None:
    home = several(world)
    tip = world.git(home, "rev-parse", "feat")
    world.ok("rm", "feat", "a/b")
    first, second = sorted((world.data / "trash").iterdir(), key=lambda each: not (each / "0/new").exists())
    refs = world.git(home, "for-each-ref", "--format=%(refname)", f"refs/par/trash/{second.name}")
    for ref in refs.splitlines():
        world.git(home, "update-ref", "-d", ref)
    shutil.rmtree(first / "0")
    (world.data / "trash/odd").mkdir()
    wanted = {("trash-files", "feat"), ("trash-commits", "a/b"), ("trash-entry", f"{world.data}/trash/odd")}
    assert {each[:2] for each in doctor(world)} == wanted
    assert {each[:2] for each in doctor(world, "--fix")} == wanted
    content(world)
    assert world.git(home, "for-each-ref", "--format=%(refname)", f"refs/par/trash/{second.name}") == refs
    world.ok("restore", "feat")
    world.ok("restore", "a/b")
    assert world.git(world.worktree("feat"), "rev-parse", "HEAD") == tip


def test_modes_are_put_right_and_what_belongs_to_others_is_told(world: World) -> None:
    several(world)
    world.data.chmod(0o755)
    (world.data / "trust.json").write_text("{}")
    files = [index_of(world), world.data / "trust.json"]
    for file in files:
        file.chmod(0o644)
    mended(world, *(("mode", str(path)) for path in (world.data, *files)))
    assert [path.stat().st_mode & 0o777 for path in (world.data, *files)] == [0o700, 0o600, 0o600]
    for closed in (world.data / "worktrees", world.data):
        closed.chmod(0)
        result = world.run(*AS_A_USER, *PAR, "doctor", "--fix")
        assert (result.status, result.stdout) == (0, f"{closed}: its mode is 0000: done: make it 0700\n")
    content(world)
    if os.getuid() == 0:
        os.chown(index_of(world), 12345, -1)
        assert doctor(world, "--fix") == [Found("owner", str(index_of(world)), False)]


def test_findings_are_told_in_a_line_each_with_their_repair(world: World) -> None:
    home = several(world)
    tree = world.worktree("feat")
    world.git(home, "branch", "-m", "topic", "b\N{RIGHT-TO-LEFT OVERRIDE}d")
    shutil.rmtree(tree)
    first = f"feat: its worktree {tree} is gone: "
    second = "a/b: its branch 'topic' is called 'b\\u{202e}d' now: "
    result = world.par("doctor")
    how = ("check its files out again, as they were staged or committed last", "record that")
    assert result.stdout == f"{first}--fix would {how[0]}\n{second}--fix would {how[1]}\n"
    assert (result.status, result.stderr) == (4, "par: 2 findings left\nhint: par doctor --fix\n")
    result = world.par("doctor", "--fix")
    assert result.stdout == f"{first}done: {how[0]}\n{second}done: {how[1]}\n"
    assert (result.status, result.stderr) == (0, "")

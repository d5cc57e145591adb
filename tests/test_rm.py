"""`par rm --purge`, which deletes at once: what it takes, what it says of that, what it refuses to lose.

What a plain `par rm` does is in test_trash.py, and that all of it comes back in test_restore.py.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import PAR, Terminal, World, beside_two_commits, eventually, refused

PURGE = ("rm", "--purge")


def commit(world: World, folder: Path, name: str = "work") -> str:
    """Commit a new file in `folder`; git's short id of the commit."""
    (folder / name).write_text(f"{name}\n")
    world.git(folder, "add", name)
    world.git(folder, "commit", "-q", "-m", f"add {name}")
    return world.git(folder, "rev-parse", "--short", "HEAD")


def files(folder: Path) -> dict[str, str]:
    """All that lies in `folder`: links with their targets, files with their content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_bytes().hex()
    return found


def state(world: World, home: Path) -> object:
    """All that `par rm` could change, to be compared."""
    git = world.git(home, "for-each-ref"), world.git(home, "worktree", "list", "--porcelain")
    return world.index, git, world.sessions(), files(world.data / "worktrees"), files(home / ".git/worktrees")


def assert_nothing_is_left(world: World, home: Path) -> None:
    """No trace of any context: index, files, git, tmux."""
    assert world.index == {"version": 2, "data": str(world.data), "contexts": {}, "opened": []}
    assert (world.data / "contexts.tsv").read_text() == ""
    left = {path.name for path in world.data.iterdir()}
    assert left - {"trash"} == {"contexts.tsv", "global_state.json", "locks", "worktrees"}
    assert list((world.data / "trash").glob("*")) == []
    assert list((world.data / "worktrees").iterdir()) == []
    assert [path.name for path in (world.data / "locks").glob("operation-*")] == []
    assert world.git(home, "worktree", "list").count("\n") == 0
    assert not (home / ".git/worktrees").exists()
    assert world.sessions() == []


def test_rm_takes_worktree_branch_and_session_and_says_so(world: World) -> None:
    home = world.repository("my app#1")
    world.git(home, "config", "branch.feat.description", "mine")
    world.ok("start", "feat", cwd=home)
    result = world.par(*PURGE, "feat", LC_ALL="C", GIT_DIR=str(world.home / "elsewhere"))
    assert result.stdout == "removed 'feat': worktree, branch feat, session\n"
    assert (result.status, result.stderr) == (0, "")
    assert world.branches(home) == {"main"}
    assert world.run("git", "config", "--get-regexp", "^branch", cwd=home).stdout == ""
    assert_nothing_is_left(world, home)


def test_rm_of_several_labels_reports_each_as_json(world: World) -> None:
    home = world.started("feat", "feat-2")
    world.git(home, "branch", "theirs")
    world.ok("start", "theirs", cwd=home)
    root = world.worktree("feat").parent
    names = {label: world.session(label) for label in ("feat", "theirs")}
    result = world.ok(*PURGE, "--json", "FEAT", "theirs", "feat")
    assert result.json == {
        "version": 1,
        "removed": [
            {
                "label": label,
                "worktrees": [str(root / label)],
                "branches": branches,
                "session": names[label],
                "kept": [],
                "trash_id": None,
                "processes": [],
                "left": None,
            }
            for label, branches in (("feat", ["feat"]), ("theirs", []))
        ],
    }
    assert world.branches(home) == {"main", "theirs", "feat-2"}
    assert world.sessions() == [world.session("feat-2")]
    assert list(world.index["contexts"]) == ["feat-2"]


def test_rm_of_an_unknown_label_names_the_nearest(world: World) -> None:
    world.started("feature")
    result = world.par("rm", "feature", "featur")
    assert result.stderr == "par: there is no context 'featur'\nhint: par rm feature\n"
    assert (result.status, result.stdout) == (3, "")
    assert list(world.index["contexts"]) == ["feature"]
    none = world.par("-L", "other", "rm", "all", XDG_DATA_HOME=str(world.home / "empty"))
    assert none == type(none)(3, "", "par: there is no context\nhint: par start LABEL\n")


# -- work that would be lost ---------------------------------------------------------------------


class Lost(NamedTuple):
    """What a purge would lose: how it is counted, and each line of it."""

    told: str
    lines: tuple[str, ...]


def lost(told: str, *lines: str) -> Lost:
    return Lost(told, lines)


def _edit(world: World, folder: Path) -> Lost:
    (folder / "file0").write_text("changed\n")
    return lost("1 uncommitted file", "uncommitted file0")


def _stage(world: World, folder: Path) -> Lost:
    (folder / "staged").write_text("new\n")
    world.git(folder, "add", "staged")
    return lost("1 uncommitted file", "uncommitted staged")


def _rename(world: World, folder: Path) -> Lost:
    world.git(folder, "mv", "file0", "renamed")
    return lost("1 uncommitted file", "uncommitted renamed")


def _leave_untracked(world: World, folder: Path) -> Lost:
    (folder / "new").mkdir()
    (folder / "same").symlink_to("file0")
    for number in range(1001):
        (folder / "new" / f"file {number}").write_text("new\n")
    names = (f"uncommitted new/file {number}" for number in range(1001))
    return lost("1002 uncommitted files", *sorted(names)[:-1], "and 2 more")


def _hide_in_names(world: World, folder: Path) -> Lost:
    (folder / "a\x1b[2Jb").write_text("")
    return lost("1 uncommitted file", r"uncommitted a\u{1b}[2Jb")


def _commit(world: World, folder: Path) -> Lost:
    (folder / "new").touch()
    commits = [commit(world, folder, str(number)) for number in range(23)]
    lines = [f"commit {oid} add {number}" for number, oid in enumerate(commits)]
    told = "1 uncommitted file and 23 commits on no other branch"
    return lost(told, "uncommitted new", *reversed(lines))


def _commit_on_detached_head(world: World, folder: Path) -> Lost:
    world.git(folder, "switch", "-q", "--detach")
    return lost("1 commit on no other branch", f"commit {commit(world, folder, 'loose')} add loose")


def _lose_the_folder_with_commits_on_the_branch(world: World, folder: Path) -> Lost:
    said = lost("1 commit on no other branch", f"commit {commit(world, folder)} add work")
    shutil.rmtree(folder)
    return said


def _stop_in_a_rebase(world: World, folder: Path) -> Lost:
    world.run("git", "rebase", "-q", "-i", "HEAD~1", cwd=folder, GIT_SEQUENCE_EDITOR="sed -i 1s/pick/edit/")
    assert world.git(folder, "status").count("rebase") > 0
    return lost("1 uncommitted file", "uncommitted a rebase in progress")


def _bisect(world: World, folder: Path) -> Lost:
    world.git(folder, "bisect", "start")
    return lost("1 uncommitted file", "uncommitted a bisect in progress")


def _commit_in_a_submodule(world: World, folder: Path) -> Lost:
    library = world.repository("library")
    world.git(folder, "submodule", "-q", "add", str(library), "inner")
    world.git(folder, "commit", "-q", "-m", "a submodule")
    said = commit(world, folder / "inner")
    world.git(folder, "commit", "-q", "-a", "-m", "what only the submodule here has")
    world.git(world.home / "src/app", "merge", "-q", folder.name)
    return lost("1 commit on no other branch", f"commit inner: {said} add work")


RISKS = [
    _edit,
    _stage,
    _rename,
    _leave_untracked,
    _hide_in_names,
    _commit,
    _commit_on_detached_head,
    _lose_the_folder_with_commits_on_the_branch,
    _stop_in_a_rebase,
    _bisect,
    _commit_in_a_submodule,
]


def test_rm_refuses_to_lose_work(world: World) -> None:
    world.repeated(beside_two_commits, *(f"feat-{number}" for number in range(len(RISKS))))
    home, risks = world.home / "src/app", dict(zip(world.index["contexts"], RISKS, strict=True))
    said = {label: risk(world, world.worktree(label)) for label, risk in risks.items()}
    before = state(world, home)
    for label, risk in risks.items():
        result = world.par(*PURGE, label)
        listed = "".join(f"  {label}: {line}\n" for line in said[label].lines)
        assert result.stderr == (
            f"par: work would be lost: '{label}' has {said[label].told}\n{listed}"
            f"hint: save the work, or give it up: par rm --purge --force {label}\n"
        ), risk.__name__
        assert (result.status, result.stdout) == (5, ""), risk.__name__
    assert state(world, home) == before
    world.ok(*PURGE, "--force", *risks)
    assert world.branches(home) == {"main"}
    assert_nothing_is_left(world, home)


def test_one_unsafe_label_keeps_all_of_them(world: World) -> None:
    home = world.started("safe", "dirty")
    _edit(world, world.worktree("dirty"))
    before = state(world, home)
    for words in ((*PURGE, "safe", "dirty"), (*PURGE, "all", "-y")):
        result = world.par(*words)
        assert result.stderr.splitlines() == [
            "par: work would be lost: 'dirty' has 1 uncommitted file",
            "  dirty: uncommitted file0",
            "hint: save the work, or give it up: par rm --purge --force dirty",
        ]
        assert (result.status, result.stdout) == (5, "")
        assert state(world, home) == before


def test_what_another_ref_holds_or_git_ignores_is_no_loss(world: World) -> None:
    home = world.started("merged", "tagged")
    (home / ".git/info/exclude").write_text("build\n")
    commit(world, world.worktree("merged"))
    (world.worktree("merged") / "build").write_text("ignored\n")
    world.git(home, "merge", "-q", "merged")
    commit(world, world.worktree("tagged"), "other")
    world.git(home, "tag", "kept", "tagged")
    result = world.ok(*PURGE, "merged", "tagged")
    assert result.stdout == (
        "removed 'merged': worktree, branch merged, session\n"
        "removed 'tagged': worktree, branch tagged, session\n"
    )
    assert world.branches(home) == {"main"}
    assert_nothing_is_left(world, home)


def test_pushed_commits_are_no_loss(world: World) -> None:
    bare, home = world.clone()
    world.ok("start", "feat", cwd=home)
    commit(world, world.worktree("feat"))
    assert world.par(*PURGE, "feat").status == 5
    world.git(world.worktree("feat"), "push", "-q", "origin", "feat")
    world.ok(*PURGE, "feat")
    assert world.branches(home) == {"main"}
    assert world.branches(bare) == {"main", "feat"}


def test_a_branch_that_par_did_not_make_stays(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "mine")
    world.ok("start", "mine", cwd=home)
    commit(world, world.worktree("mine"))
    tip = world.git(home, "rev-parse", "mine")
    result = world.ok(*PURGE, "mine")
    assert result.stdout == "removed 'mine': worktree, session\n"
    assert world.git(home, "rev-parse", "mine") == tip
    assert_nothing_is_left(world, home)


def test_a_branch_that_is_checked_out_elsewhere_stays(world: World) -> None:
    home = world.started("feat")
    world.git(world.worktree("feat"), "switch", "-q", "-c", "other")
    world.git(home, "switch", "-q", "feat")
    assert world.ok(*PURGE, "feat").stdout == "removed 'feat': worktree, session\n"
    assert world.branches(home) == {"main", "feat", "other"}
    assert_nothing_is_left(world, home)


# -- what is not par's ---------------------------------------------------------------------------


class Foreign(NamedTuple):
    """Something else than par's worktree at its path: what makes it, and what the refusal says."""

    id: str
    make: Callable[[World, Path], None]
    reason: str
    hint: str


def _link_to_the_moved(world: World, folder: Path) -> None:
    folder.rename(world.home / "moved")
    folder.symlink_to(world.home / "moved")


def _dangling_link(world: World, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(world.home / "nowhere")


def _foreign_repository(world: World, folder: Path) -> None:
    folder.rename(world.home / "taken")
    world.repository(folder.name, under=folder.parent)


def _plain_folder(world: World, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "thesis").write_text("years\n")


def _plain_file(world: World, folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("years\n")


def _lock(world: World, folder: Path) -> None:
    world.git(folder, "worktree", "lock", "--reason", "on a stick", str(folder))


def _move_by_git(world: World, folder: Path) -> None:
    world.git(folder, "worktree", "move", str(folder), str(world.home / "elsewhere"))


def _lock_and_unplug(world: World, folder: Path) -> None:
    _lock(world, folder)
    folder.rename(world.home / "unplugged")


GONE = ("is no longer a worktree of par's at '{0}'", "move away what is not par's: mv '{0}' ELSEWHERE")
LOCKED = ("is locked by git worktree lock: on a stick", "git -C '{1}' worktree unlock '{0}'")
MOVED = (
    "was moved by git worktree move to '{2}/elsewhere'",
    "git -C '{1}' worktree move '{2}/elsewhere' '{0}'",
)
FOREIGN = [
    Foreign("link to the moved worktree", _link_to_the_moved, *GONE),
    Foreign("dangling link", _dangling_link, *GONE),
    Foreign("another repository", _foreign_repository, *GONE),
    Foreign("a plain folder", _plain_folder, GONE[0], "par doctor --fix"),
    Foreign("a plain file", _plain_file, *GONE),
    Foreign("locked by the user", _lock, *LOCKED),
    Foreign("locked and not there", _lock_and_unplug, *LOCKED),
    Foreign("moved by git", _move_by_git, *MOVED),
]


def test_what_is_not_pars_is_never_removed_not_even_by_force(world: World) -> None:
    home = world.started(*(f"feat-{number}" for number in range(len(FOREIGN))))
    labels = zip(world.index["contexts"], FOREIGN, strict=True)
    cases = {label: (world.worktree(label), each) for label, each in labels}
    for folder, foreign in cases.values():
        foreign.make(world, folder)
    before = state(world, home)
    for label, (folder, foreign) in cases.items():
        places = (folder, home, world.home)
        for words in (("rm", label), (*PURGE, label), (*PURGE, "--force", label)):
            result = world.par(*words)
            assert result.stderr == (
                f"par: cannot be removed: '{label}' {foreign.reason.format(*places)}\n"
                f"hint: {foreign.hint.format(*places)}\n"
            ), foreign.id
            assert (result.status, result.stdout) == (5, ""), foreign.id
    assert state(world, home) == before


# -- what is already gone ------------------------------------------------------------------------


def _remove_worktree(world: World, home: Path) -> None:
    shutil.rmtree(world.worktree("feat"))


def _remove_worktree_by_git(world: World, home: Path) -> None:
    world.git(home, "worktree", "remove", str(world.worktree("feat")))


def _kill_session(world: World, home: Path) -> None:
    world.tmux("kill-session", "-t", f"={world.session('feat')}:")


def _kill_server(world: World, home: Path) -> None:
    world.tmux("kill-server")


def _delete_branch(world: World, home: Path) -> None:
    world.git(world.worktree("feat"), "switch", "-q", "--detach")
    world.git(home, "branch", "-q", "-D", "feat")


def _remove_all(world: World, home: Path) -> None:
    _kill_session(world, home)
    _remove_worktree_by_git(world, home)
    world.git(home, "branch", "-q", "-D", "feat")


GONE_ALREADY = [
    ("the worktree", _remove_worktree, "branch feat, session"),
    ("the worktree, by git", _remove_worktree_by_git, "branch feat, session"),
    ("the session", _kill_session, "worktree, branch feat"),
    ("the tmux server", _kill_server, "worktree, branch feat"),
    ("the branch", _delete_branch, "worktree, session"),
    ("all of it", _remove_all, "only its record was left"),
]


@pytest.mark.parametrize(("_id", "lose", "said"), GONE_ALREADY, ids=[each[0] for each in GONE_ALREADY])
def test_rm_finishes_what_is_partly_gone(
    world: World, _id: str, lose: Callable[[World, Path], None], said: str
) -> None:
    home = world.started("feat")
    lose(world, home)
    result = world.par(*PURGE, "feat")
    assert result == type(result)(0, f"removed 'feat': {said}\n", "")
    assert world.branches(home) == {"main"}
    assert_nothing_is_left(world, home)


def test_rm_puts_the_folder_of_a_repository_that_is_gone_into_the_trash(world: World) -> None:
    home = world.started("one", "two", "three", "back")
    one, two, three, back = map(world.worktree, ("one", "two", "three", "back"))
    for each in (one, two, three, back):
        (each / "mine").write_text(f"{each.name}\n")
    world.git(back, "add", "mine")
    home.rename(world.home / "away")
    (three / ".git").unlink()
    refusal = world.par(*PURGE, "one")
    assert (refusal.status, "what cannot be judged: its repository is gone" in refusal.stderr) == (5, True)
    message = f"'three' names no repository at '{three}', so nobody can say what it holds"
    refused(world.par(*PURGE, "--force", "two", "three"), 5, f"cannot be removed: {message}", "par rm three")
    assert world.ok(*PURGE, "--force", "two").stdout == "removed 'two': worktree, session\n"
    said = world.ok("rm", "one", "three", "back").stdout
    assert said.startswith("removed 'one': worktree, session\n")
    assert [each.exists() for each in (one, two, three, back)] == [False] * 4
    assert (world.index["contexts"], world.sessions()) == ({}, [])
    for label in ("one", "three"):
        refusal = world.par("restore", label)
        assert (refusal.status, "--files FOLDER" in refusal.stderr) == (3, True), refusal
        world.ok("restore", label, "--files", label)
        assert {each.name for each in (world.home / label).iterdir()} == {"file0", "mine"}
    # One that comes back after all has its worktree again, with what was staged
    (world.home / "away").rename(home)
    world.ok("restore", "back")
    assert world.git(back, "status", "--porcelain=v2", "--branch").splitlines()[1] == "# branch.head back"
    assert world.git(back, "status", "--porcelain") == "A  mine"


def test_an_interrupted_removal_keeps_the_folder_of_a_repository_that_is_gone(world: World) -> None:
    home = world.started("feat")
    folder = world.worktree("feat")
    shutil.rmtree(home)
    content = (world.data / "global_state.json").read_text()
    (world.data / "global_state.json").write_text(content.replace('"ready"', '"purging"'))
    assert world.ok("ls").stdout.startswith("No contexts.")
    assert (folder / "file0").exists()


def test_a_renamed_session_is_still_the_contexts(world: World) -> None:
    home = world.started("feat")
    world.tmux("rename-session", "-t", f"={world.session('feat')}:", "mine")
    assert world.ok(*PURGE, "feat").stdout == "removed 'feat': worktree, branch feat, session\n"
    assert_nothing_is_left(world, home)


def test_only_the_session_of_the_label_dies(world: World) -> None:
    world.started("feat", "feat-2")
    world.tmux("kill-session", "-t", f"={world.session('feat')}:")
    world.tmux("new-session", "-d", "-s", f"{world.session('feat')}-notes")
    before = world.sessions()
    assert world.ok(*PURGE, "feat").stdout == "removed 'feat': worktree, branch feat\n"
    assert world.sessions() == before


# -- files that resist ---------------------------------------------------------------------------


def limited() -> tuple[str, ...]:
    """What a program is started with so that permissions count, also for root."""
    has_power = os.getuid() == 0 and shutil.which("setpriv")
    return ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner") if has_power else ()


def test_read_only_files_and_folders_are_removed(world: World) -> None:
    home = world.started("feat")
    world.run("sh", "-c", "mkdir -p a/b && echo x >a/b/c && chmod -R a-w . a", cwd=world.worktree("feat"))
    result = world.run(*limited(), *PAR, *PURGE, "--force", "feat")
    assert result == type(result)(0, "removed 'feat': worktree, branch feat, session\n", "")
    assert_nothing_is_left(world, home)


@pytest.mark.skipif(os.getuid() != 0 or not limited(), reason="needs root to make files of another user")
def test_files_that_cannot_be_deleted_stop_nothing_else(world: World) -> None:
    home = world.started("feat")
    world.run("sh", "-c", "mkdir a && echo x >a/b && chown -R 65534 a", cwd=world.worktree("feat"))
    result = world.run(*limited(), *PAR, *PURGE, "--force", "feat")
    (left,) = (world.data / "removed").iterdir()
    assert result.stdout == (
        "removed 'feat': worktree, branch feat, session\n"
        f"its files are in {left}: some could not be deleted\n"
    )
    assert (result.status, result.stderr) == (0, "")
    assert (world.index["contexts"], world.sessions(), world.branches(home)) == ({}, [], {"main"})


def test_a_data_folder_behind_a_link_is_pars_own(world: World) -> None:
    home = world.repository()
    (world.home / "disk").mkdir()
    (world.home / "link").symlink_to(world.home / "disk")
    there = str(world.home / "link")
    world.ok("start", "feat", cwd=home, XDG_DATA_HOME=there)
    result = world.ok(*PURGE, "feat", XDG_DATA_HOME=there)
    assert result.stdout == "removed 'feat': worktree, branch feat, session\n"
    assert list((world.home / "disk/par/worktrees").iterdir()) == []
    assert world.branches(home) == {"main"}


# -- where it is run -----------------------------------------------------------------------------


def test_rm_works_from_inside_the_folder_that_it_removes(world: World) -> None:
    home = world.started("feat")
    result = world.par(*PURGE, "feat", cwd=world.worktree("feat"))
    assert result == type(result)(0, "removed 'feat': worktree, branch feat, session\n", "")
    assert_nothing_is_left(world, home)


def wait_until_shown(world: World, name: str) -> None:
    """Wait until the one client there is shows the session called `name`."""
    eventually(lambda: world.tmux("list-clients", "-F", "#{session_name}") == name, f"the client on {name}")


def test_rm_from_its_own_pane_does_all_and_the_client_goes_on(world: World, terminal: Terminal) -> None:
    home = world.started("feat", "next", "last")
    names = {label: world.session(label) for label in ("feat", "next", "last")}
    for label in ("last", "next", "feat"):
        terminal.par(f"open {label}")
        wait_until_shown(world, names[label])
    terminal.par("rm --purge feat last")
    wait_until_shown(world, names["next"])
    if not world.tmux("display-message", "-p", "#{version}").startswith("3.2"):
        terminal.wait("par: removed 2 contexts")
    eventually(lambda: list(world.index["contexts"]) == ["next"])
    assert world.sessions() == [names["next"]]
    assert world.branches(home) == {"main", "next"}
    assert [path.name for path in next((world.data / "worktrees").iterdir()).iterdir()] == ["next"]
    terminal.par("rm --purge next")
    terminal.wait("[exited]")
    eventually(lambda: world.index["contexts"] == {})
    assert world.branches(home) == {"main"}
    eventually(lambda: list((world.data / "trash").iterdir()) == [])
    eventually(lambda: list((world.data / "locks").glob("operation-*")) == [])
    eventually(lambda: not (world.data / "emptied").exists())
    assert_nothing_is_left(world, home)


# -- all -----------------------------------------------------------------------------------------


def test_rm_all_needs_a_yes_without_a_terminal(world: World) -> None:
    home = world.started("one", "two")
    before = state(world, home)
    result = world.par(*PURGE, "all", text="y\n")
    assert result.stderr == "par: this needs confirmation\nhint: par rm all -y\n"
    assert (result.status, result.stdout) == (2, "")
    assert state(world, home) == before
    done = world.par(*PURGE, "ALL", "--yes")
    assert done.stdout == (
        "removed 'one': worktree, branch one, session\nremoved 'two': worktree, branch two, session\n"
    )
    assert_nothing_is_left(world, home)


def test_rm_all_lists_and_asks_and_only_yes_removes(world: World, terminal: Terminal) -> None:
    home = world.started("one", "two")
    before = state(world, home)
    question = "  one  (app)\n  two  (app)\nRemove these 2 contexts? [y/N]:"
    for answer in ("n", "", "C-c"):
        terminal.type("clear")
        eventually(lambda: "status" not in terminal.screen())
        terminal.par("rm --purge all; echo status $?")
        terminal.wait(question)
        terminal.press(*([answer] if answer == "C-c" else [answer, "Enter"] if answer else ["Enter"]))
        told = "par: interrupted" if answer == "C-c" else "par: nothing was removed"
        terminal.wait(f"{told}\nstatus 130")
        assert state(world, home) == before
    terminal.type("clear")
    eventually(lambda: "status" not in terminal.screen())
    terminal.par("rm --purge all; echo status $?")
    terminal.wait(question)
    terminal.type("y")
    said = [f"removed '{label}': worktree, branch {label}, session" for label in ("one", "two")]
    terminal.wait("\n".join([*said, "status 0"]))
    assert_nothing_is_left(world, home)


@pytest.mark.parametrize("options", [(), ("--purge", "--force")], ids=["trash", "purge"])
def test_a_path_that_a_hand_wrote_into_the_index_is_not_followed(
    world: World, options: tuple[str, ...]
) -> None:
    home = world.started("feat")
    mine = world.home / "mine"
    world.git(home, "worktree", "add", "-q", "-b", "mine", str(mine))
    away = mine.rename(world.home / "unplugged")
    index = world.index
    index["contexts"]["feat"]["root"] = str(mine)
    index["contexts"]["feat"]["worktrees"][0] |= {"path": str(mine), "branch": "mine"}
    (world.data / "global_state.json").write_text(json.dumps(index))
    result = world.par("rm", *options, "feat")
    assert (result.status, result.stdout) == (5, "")
    assert f"is no longer a worktree of par's at '{mine}'" in result.stderr
    away.rename(mine)
    assert world.git(mine, "symbolic-ref", "HEAD") == "refs/heads/mine"
    assert world.branches(home) == {"main", "feat", "mine"}

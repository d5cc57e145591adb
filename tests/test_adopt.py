"""`par adopt`: what others made becomes a context, and stays theirs: par never moves or deletes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Result, World, eventually, refused

MARKS = (
    "#{@par_label}#{@par_kind}#{@par_repo}#{@par_branch}#{@par_path}#{@par_pane}#{@par_init}#{@par_adopted}"
)
SHIM = """#!/bin/sh
case "$*" in *source-file*)
script=$(cat)
case "$script" in *{word}*) echo broken >&2; exit 1 ;; esac
printf '%s\\n' "$script" | {tmux} "$@"
exit ;;
esac
exec {tmux} "$@"
"""


def foreign(world: World, home: Path, name: str = "theirs", branch: str = "topic") -> Path:
    """A worktree that git made somewhere in the home folder, with work of every kind in it."""
    path = world.home / "elsewhere" / name
    world.git(home, "worktree", "add", "-q", "-b", branch, str(path))
    (path / "untracked").write_text("mine\n")
    (path / "file0").write_text("changed\n")
    (path / "sub").mkdir()
    return path


def everything(world: World, home: Path, path: Path) -> dict[str, Any]:
    """All that belongs to the user: files, refs, and what git knows of the worktree."""
    files = {each for each in path.rglob("*") if each.is_file()} if path.exists() else set()
    admin = home / ".git/worktrees" / path.name
    return {
        "files": {str(each.relative_to(path)): each.read_bytes() for each in files},
        "admin": {each.name: each.read_bytes() for each in admin.iterdir() if each.is_file()},
        "refs": world.git(home, "for-each-ref"),
        "worktrees": world.git(home, "worktree", "list", "--porcelain"),
    }


def test_a_worktree_anywhere_becomes_a_context_and_rm_only_forgets_it(world: World) -> None:
    home = world.repository()
    path = foreign(world, home)
    world.git(home, "worktree", "lock", "--reason", "on a stick", str(path))
    before = everything(world, home, path)
    made = world.ok("adopt", "sub", cwd=path)
    name = world.session("topic")
    assert made == Result(
        0,
        "adopted 'topic' in app\n"
        f"  worktree  {path}\n"
        "  branch    topic\n"
        f"  session   {name}\n"
        "par never moves or deletes what it did not make: par rm only forgets it\n"
        "open it: par open topic\n",
        "",
    )
    record = world.index["contexts"]["topic"]
    assert (record["kind"], record["root"], record["is_adopted"]) == ("checkout", str(path), True)
    assert [(each["path"], each["is_branch_ours"]) for each in record["worktrees"]] == [(str(path), False)]
    facts = "#{session_name} #{@par_label} #{@par_kind} #{@par_branch} #{@par_path} #{session_path}"
    assert world.tmux("list-sessions", "-F", facts) == f"{name} topic checkout topic {path} {path}"
    assert world.ok("path", "topic").stdout == f"{path}\n"
    world.ok("send", "topic", "pwd > ../here")
    eventually(lambda: (path.parent / "here").exists() and (path.parent / "here").read_text() == f"{path}\n")
    gone = world.ok("rm", "topic")
    assert gone.stdout == (
        f"forgot 'topic': {path} was not made by par and stays as it is; session {name} was killed\n"
        f"take it again: par adopt '{path}' --label topic\n"
    )
    assert (world.index["contexts"], world.sessions()) == ({}, [])
    assert everything(world, home, path) == before
    assert world.ok("trash").stdout == "The trash is empty.\n"


@pytest.mark.parametrize(
    "words", [("rm", "topic"), ("rm", "--purge", "--force", "topic"), ("rm", "all", "-y")]
)
def test_what_git_knows_of_a_worktree_that_is_not_there_now_stays(
    words: tuple[str, ...], world: World
) -> None:
    home = world.repository()
    path = foreign(world, home)
    world.ok("adopt", str(path))
    name = world.session("topic")
    before = everything(world, home, path)
    path.rename(world.home / "unplugged")
    told = world.ok(*words, "--json").json["removed"]
    assert [(each["label"], each["worktrees"], each["branches"]) for each in told] == [("topic", [], [])]
    assert [(each["session"], each["kept"], each["trash_id"]) for each in told] == [(name, [str(path)], None)]
    (world.home / "unplugged").rename(path)
    assert everything(world, home, path) == before
    assert world.index["contexts"] == {}


def test_a_session_is_taken_with_all_that_runs_in_it_and_let_go_again(world: World) -> None:
    home = world.repository()
    path = foreign(world, home)
    world.tmux("new-session", "-d", "-s", "my work", "-c", str(path / "sub"), "-n", "shell")
    world.tmux("new-window", "-d", "-t", "=my work:", "-n", "second", "exec sleep 600")
    before = everything(world, home, path)
    look = ("list-panes", "-s", "-t", "=my work:", "-F", "#{window_id} #{window_name} #{pane_id} #{pane_pid}")
    panes = world.tmux(*look)
    told = world.ok("adopt", "my work", "--json").json["context"]
    assert (told["label"], told["session"], told["branch"]) == ("my-work", {"name": "my work"}, "topic")
    assert [(each["path"], each["created_branch"]) for each in told["worktrees"]] == [(str(path), False)]
    assert world.sessions() == ["my work"]
    (listed,) = world.ok("ls", "--json").json["contexts"]
    assert (listed["state"], listed["session"]["name"]) == ("running", "my work")
    world.ok("control-center", "--no-attach")
    world.tmux("new-window", "-d", "-t", "=control-center:", "-n", "own", "exec sleep 600")
    world.ok("send", "my-work", "echo sent-'to'-it")
    eventually(lambda: "sent-to-it" in world.screen("=my work:"))
    assert world.ok("rm", "my-work").stdout == (
        f"forgot 'my-work': {path} was not made by par and stays as it is; session my work goes on\n"
        "take it again: par adopt 'my work' --label my-work\n"
    )
    assert world.tmux(*look) == panes
    assert world.tmux("list-sessions", "-f", "#{==:#{session_name},my work}", "-F", f"[{MARKS}]") == "[]"
    assert set(world.tmux("list-windows", "-a", "-F", "[#{@par_context}]").splitlines()) == {"[]"}
    shown = world.tmux("list-windows", "-t", "=control-center:", "-F", "#{window_name}")
    assert shown == "own"
    assert everything(world, home, path) == before


def test_a_session_that_ended_is_made_again_as_pars_own_and_dies_with_the_context(world: World) -> None:
    home = world.repository()
    path = foreign(world, home)
    # A session that was started elsewhere is where its active pane is now
    world.tmux("new-session", "-d", "-s", "work", "-c", str(world.home), f"cd {path} && exec sleep 600")
    at = ("list-panes", "-t", "=work:", "-F", "#{pane_current_path}")
    eventually(lambda: world.tmux(*at) == str(path))
    world.ok("adopt", "work", "-l", "feat")
    world.tmux("kill-server")
    assert world.ok("resurrect").stdout == "feat: session made\n"
    assert world.sessions() == [world.session("feat")]
    assert world.sessions() != ["work"]
    assert "was killed" in world.ok("rm", "feat").stdout
    assert world.sessions() == []
    world.ok("adopt", str(path), "-l", "feat")
    world.tmux("kill-server")
    # Without its marks par cannot tell whose it is
    name = world.session("feat")
    world.tmux("new-session", "-d", "-s", name, "-c", str(path))
    assert f"session {name} goes on" in world.ok("rm", "feat").stdout
    assert world.sessions() == [name]


def elsewhere(path: Path) -> str:
    return f"git -C {path} worktree move {path} ELSEWHERE, and adopt it there"


def test_what_cannot_be_adopted_is_refused_and_nothing_is_touched(world: World) -> None:
    home = world.repository()
    path, moved = foreign(world, home), foreign(world, home, "before", "other")
    moved = moved.rename(world.home / "elsewhere/after")
    inside = path / "sub/inner"
    world.git(home, "worktree", "add", "-q", "--detach", str(inside))
    world.ok("start", "own", cwd=home)
    world.ok("adopt", str(path))
    own = world.session("own")
    agents = world.worktree("own") / "wt/agent"
    world.git(world.worktree("own"), "worktree", "add", "-q", "--detach", str(agents))
    for name, folder in (("adrift", world.home), ("control-center", path), ("main", home)):
        world.tmux("new-session", "-d", "-s", name, "-c", str(folder))
    before = (world.index, world.tmux("list-sessions", "-F", MARKS), everything(world, home, path))
    main = f"'{home}' is the main worktree of app: par adopts linked ones"
    lost = f"'{world.home}' is not in a git repository"
    told = [
        (home, 4, main, f"par start LABEL -p '{home}'"),
        ("main", 4, main, f"par start LABEL -p '{home}'"),
        (world.home, 3, lost, "git worktree list"),
        ("adrift", 3, lost, "git worktree list"),
        ("adrif", 3, "there is no folder and no session 'adrif'", "par adopt adrift"),
        ("/nowhere", 3, "there is no folder and no session '/nowhere'", "git worktree list"),
        (path, 4, f"'{path}' is already the context 'topic'", "par open topic"),
        (inside, 4, f"'{inside}' lies in the context 'topic'", elsewhere(inside)),
        (world.worktree("own"), 4, f"'{world.worktree('own')}' is already the context 'own'", "par open own"),
        (agents, 4, f"'{agents}' lies in the context 'own'", elsewhere(agents)),
        (own, 4, f"the session '{own}' belongs to the context 'own'", "par open own"),
        ("control-center", 4, "the session 'control-center' is par's own", "par ls"),
        (
            moved,
            4,
            f"'{moved}' was moved, and its repository does not know",
            f"git -C '{home}' worktree repair '{moved}'",
        ),
    ]
    for place, status, message, hint in told:
        refused(world.par("adopt", str(place)), status, message, hint)
    # An older git has no such command
    old = world.home / "old-git"
    old.mkdir()
    real = world.run("sh", "-c", "command -v git").stdout.strip()
    says = 'case "$*" in *version) echo git version 2.25.1; exit ;; esac'
    (old / "git").write_text(f'#!/bin/sh\n{says}\nexec {real} "$@"\n')
    (old / "git").chmod(0o755)
    said = world.par("adopt", str(moved), PATH=f"{old}:{world.env['PATH']}").stderr
    assert said.endswith(f"hint: with git 2.30 or newer: git -C '{home}' worktree repair '{moved}'\n")
    world.git(home, "worktree", "repair", str(moved))
    before = (*before[:2], everything(world, home, path))
    taken = f"par adopt '{moved}' --label LABEL"
    refused(world.par("adopt", str(moved), "-l", "TOPIC"), 4, "context 'topic' already exists", taken)
    assert world.par("adopt", str(moved), "-l", "a b").status == 2
    assert (world.index, world.tmux("list-sessions", "-F", MARKS), everything(world, home, path)) == before


def test_a_tmux_that_fails_leaves_no_trace_of_the_adoption(world: World) -> None:
    home = world.repository()
    path = foreign(world, home)
    world.tmux("new-session", "-d", "-s", "work", "-c", str(path))
    before = everything(world, home, path)
    tmux, shims = world.run("sh", "-c", "command -v tmux").stdout.strip(), world.home / "shims"
    shims.mkdir()
    for place, word in ((str(path), "new-session"), ("work", '@par_adopted\\"')):
        (shims / "tmux").write_text(SHIM.format(word=word, tmux=tmux))
        (shims / "tmux").chmod(0o755)
        failed = world.par("adopt", place, PATH=f"{shims}:{world.env['PATH']}")
        assert (failed.status, failed.stdout, "broken" in failed.stderr) == (8, "", True), failed
        assert (world.index["contexts"], world.sessions()) == ({}, ["work"])
        assert world.tmux("list-sessions", "-F", f"[{MARKS}]") == "[]"
    assert everything(world, home, path) == before


@pytest.mark.parametrize("phase", ["creating", "removing"])
@pytest.mark.parametrize("is_there", [True, False], ids=["there", "unplugged"])
def test_an_adoption_that_was_killed_is_forgotten_by_the_next_par(
    phase: str, is_there: bool, world: World
) -> None:
    home = world.repository()
    path = foreign(world, home)
    world.ok("adopt", str(path), "-l", "one")
    other = foreign(world, home, "second", "second")
    world.tmux("new-session", "-d", "-s", "work", "-c", str(other))
    world.ok("adopt", "work", "-l", "two")
    document = world.index
    for record in document["contexts"].values():
        record["phase"] = phase
    (world.data / "global_state.json").write_text(json.dumps(document))
    before = everything(world, home, path)
    if not is_there:
        path.rename(world.home / "unplugged")
    assert world.ok("labels").stdout == ""
    assert world.ok("ls").stdout.startswith("No contexts.")
    assert (world.index["contexts"], world.sessions()) == ({}, ["work"])
    assert world.tmux("list-sessions", "-F", f"[{MARKS}]") == "[]"
    if not is_there:
        (world.home / "unplugged").rename(path)
    assert everything(world, home, path) == before


def test_undo_after_an_adopted_one_was_forgotten_brings_back_nothing_older(world: World) -> None:
    home = world.repository()
    path = foreign(world, home)
    world.ok("start", "older", cwd=home)
    world.ok("rm", "older")
    world.ok("adopt", str(path), "--label", "mine")
    world.ok("rm", "mine")
    message = "par only forgot 'mine', an adopted one: there is nothing to bring back"
    refused(world.par("undo"), 3, message, f"par adopt '{path}' --label mine")
    world.ok("adopt", str(path), "--label", "mine")
    assert world.ok("undo").stdout.startswith("restored 'older': session in app\n")

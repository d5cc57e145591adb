"""`par start`: what a new context is made of, and what keeps it from being made."""

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from conftest import World, commit, eventually, refused, traces
from par.git import repository


def test_start_makes_worktree_branch_and_session(world: World) -> None:
    home = world.repository("app")
    result = world.par("start", "feat", cwd=home)
    root = next((world.data / "worktrees").iterdir()) / "feat"
    assert result.stdout == (
        f"session 'feat' in app\n  worktree  {root}\n  branch    feat\n"
        "  session   feat\nopen it: par open feat\n"
    )
    assert (result.status, result.stderr) == (0, "")
    assert world.git(root, "symbolic-ref", "HEAD") == "refs/heads/feat"
    assert world.git(root, "rev-parse", "HEAD") == world.git(home, "rev-parse", "HEAD")
    options = (
        "#{session_name} #{@par_label} #{@par_kind} #{@par_repo} #{@par_branch} #{@par_path} #{session_path}"
    )
    assert world.tmux("list-sessions", "-F", options) == (f"feat feat session app feat {root} {root}")


def test_start_twice_is_a_conflict(world: World) -> None:
    home = world.started("feat")
    result = world.par("start", "FEAT", cwd=home)
    refused(result, 4, "context 'feat' already exists", "par open feat")


def test_json_is_one_document_that_says_what_was_made(world: World) -> None:
    home = world.repository()
    result = world.ok("create", "feat", "--json", cwd=home)
    root = next((world.data / "worktrees").iterdir()) / "feat"
    created_at = result.json["context"]["created_at"]
    assert result.stderr == ""
    assert result.json == {
        "version": 1,
        "context": {
            "label": "feat",
            "kind": "session",
            "state": "running",
            "init": "",
            "repository": {"name": "app", "path": str(home)},
            "session": {"name": "feat"},
            "worktrees": [
                {
                    "repository": str(home),
                    "path": str(root),
                    "branch": "feat",
                    "created_branch": True,
                    "port": None,
                    "ports": 0,
                }
            ],
            "branch": "feat",
            "created_at": created_at,
            "program": {"command": None, "prompt": None, "state": ""},
        },
    }
    age = datetime.now(timezone.utc) - datetime.fromisoformat(created_at)
    assert timedelta(seconds=-1) < age < timedelta(minutes=1)


def test_the_repository_is_the_main_one_from_a_subfolder_or_a_linked_worktree(world: World) -> None:
    home = world.repository()
    (home / "deep/er").mkdir(parents=True)
    linked = world.home / "linked"
    world.git(home, "worktree", "add", "-q", "-b", "side", str(linked))
    tip = commit(world, linked, "only on side")
    world.ok("start", "one", "-p", str(home / "deep/er"))
    world.ok("start", "two", "--path=~/linked")
    world.ok("start", "three", "-p", ".", cwd=world.worktree("two"))
    listed = world.ok("ls", "--json").json["contexts"]
    assert {each["repository"]["path"] for each in listed} == {str(home)}
    assert len({Path(each["worktrees"][0]["path"]).parent for each in listed}) == 1
    start = world.git(home, "rev-parse", "main")
    heads = {each["label"]: each["worktrees"][0]["head"] for each in listed}
    assert heads == {"one": start, "two": tip, "three": tip}


def test_a_submodule_and_a_bare_repository_are_repositories_of_their_own(world: World) -> None:
    bare, home = world.clone("lib")
    outer = world.repository("outer")
    world.git(outer, "submodule", "--quiet", "add", str(bare), "sub")
    world.ok("start", "inner", "-p", str(outer / "sub"))
    made = world.ok("start", "feat", "--json", "-p", str(bare)).json["context"]
    assert made["repository"] == {"name": "lib", "path": str(bare)}
    listed = world.ok("ls", "--json").json["contexts"]
    assert [each["repository"] for each in listed] == [
        {"name": "sub", "path": str(outer / "sub")},
        {"name": "lib", "path": str(bare)},
    ]
    assert {each["worktrees"][0]["head"] for each in listed} == {world.git(home, "rev-parse", "HEAD")}
    assert world.ok("rm", "--purge", "all", "-y").stdout == (
        "removed 'inner': worktree, branch inner, session\nremoved 'feat': worktree, branch feat, session\n"
    )
    assert world.branches(bare) == {"main"}


def test_base_is_where_the_new_branch_starts(world: World) -> None:
    home = world.repository(commits=3)
    oids = world.git(home, "rev-list", "main").splitlines()
    world.git(home, "tag", "-m", "a tag of the label's own name", "tagged", oids[1])
    world.ok("start", "first", "--base", oids[2], cwd=home)
    world.ok("start", "tagged", "-b", "tagged", cwd=home)
    world.ok("start", "last", "-b", "main", cwd=world.worktree("first"))
    tips = {
        label: world.git(world.worktree(label), "rev-parse", "HEAD") for label in ("first", "tagged", "last")
    }
    assert tips == {"first": oids[2], "tagged": oids[1], "last": oids[0]}
    assert world.git(world.worktree("tagged"), "symbolic-ref", "HEAD") == "refs/heads/tagged"
    assert not world.run("git", "config", "branch.last.remote", cwd=home).stdout
    before = traces(world, home)
    for rev in ("nosuch", "--all", "main:file0"):
        result = world.par("start", "feat", f"--base={rev}", cwd=home)
        refused(result, 3, f"there is no commit '{rev}' in app", "git branch --all")
    assert traces(world, home) == before


def test_a_detached_head_is_a_start(world: World) -> None:
    home = world.repository(commits=2)
    world.git(home, "checkout", "-q", "--detach", "HEAD~1")
    world.ok("start", "feat", cwd=home)
    assert world.git(home, "rev-parse", "feat") == world.git(home, "rev-parse", "main~1")
    assert world.git(world.worktree("feat"), "symbolic-ref", "HEAD") == "refs/heads/feat"


def test_a_repository_with_no_commit_is_refused(world: World) -> None:
    home = world.repository(commits=0)
    before = traces(world, home)
    result = world.par("start", "feat", cwd=home)
    refused(result, 3, "the repository '.' has no commit yet", "git commit")
    assert traces(world, home) == before


def test_an_existing_branch_is_reused_and_kept_by_rm(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "feat")
    commit(world, home, "main goes on")
    tip = world.git(home, "rev-parse", "feat")
    before = traces(world, home)
    refused(
        world.par("start", "feat", "--base", "main", cwd=home),
        4,
        "branch 'feat' already exists, so --base main cannot apply",
        "par start feat",
    )
    assert traces(world, home) == before
    result = world.ok("start", "feat", cwd=home)
    assert "  branch    feat (existing)\n" in result.stdout
    assert world.git(world.worktree("feat"), "rev-parse", "HEAD") == tip
    assert world.ok("rm", "--purge", "feat").stdout == "removed 'feat': worktree, session\n"
    assert traces(world, home) == before


def test_a_branch_that_is_checked_out_elsewhere_is_a_conflict(world: World) -> None:
    home = world.repository()
    before = traces(world, home)
    result = world.par("start", "main", cwd=home)
    refused(result, 4, f"branch 'main' is checked out at '{home}'", f"cd '{home}'")
    assert traces(world, home) == before


def test_a_branch_that_only_origin_has_is_tracked(world: World) -> None:
    bare, home = world.clone()
    tip = world.git(bare, "commit-tree", "-p", "main", "-m", "theirs", "main^{tree}")
    world.git(bare, "update-ref", "refs/heads/feat/x", tip)
    world.git(home, "fetch", "-q")
    world.ok("start", "feat/x", cwd=home)
    root = world.worktree("feat/x")
    assert world.git(root, "rev-parse", "HEAD") == tip
    assert world.git(root, "rev-parse", "--abbrev-ref", "@{upstream}") == "origin/feat/x"
    newer = world.git(bare, "commit-tree", "-p", tip, "-m", "more", "main^{tree}")
    world.git(bare, "update-ref", "refs/heads/feat/x", newer)
    world.git(root, "pull", "-q")
    assert world.git(root, "rev-parse", "HEAD") == newer
    assert (
        world.ok("rm", "--purge", "feat/x").stdout == "removed 'feat/x': worktree, branch feat/x, session\n"
    )
    assert world.branches(home) == {"main"}
    assert "branch.feat/x" not in world.git(home, "config", "--local", "--list")


def test_start_dials_nobody_unless_asked_to(world: World) -> None:
    home = world.repository()
    ssh = world.home / "ssh"
    ssh.write_text(
        f"#!/bin/sh\necho called >> '{world.home}/calls'\necho 'fatal: nobody answers' >&2\nexit 1\n"
    )
    ssh.chmod(0o755)
    world.git(home, "config", "core.sshCommand", str(ssh))
    world.git(home, "remote", "add", "origin", "ssh://dead.example/app.git")
    world.ok("start", "feat", cwd=home)
    assert not (world.home / "calls").exists()
    before = traces(world, home)
    result = world.par("start", "more", "--fetch", cwd=home)
    refused(result, 8, "git fetch: nobody answers", "git ls-remote origin")
    assert (world.home / "calls").read_text() == "called\n"
    assert traces(world, home) == before


def test_what_is_inherited_does_not_choose_the_repository_or_the_data_folder(world: World) -> None:
    home, other = world.repository(), world.repository("other")
    inherited = {
        **world.env,
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_COMMON_DIR": str(other / ".git"),
        "GIT_INDEX_FILE": str(other / ".git/index"),
        "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"),
        "GIT_NAMESPACE": "elsewhere",
        "XDG_DATA_HOME": "relative/data",
    }
    dirty = replace(world, env=inherited)
    before = traces(world, other)
    (home / "below").mkdir()
    dirty.ok("start", "feat", cwd=home / "below")
    listed = dirty.ok("ls", "--json").json["contexts"][0]
    assert listed["repository"]["path"] == str(home)
    assert Path(listed["worktrees"][0]["path"]).is_relative_to(world.data)
    assert world.branches(home) == {"main", "feat"}
    assert not (home / "below/relative").exists()
    dirty.ok("rm", "--purge", "feat", cwd=home)
    assert world.branches(home) == {"main"}
    assert traces(world, other) == before


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_odd_paths_are_only_text(world: World, locale: str) -> None:
    odd = "日本 it's #(touch pwned) #{pid} $HOME ;%x"
    home = world.repository("app #(touch pwned)", under=world.home / odd)
    env = {**world.env, "XDG_DATA_HOME": str(world.home / f"data {odd}"), "LC_ALL": locale}
    world = replace(world, env=env)
    world.ok("start", "日本語", cwd=home)
    root = Path(world.ok("path", "日本語").stdout.rstrip("\n"))
    assert root.is_relative_to(world.home / f"data {odd}/par")
    assert world.tmux("list-sessions", "-F", "#{@par_repo}|#{@par_path}|#{pane_current_path}") == (
        f"app #(touch pwned)|{root}|{root}"
    )
    world.ok("send", "日本語", "pwd > where")
    eventually(lambda: (root / "where").exists() and (root / "where").read_text() == f"{root}\n")
    (root / "where").unlink()
    listed = world.ok("ls", "--json").json["contexts"][0]
    assert (listed["state"], listed["repository"]["path"]) == ("running", str(home))
    assert (
        world.ok("rm", "--purge", "日本語").stdout == "removed '日本語': worktree, branch 日本語, session\n"
    )
    assert (world.branches(home), world.sessions()) == ({"main"}, [])
    assert not list(world.home.rglob("pwned"))


def test_the_users_tmux_settings_do_not_matter(world: World) -> None:
    (world.home / ".tmux.conf").write_text(
        "set -g base-index 1\nsetw -g pane-base-index 1\nset -g default-shell /bin/bash\n"
        "set -g renumber-windows on\nset -g remain-on-exit on\nset -g automatic-rename on\n"
    )
    world.started("feat")
    where = "#{window_index}.#{pane_index} #{pane_current_command}"
    eventually(lambda: world.tmux("list-panes", "-a", "-F", where) == "1.1 bash")
    assert world.tmux("show-options", "-gv", "default-shell") == "/bin/bash"
    root = world.worktree("feat")
    world.ok("send", "feat", "echo $BASH_VERSION > version")
    eventually(lambda: (root / "version").exists() and (root / "version").read_text().strip())
    (root / "version").unlink()
    world.ok("rm", "--purge", "feat")
    assert world.sessions() == []


def test_a_session_name_that_is_taken_gets_a_hash(world: World) -> None:
    home = world.repository()
    world.ok("start", "a.b", cwd=home)
    name = world.session("a.b")
    world.ok("start", "a_b", cwd=home)
    assert re.fullmatch(f"{name}-[0-9a-f]{{8}}", world.session("a_b"))
    world.tmux("new-session", "-d", "-s", "c")
    world.ok("start", "c", cwd=home)
    assert re.fullmatch("c-[0-9a-f]{8}", world.session("c"))
    world.ok("rm", "--purge", "all", "-y")
    assert world.sessions() == ["c"]


def test_a_session_of_the_users_is_never_taken_for_that_of_a_stopped_context(world: World) -> None:
    world.ok("start", "notes", cwd=world.repository())
    world.tmux("new-session", "-d", "-s", "other")  # a server without sessions would end
    world.tmux("kill-session", "-t", "=notes:")
    world.tmux("new-session", "-d", "-s", "notes", "-c", str(world.home))
    assert world.ok("ls", "--json").json["contexts"][0]["state"] == "stopped"
    assert world.ok("resurrect").stdout == "notes: session made\n"
    (own,) = {*world.sessions()} - {"notes", "other"}
    assert re.fullmatch("notes-[0-9a-f]{8}", own)
    assert world.ok("ls", "--json").json["contexts"][0]["session"]["name"] == own
    world.ok("rm", "notes")
    assert sorted(world.sessions()) == ["notes", "other"]


def test_a_server_that_par_starts_has_nothing_of_par_and_git(world: World) -> None:
    home = world.repository()
    inherited = {
        "GIT_DIR": "/x",
        "GIT_SSH_COMMAND": "ssh",
        "PAR_TRUST": "always",
        "LIBTMUX_X": "1",
        "PLAIN": "yes",
    }
    world.ok("start", "feat", cwd=home, **inherited)
    seen = (
        world.tmux("show-environment", "-g")
        + "\n"
        + world.tmux("show-environment", "-t", "=" + world.session("feat"))
    )
    assert "PLAIN=yes" in seen
    assert not re.findall(r"^-?(?:GIT_|PAR_|LIBTMUX_).*", seen, re.M)
    pid = world.tmux("display-message", "-p", "#{pid}")
    assert Path(f"/proc/{pid}/cwd").resolve() == world.home
    assert world.sessions() == [world.session("feat")]


def test_a_failing_hook_leaves_nothing(world: World) -> None:
    home = world.repository()
    world.git(home, "branch", "existing")
    hook = home / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\necho 'fatal: the hook says no' >&2\ntouch left-by-hook\nexit 3\n")
    hook.chmod(0o755)
    before = traces(world, home)
    for label in ("feat/x", "existing"):
        result = world.par("start", label, cwd=home)
        refused(result, 8, "the post-checkout hook of app failed: the hook says no", repository.WITHOUT_HOOKS)
        assert traces(world, home) == before
    hook.unlink()
    world.ok("start", "feat/x", cwd=home)


def test_what_stands_in_the_way_is_left_alone(world: World) -> None:
    home = world.started("one")
    folder = world.worktree("one").parent
    (folder / "feat").mkdir()
    (folder / "feat/notes").write_text("mine")
    (folder / "link").symlink_to("nowhere")
    before = traces(world, home)
    for label in ("feat", "link"):
        result = world.par("start", label, cwd=home)
        told = f"the folder '{folder / label}' is in the way"
        refused(result, 4, told, "look into it, then move it away")
    assert (traces(world, home), (folder / "feat/notes").read_text()) == (before, "mine")


def test_a_git_folder_that_is_occupied_leaves_nothing(world: World) -> None:
    home = world.repository()
    (home / ".git/worktrees").write_text("in the way")
    before = traces(world, home)
    result = world.par("start", "feat", cwd=home)
    assert (result.status, result.stdout) == (8, "")
    assert re.fullmatch(r"par: git worktree add: [^\n]+\nhint: par doctor\n", result.stderr)
    assert traces(world, home) == before


def test_only_a_folder_in_a_repository_will_do(world: World) -> None:
    plain = world.home / "plain"
    plain.mkdir()
    (plain / "file").write_text("")
    told = f"'{plain}' is not in a git repository"
    refused(world.par("start", "x", cwd=plain), 3, told, "use -p PATH")
    refused(world.par("start", "x", "-p", str(plain)), 3, told, "use -p PATH")
    world.repository("inner", under=plain)
    refused(world.par("start", "x", cwd=plain), 3, told, "par workspace start LABEL, or use -p PATH")
    for path in (str(plain / "file"), str(plain / "none"), "~nobody-of-this-name/x"):
        refused(world.par("start", "x", "-p", path), 3, f"there is no folder '{path}'")
    assert (world.sessions(), world.index if world.data.exists() else None) == ([], None)


def test_open_without_a_terminal_is_refused_before_anything_is_made(world: World) -> None:
    home = world.repository()
    before = traces(world, home)
    for words in (("start", "feat"), ("checkout", "main")):
        result = world.par(*words, "--open", cwd=home)
        refused(result, 2, "not a terminal: there is no tmux client to show a session in", "par ls")
    assert traces(world, home) == before


def test_what_it_stands_on_is_said_where_that_is_another_context(world: World) -> None:
    home = world.repository()
    assert world.ok("start", "one", cwd=home).stderr == ""
    inside = world.worktree("one") / "deep"
    inside.mkdir()
    tip = commit(world, inside.parent, "of one")
    stacked = world.ok("start", "two", cwd=inside)
    told = "'two' starts from the branch of 'one', where you are; --base BRANCH starts it elsewhere\n"
    assert stacked.stderr == told
    assert world.git(home, "rev-parse", "two") == tip
    assert world.ok("start", "three", "--base", "main", cwd=inside).stderr == ""

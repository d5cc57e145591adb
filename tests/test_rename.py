"""`par rename`: label, branch, folder, session and workspace are called otherwise, all else stays."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import Terminal, World, eventually, refused


def windows(world: World) -> list[str]:
    """Each window of each session once: its name, and what it is marked with."""
    asked = "#{session_name} #{window_name} #{@par_context} #{@par_worktree}"
    return sorted(line.rstrip() for line in world.tmux("list-windows", "-a", "-F", asked).splitlines())


def test_all_that_is_called_as_a_context_is_renamed_and_its_work_stays(world: World) -> None:
    _, home = world.clone()
    (home / ".git/info/exclude").write_text(".par.yaml\n.env\n")
    (home / ".par.yaml").write_text("initialization:\n  env: {DB: 'app_{label}'}\n")
    world.ok("start", "feat", "--trust", cwd=home)
    folder = world.worktree("feat")
    world.git(folder, "push", "-q", "-u", "origin", "feat")
    world.ok("start", "stacked", cwd=folder)
    nested = folder / ".claude/worktrees/inner"
    world.git(home, "worktree", "add", "-q", "-b", "inner", str(nested))
    for name, content in {"staged": "staged\n", "file0": "changed\n", ".env": "secret\n"}.items():
        (folder / name).write_text(content)
    world.git(folder, "add", "staged")
    said = ("status", "--porcelain=v2", "--ignored")
    before, panes = world.git(folder, *said), ("list-panes", "-a", "-F", "#{pane_pid} #{pane_id}")
    pids = world.tmux(*panes)

    result = world.ok("rename", "feat", "login/by-mail")

    now = folder.parent / "login/by-mail"
    assert result.stdout == (
        f"renamed 'feat' to 'login/by-mail'\n  worktree  {now}\n  branch    login/by-mail\n"
        "  session   login_by-mail\nopen it: par open login/by-mail\n"
    )
    assert not folder.exists()
    assert world.git(now, *said) == before
    assert (now / ".env").read_text() == "secret\n"
    assert world.branches(home) == {"main", "inner", "stacked", "login/by-mail"}
    assert world.git(now, "rev-parse", "--abbrev-ref", "@{upstream}") == "origin/feat"
    logged = world.git(home, "log", "--walk-reflogs", "--format=%gs", "login/by-mail").splitlines()
    assert logged[0] == "par: renamed refs/heads/feat to refs/heads/login/by-mail"
    assert logged[-1].startswith("par: created from refs/heads/main by operation ")
    listed = world.git(home, "worktree", "list")
    assert [f"{place} " in listed for place in (now, now / ".claude/worktrees/inner")] == [True, True]
    assert "locked" not in world.git(home, "worktree", "list", "--porcelain")
    assert world.git(now / ".claude/worktrees/inner", "status", "--porcelain") == ""
    assert world.tmux(*panes) == pids
    record = world.index["contexts"]["login/by-mail"]
    assert [*world.index["contexts"]] == ["login/by-mail", "stacked"]
    assert (record["phase"], record["root"], record["session"]) == ("ready", str(now), "login_by-mail")
    assert record["worktrees"][0]["env"] == [["DB", "app_login/by-mail"]]
    assert world.index["contexts"]["stacked"]["worktrees"][0]["base"] == "refs/heads/login/by-mail"
    assert (
        (world.data / "contexts.tsv").read_text().startswith("login/by-mail\tsession\tapp\tlogin/by-mail\t")
    )
    marks = "#{session_name} #{session_path} #{@par_label} #{@par_branch} #{@par_path}"
    told = world.tmux("list-sessions", "-F", marks).splitlines()[0]
    assert told == f"login_by-mail {now} login/by-mail login/by-mail {now}"
    assert windows(world) == ["login_by-mail login/by-mail login/by-mail", "stacked stacked stacked"]
    # What runs there stands in the folder as it is called now, and so does what is opened
    world.ok("send", "login/by-mail", f"env pwd -P > {world.home}/old")
    world.tmux("new-window", "-t", "=login_by-mail:", f"echo $DB > {world.home}/new")
    files = {world.home / "old": f"{now}\n", world.home / "new": "app_login/by-mail\n"}
    eventually(lambda: {each: each.exists() and each.read_text() for each in files} == files)

    assert world.ok("rename", "login/by-mail", "feat", "--json").json["was"] == "login/by-mail"
    assert (world.git(folder, *said), world.branches(home)) == (before, {"main", "inner", "stacked", "feat"})
    world.ok("rm", "feat")
    world.ok("restore", "feat")
    assert world.git(folder, *said) == before
    assert (
        world.ok("doctor").stdout
        == "Nothing to repair: index, worktrees, branches, sessions and files agree.\n"
    )


def test_a_workspace_is_renamed_whole_with_its_windows_and_its_file(world: World, terminal: Terminal) -> None:
    for name in ("back", "front"):
        world.repository(name)
    world.ok("workspace", "start", "big", "--repos", "back,front", cwd=world.home / "src")
    root = world.worktree("big")
    (root / "notes.md").write_text("mine\n")
    file = root / "big.code-workspace"
    file.write_text(json.dumps({**json.loads(file.read_text()), "mine": 1}))
    terminal.par("control-center")
    terminal.wait("big")

    world.ok("rename", "big", "huge")

    now = root.parent / "huge"
    assert sorted(each.name for each in now.iterdir()) == ["back", "front", "huge.code-workspace", "notes.md"]
    document = json.loads((now / "huge.code-workspace").read_text())
    assert (document["mine"], [each["path"] for each in document["folders"]]) == (
        1,
        [f"{now}/back", f"{now}/front"],
    )
    for name in ("back", "front"):
        assert world.git(now / name, "status", "--porcelain", "--branch") == "## huge"
        assert world.branches(world.home / "src" / name) == {"main", "huge"}
    assert [line for line in windows(world) if "big" in line] == []
    assert [line for line in windows(world) if line.startswith("huge huge/")] == [
        "huge huge/back huge back",
        "huge huge/front huge front",
    ]
    assert world.ok("path", "huge/front").stdout == f"{now}/front\n"
    assert world.par("doctor").status == 0
    world.ok("control-center", "--json")
    assert [line.split()[2] for line in windows(world) if line.startswith("control-center")] == ["huge"] * 2


def test_what_par_did_not_make_or_name_keeps_its_name(world: World) -> None:
    home = world.repository()
    theirs = world.home / "theirs"
    world.git(home, "worktree", "add", "-q", "-b", "topic", str(theirs))
    # tmux calls a window after what runs there, which is itself until the shell has begun
    world.tmux("new-session", "-d", "-s", "mine", "-n", "theirs", "-c", str(theirs))
    world.ok("adopt", "mine", "--label", "taken")
    world.git(home, "branch", "old")
    world.ok("checkout", "old", "--label", "old", cwd=home)
    world.tmux("rename-session", "-t", "=old:", "called")
    world.tmux("rename-window", "-t", "=called:", "old/##(touch pwned)")

    world.ok("rename", "taken", "adopted")
    world.ok("rename", "old", "new")

    assert world.worktree("adopted") == theirs
    assert world.branches(home) == {"main", "topic", "old"}
    assert world.git(world.worktree("new"), "status", "--branch", "--porcelain") == "## old"
    assert world.sessions() == ["called", "mine"]
    assert windows(world) == ["called old/#(touch pwned) new", "mine theirs adopted"]
    assert world.ok("ls", "--json").json["contexts"][0]["session"]["name"] == "mine"
    assert list(world.home.rglob("pwned")) == []


def test_what_is_in_the_way_is_said_before_anything_changes(world: World) -> None:
    home = world.started("feat", "other")
    folder = world.worktree("feat")
    world.git(home, "branch", "taken")
    world.git(home, "branch", "dir/under")
    world.git(home, "config", "branch.set.description", "x")
    (folder.parent / "folder").mkdir()
    (folder.parent / "folder/file").touch()
    before = world.index

    def says(new: str, message: str, hint: str, status: int = 4) -> None:
        refused(world.par("rename", "feat", new), status, message, hint)
        assert world.index == before

    refused(world.par("rename", "nope", "x"), 3, "there is no context 'nope'", "par ls")
    says("feat", "'feat' is called so already", "par open feat")
    says("other", "context 'other' already exists", "par open other")
    says("taken", "branch 'taken' already exists in app", "choose another label")
    assert world.par("rename", "feat", "dir").stderr.startswith(
        "par: branch 'dir' cannot stand beside the branch"
    )
    says(
        "set",
        "something is configured for a branch 'set' in app",
        f"git -C '{home}' config --remove-section branch.set",
    )
    says("folder", f"the folder '{folder.parent}/folder' is in the way", "look into it, then move it away")
    says("feat/x", "the folders of 'feat' and 'feat/x' would lie in each other", "choose another label")
    assert world.par("rename", "feat", "a b").status == 2
    world.git(home, "worktree", "lock", "--reason", "mine", str(folder))
    says(
        "new",
        "'feat' cannot be moved: it is locked by git worktree lock: mine",
        f"git -C '{home}' worktree unlock '{folder}'",
        5,
    )
    world.git(home, "worktree", "unlock", str(folder))
    world.git(folder, "bisect", "start", "HEAD")
    world.git(folder, "checkout", "-q", "--detach")
    refused(
        world.par("rename", "feat", "new"),
        4,
        f"branch 'feat' is in use by a bisect at '{folder}'",
        f"git -C {folder} status",
    )
    world.git(folder, "bisect", "reset")
    (home / ".par.yaml").write_text("initialization:\n  commands: ['sleep 600']\n")
    world.ok("start", "busy", "--trust", cwd=home)
    refused(
        world.par("rename", "busy", "new"), 4, "the commands of 'busy' are running", "par init busy --wait"
    )
    # A merge that is not finished goes along
    world.git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    (folder.parent / "folder/file").unlink()
    world.ok("rename", "feat", "new")


def test_a_label_may_be_given_another_case_and_a_stopped_one_has_no_session(world: World) -> None:
    home = world.started("feat")
    world.tmux("kill-server")
    done = world.ok("rename", "feat", "Feat", "--json").json
    assert (done["context"]["state"], done["context"]["worktrees"][0]["branch"]) == ("stopped", "Feat")
    assert world.branches(home) == {"main", "Feat"}
    world.ok("resurrect")
    assert world.sessions() == ["Feat"]
    assert Path(done["context"]["worktrees"][0]["path"]).name == "Feat"

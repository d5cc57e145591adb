"""`par workspace`: one context over several repositories, all of it or nothing."""

from __future__ import annotations

import json
import shutil
import signal
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import ROOT, Result, Terminal, World, commit, eventually, refused, traces
from par.git import repository

HINT = "par workspace start LABEL --repos PATH,PATH"
WINDOWS = "#{window_index} #{window_name} #{pane_current_path} [#{@par_context}] [#{@par_worktree}]"


@pytest.fixture
def shop(world: World) -> Path:
    """A folder with the repositories `backend` and `frontend`."""
    return _shop(world)


def _shop(world: World) -> Path:
    folder = world.home / "shop"
    world.repository("backend", under=folder)
    world.repository("frontend", under=folder)
    return folder


@pytest.fixture
def shared(world: World) -> Path:
    """The same folder, with the workspace `feat` of both."""
    world.copied(_workspace)
    return world.home / "shop"


def _workspace(world: World) -> None:
    world.ok("workspace", "start", "feat", cwd=_shop(world))


def root_of(world: World, label: str) -> Path:
    """The folder of a workspace, from the index."""
    return Path(world.index["contexts"][label]["root"])


def windows(world: World, label: str) -> list[str]:
    """The windows of a workspace's session, each with its folder and marks."""
    return world.tmux("list-windows", "-t", f"={world.session(label)}:", "-F", WINDOWS).splitlines()


def all_traces(world: World, *homes: Path) -> set[str]:
    """What there is of contexts, in several repositories."""
    return {f"{home.name} {trace}" for home in homes for trace in traces(world, home)}


def content(file: Path) -> str:
    """What a file holds, '' where it is not there."""
    return file.read_text() if file.exists() else ""


def branches_of(world: World, label: str) -> dict[str, str]:
    """What is checked out in each worktree of a workspace: the branch and the last commit's message."""
    folders = sorted(each for each in root_of(world, label).iterdir() if each.is_dir())
    asked = ("log", "-1", "--format=%s")
    return {
        each.name: f"{world.git(each, 'symbolic-ref', '--short', 'HEAD')}: {world.git(each, *asked)}"
        for each in folders
    }


def test_a_workspace_has_a_worktree_of_each_repository_and_one_session(world: World, shop: Path) -> None:
    world.git(shop / "backend", "branch", "feat")
    result = world.par("workspace", "start", "feat", cwd=shop)
    root = root_of(world, "feat")
    session = "feat"
    assert result == Result(
        0,
        f"workspace 'feat' of 2 repositories\n  folder    {root}\n"
        "  worktree  backend, branch feat (existing)\n  worktree  frontend, branch feat\n"
        f"  session   {session}\nopen it: par open feat\n",
        "",
    )
    assert root.parent.parent == world.data / "workspaces"
    assert sorted(each.name for each in root.iterdir()) == ["backend", "feat.code-workspace", "frontend"]
    assert branches_of(world, "feat") == {"backend": "feat: commit 0", "frontend": "feat: commit 0"}
    assert windows(world, "feat") == [
        f"0 feat {root} [] []",
        f"1 feat/backend {root}/backend [feat] [backend]",
        f"2 feat/frontend {root}/frontend [feat] [frontend]",
    ]
    marks = (
        "#{session_name} #{@par_label} #{@par_kind} #{@par_repo} #{@par_branch} #{@par_path} #{window_index}"
    )
    assert world.tmux("list-sessions", "-F", marks) == (
        f"{session} feat workspace backend, frontend feat {root} 0"
    )
    row = "\t".join(["feat", "workspace", "backend, frontend", "feat", session])
    assert (world.data / "contexts.tsv").read_text().startswith(f"{row}\t")


def test_ls_has_a_workspace_as_one_row(world: World, shared: Path) -> None:
    world.ok("start", "solo", "-p", str(shared / "backend"))
    root = root_of(world, "feat")
    (row,) = (line for line in world.ok("ls").stdout.splitlines() if "feat" in line)
    assert row.split("\t")[:5] == ["feat", "running", "", "feat", "workspace (backend, frontend)"]
    assert row.split("\t")[6:] == ["Workspace", "", world.session("feat")]
    world.git(root / "frontend", "switch", "-q", "-c", "other")
    assert "\tfeat, other\t" in world.ok("workspace", "ls").stdout
    assert world.ok("workspace", "ls").stdout == world.ok("ls", "--kind", "workspace").stdout
    found = world.ok("workspace", "ls", "--json").json["contexts"]
    assert found == world.ok("ls", "--repo", "frontend", "--json").json["contexts"]
    assert [each["label"] for each in world.ok("ls", "--repo", "backend", "--json").json["contexts"]] == [
        *("feat", "solo")
    ]
    (workspace,) = found
    assert [(each["repository"], each["path"], each["branch"]) for each in workspace["worktrees"]] == [
        (str(shared / "backend"), f"{root}/backend", "feat"),
        (str(shared / "frontend"), f"{root}/frontend", "other"),
    ]
    assert (workspace["label"], workspace["kind"], workspace["state"]) == ("feat", "workspace", "running")
    said = world.run("bash", str(ROOT / "scripts/describe.sh"), "feat", "stopped").stdout
    assert said.startswith(f"feat\n\nrepository  backend, frontend\nbranch      feat\nfolder      {root}\n")
    shutil.rmtree(root / "frontend")
    assert world.ok("workspace", "ls", "--json").json["contexts"][0]["state"] == "broken"
    refused(
        world.par("open", "feat"), 3, f"the worktree of 'feat' is gone: '{root}/frontend'", "par doctor --fix"
    )


def test_one_repository_of_it_is_meant_by_its_name(world: World, shared: Path, terminal: Terminal) -> None:
    root, windows_before = root_of(world, "feat"), windows(world, "feat")
    assert world.ok("path", "feat/frontend").stdout == f"{root}/frontend\n"
    assert world.ok("code", "FEAT/backend", "--editor", "printf '%s'").stdout == f"{root}/backend"
    told = "there is no repository 'front' in the workspace 'feat'"
    refused(world.par("path", "feat/front"), 3, told, "par path feat/frontend")
    (root / "backend/new").write_text("x\n")
    assert "+++ b/new" in world.ok("diff", "feat/backend").stdout
    assert world.ok("diff", "./frontend", cwd=root).stdout == ""
    terminal.par("open feat/frontend")
    shown = ("display-message", "-p", "-t", f"={world.session('feat')}:", "#{@par_worktree}")
    eventually(lambda: (world.tmux("list-clients") != "", world.tmux(*shown)) == (True, "frontend"))
    world.tmux("kill-window", "-t", f"={world.session('feat')}:feat/frontend")
    (client,) = world.tmux("list-clients", "-F", "#{client_name}").splitlines()
    closed = world.ok("open", "feat/frontend", "--client", client)
    assert closed.stderr == "made again, as it was closed: the window of 'frontend'\n"
    assert world.tmux(*shown) == "frontend"
    assert sorted(line[2:] for line in windows(world, "feat")) == sorted(line[2:] for line in windows_before)
    assert world.ok("open", "feat/frontend", "--client", client).stderr == ""


def test_only_main_repositories_one_level_below_are_found(world: World, shop: Path) -> None:
    world.git(shop, "init", "-q")
    world.git(shop, "submodule", "--quiet", "add", str(world.repository("lib")), "lib")
    world.git(shop / "frontend", "worktree", "add", "-q", str(shop / "frontend-side"))
    world.repository("deep", under=shop / "group")
    world.repository("hidden", under=shop).rename(shop / ".hidden")
    for odd in ("empty/.git", "docs"):
        (shop / odd).mkdir(parents=True)
    (shop / "a-link").symlink_to(shop / "frontend")
    (shop / "outside").symlink_to(world.repository("elsewhere"))
    (shop / "README").write_text("a file\n")
    world.ok("workspace", "start", "feat", "--path", "~/shop")
    assert sorted(branches_of(world, "feat")) == ["backend", "elsewhere", "frontend"]
    nothing = world.par("workspace", "start", "none", cwd=shop / "docs")
    refused(nothing, 3, f"there is no git repository directly in '{shop}/docs'", HINT)
    gone = world.par("workspace", "start", "none", "-p", "gone", cwd=shop)
    refused(gone, 3, "there is no folder 'gone'", "use --path ROOT")


def test_repos_are_names_or_paths(world: World, shop: Path) -> None:
    world.repository("frontend", under=world.home / "other")
    linked = world.home / "linked"
    third = world.repository("Frontend", under=world.home / "third")
    world.git(third, "worktree", "add", "-q", "-b", "side", str(linked))
    commit(world, linked, "only on side")
    typed = f" frontend ,, ~/other/frontend,{linked} , ../shop/backend,"
    made = world.ok("workspace", "start", "feat", "--repos", typed, "--json", cwd=shop).json["context"]
    root = root_of(world, "feat")
    assert [(each["repository"], each["path"]) for each in made["worktrees"]] == [
        (f"{shop}/frontend", f"{root}/frontend"),
        (f"{world.home}/other/frontend", f"{root}/frontend-2"),
        (f"{third}", f"{root}/Frontend-3"),
        (f"{shop}/backend", f"{root}/backend"),
    ]
    assert branches_of(world, "feat")["Frontend-3"] == "feat: only on side"
    names = [each["name"] for each in json.loads((root / "feat.code-workspace").read_text())["folders"]]
    assert names == ["frontend (feat)", "frontend-2 (feat)", "Frontend-3 (feat)", "backend (feat)"]


class Refusal(NamedTuple):
    """Words after `par workspace start`, and what is answered; {} is the folder they are typed in."""

    id: str
    words: tuple[str, ...]
    status: int
    message: str
    hint: str = HINT


def repos(*typed: str) -> tuple[str, ...]:
    return ("new", "--repos", ",".join(typed))


REFUSALS = [
    Refusal("twice", repos("backend", "backend"), 2, "the repository '{}/backend' is named twice"),
    Refusal("by-a-link", repos("backend", "link"), 2, "the repository '{}/backend' is named twice"),
    Refusal("nothing-named", repos(" ", ""), 2, "--repos names no repository"),
    Refusal("unknown", repos("backend", "fronted"), 3, "'{}/fronted' is not a git repository"),
    Refusal("a-folder-inside", repos("backend/src"), 3, "'{}/backend/src' is not a git repository"),
    Refusal("label-taken", ("OLD",), 4, "context 'old' already exists", "par open old"),
    Refusal("label-wrong", ("a b",), 2, "label 'a b' contains a character that is not allowed", "..."),
    Refusal(
        "inside",
        ("old/x",),
        4,
        "the label cannot be used: its folder would overlap that of context 'old'",
        "...",
    ),
    Refusal(
        "held",
        ("held",),
        4,
        "branch 'held' is checked out at '{}/frontend' in '{}/frontend'",
        "cd '{}/frontend'",
    ),
    Refusal(
        "neighbour",
        ("side/x",),
        4,
        "branch 'side/x' cannot stand beside the branch 'side' in '{}/frontend'",
        "...",
    ),
    Refusal(
        "base-missing", ("new", "-b", "side"), 3, "there is no commit 'side' in backend", "git branch --all"
    ),
    Refusal(
        "base-cannot-apply",
        ("side", "-b", "main"),
        4,
        "branch 'side' already exists, so --base main cannot apply in '{}/frontend'",
        "par workspace start side",
    ),
]


def test_every_repository_is_checked_before_any_is_touched(world: World, shop: Path) -> None:
    backend, frontend = shop / "backend", shop / "frontend"
    (backend / "src").mkdir()
    (shop / "link").symlink_to(backend)
    world.ok("workspace", "start", "old", cwd=shop)
    world.git(frontend, "branch", "side")
    world.git(frontend, "switch", "-q", "-c", "held")
    before = all_traces(world, backend, frontend)
    for case in REFUSALS:
        result = world.par("workspace", "start", *case.words, cwd=shop)
        said, _, hint = result.stderr.partition("\nhint: ")
        told = (result.status, said, hint.rstrip("\n") if case.hint != "..." else "...")
        assert told == (
            case.status,
            f"par: {case.message}".replace("{}", str(shop)),
            case.hint.replace("{}", str(shop)),
        ), case.id
    assert all_traces(world, backend, frontend) == before


def test_each_branch_starts_at_what_its_repository_has_checked_out(world: World) -> None:
    projects = world.home / "src"
    _, cloned = world.clone("cloned")
    develop = world.repository("develops")
    world.git(develop, "switch", "-q", "-c", "develop")
    commit(world, develop, "on develop")
    detached = world.repository("detached", commits=2)
    world.git(detached, "switch", "-q", "--detach", "HEAD~1")
    reused = world.repository("reused")
    world.git(reused, "branch", "feat")
    commit(world, reused, "after feat")
    world.git(cloned, "push", "-q", "origin", "main:feat")
    world.git(cloned, "fetch", "-q")
    commit(world, cloned, "not pushed")
    made = world.ok("workspace", "start", "feat", "--json", cwd=projects).json["context"]["worktrees"]
    assert branches_of(world, "feat") == {
        "cloned": "feat: commit 0",
        "detached": "feat: commit 0",
        "develops": "feat: on develop",
        "reused": "feat: commit 0",
    }
    assert world.git(cloned, "rev-parse", "--abbrev-ref", "feat@{upstream}") == "origin/feat"
    assert [each["created_branch"] for each in made] == [True, True, True, False]
    world.ok("workspace", "start", "based", "-b", "main", cwd=projects)
    assert set(branches_of(world, "based").values()) == {
        *("based: not pushed", "based: commit 1", "based: commit 0", "based: after feat")
    }


def test_a_failure_in_one_undoes_all_and_stops_the_others(world: World, shop: Path) -> None:
    backend, frontend = shop / "backend", shop / "frontend"
    slow, fails = backend / ".git/hooks/post-checkout", frontend / ".git/hooks/post-checkout"
    slow.write_text(f"#!/bin/sh\ntouch '{world.home}/begun'\nexec sleep 50\n")
    fails.write_text(
        f"#!/bin/sh\nwhile [ ! -e '{world.home}/begun' ]; do sleep 0.05; done\necho 'fatal: no' >&2\nexit 3\n"
    )
    slow.chmod(0o755)
    fails.chmod(0o755)
    before = all_traces(world, backend, frontend)
    result = world.par("workspace", "start", "feat", cwd=shop)
    told = f"the post-checkout hook of frontend failed: no in '{frontend}'"
    refused(result, 8, told, repository.WITHOUT_HOOKS)
    assert all_traces(world, backend, frontend) == before
    fails.unlink()
    before = all_traces(world, backend, frontend)
    (world.home / "begun").unlink()
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        par = world.start_par("workspace", "start", "feat", cwd=shop)
        eventually((world.home / "begun").exists, "the slow hook")
        par.send_signal(number)
        par.communicate(timeout=20)
        assert par.returncode == status
        assert all_traces(world, backend, frontend) == before
        (world.home / "begun").unlink()
    slow.unlink()
    before = all_traces(world, backend, frontend)
    shim = world.home / "bin/tmux"
    shim.parent.mkdir()
    answer = "case $* in *source-file*) echo no >&2; exit 1 ;; esac"
    shim.write_text(f'#!/bin/sh\n{answer}\nexec {shutil.which("tmux")} "$@"\n')
    shim.chmod(0o755)
    without = {"PATH": f"{shim.parent}:{world.env['PATH']}"}
    refused(
        world.par("workspace", "start", "feat", cwd=shop, **without), 8, "tmux new-session: no", "par doctor"
    )
    assert all_traces(world, backend, frontend) == before
    world.ok("workspace", "start", "feat", cwd=shop)


def test_what_each_repository_asks_for_is_done_in_its_own_worktree(world: World, shop: Path) -> None:
    asked = "env:\n  PLACE: '{label} {branch} {repo} {port} $HOME;'\nports: 2\ninclude: [.env]\n"
    for name in ("backend", "frontend"):
        (shop / name / ".par.yaml").write_text(asked)
        (shop / name / ".env").write_text(f"of {name}\n")
        (shop / name / ".gitignore").write_text(".env\n")
    (shop / "frontend/.par.yaml").write_text(f"{asked}prots: 1\n")
    before = all_traces(world, shop / "backend", shop / "frontend")
    wrong = world.par("workspace", "start", "feat", cwd=shop)
    assert (wrong.status, wrong.stdout) == (6, "")
    assert f"{shop}/frontend/.par.yaml" in wrong.stderr
    assert all_traces(world, shop / "backend", shop / "frontend") == before
    (shop / "frontend/.par.yaml").write_text(asked)
    made = world.ok("workspace", "start", "feat", "--trust", "--json", cwd=shop).json["context"]["worktrees"]
    ports = [each["port"] for each in made]
    assert abs(ports[0] - ports[1]) >= 2
    root = root_of(world, "feat")
    for name, port in zip(("backend", "frontend"), ports, strict=True):
        assert (root / name / ".env").read_text() == f"of {name}\n"
        world.ok("send", f"feat/{name}", 'echo "$PLACE $PAR_PORT" > told')
        told = eventually(partial(content, root / name / "told"))
        assert told == f"feat feat {name} {port} $HOME; {port}\n"
    world.ok("send", "feat", 'echo "${PLACE-none} ${PAR_PORT-none}" > told')
    assert eventually(partial(content, root / "told")) == "none none\n"


def test_what_two_gits_say_for_long_is_shown_one_after_the_other(world: World, shop: Path) -> None:
    for name in ("backend", "frontend"):
        hook = shop / name / ".git/hooks/post-checkout"
        hook.write_text(
            f"#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8; do printf {name}- >&2; sleep 0.2; done; echo >&2\n"
        )
        hook.chmod(0o755)
    terminal = Terminal(world)
    terminal.par(f"workspace start feat --path {shop}")
    said = [line for line in terminal.wait("open it:").splitlines() if "end-" in line]
    # One that ends while the other is shown is not shown any more
    assert said
    assert set(said) <= {"backend-" * 8, "frontend-" * 8}


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_odd_names_are_only_text(world: World, locale: str) -> None:
    odd = ("we#{pid}#(touch hacked)##[x", 'it\'s "$HOME" \\', "ünï; kill-server ;", "-x", "tab\there")
    folder = world.home / "projects #{pid}"
    for name in odd:
        world.repository(name, under=folder)
    settings = ("base-index 1", "pane-base-index 1", "automatic-rename on")
    (world.home / ".tmux.conf").write_text("".join(f"set -g {each}\n" for each in settings))
    world.ok("workspace", "start", "feat/ü", cwd=folder, LC_ALL=locale)
    root = root_of(world, "feat/ü")
    shown = {line.split(" ")[0]: line for line in windows(world, "feat/ü")}
    names = ["-x", 'it\'s "$HOME" \\', "tab_here", "we#{pid}#(touch hacked)##[x", "ünï; kill-server ;"]
    plain = ["-x", "it_s___HOME___", "tab_here", "we__pid___touch_hacked____x", "ünï__kill-server__"]
    assert list(shown.values()) == [
        f"1 feat/ü {root} [] []",
        *(
            f"{number} feat/ü/{flat} {root}/{name} [feat/ü] [{name}]"
            for number, name, flat in zip(range(2, 7), names, plain, strict=True)
        ),
    ]
    assert (
        world.ok("send", "feat/ü/TAB_here", "pwd > here", LC_ALL=locale).stdout == "feat/ü/tab_here: typed\n"
    )
    eventually((root / "tab_here/here").exists)
    folders = json.loads((root / "ü.code-workspace").read_text())["folders"]
    assert folders == [{"name": f"{name} (feat/ü)", "path": f"{root}/{name}"} for name in names]


def test_any_number_of_repositories_takes_one_call_to_tmux(world: World) -> None:
    folder = world.home / "many"
    first = world.repository("first", under=folder)
    for letter in "abcdefghijklmnopqrst":
        shutil.copytree(first, folder / (letter * 200))
    world.ok("workspace", "start", "feat", cwd=folder)
    rows = [row.rpartition(" [feat] ")[2] for row in windows(world, "feat")[1:]]
    assert rows == [f"[{each.name}]" for each in sorted(folder.iterdir())]


def test_send_types_in_the_root_or_in_one_repository(world: World, shared: Path) -> None:
    world.ok("start", "feat/backend", "-p", str(world.repository("other")))
    root, session = root_of(world, "feat"), f"={world.session('feat')}:"
    world.tmux("select-window", "-t", f"{session}2")
    world.tmux("split-window", "-t", f"{session}2", "-c", "/")
    words = ("feat", "FEAT/Frontend", "feat/frontend", "feat/backend", "pwd > here")
    assert world.ok("send", *words).stdout == "feat: typed\nfeat/frontend: typed\nfeat/backend: typed\n"
    for folder in (root, root / "frontend", world.worktree("feat/backend")):
        assert eventually(partial(content, folder / "here")) == f"{folder}\n"
    world.ok("send", "feat/frontend", f"pwd > {world.home}/active", "--pane", "active")
    assert eventually(partial(content, world.home / "active")) == "/\n"
    dry = [line.partition(":")[0] for line in world.ok("send", "all", "x", "--dry-run").stdout.splitlines()]
    assert dry == ["feat", "feat/backend"]
    near = world.par("send", "feat/fronted", "x")
    refused(near, 3, "there is no repository 'fronted' in the workspace 'feat'", "par send feat/frontend x")
    far = world.par("send", "feat/x", "x")
    refused(far, 3, "there is no repository 'x' in the workspace 'feat'", "it has backend, frontend")
    world.tmux("kill-window", "-t", f"{session}2")
    closed = world.par("send", "feat/frontend", "x")
    assert closed.stdout == "feat/frontend: not sent, its window is closed\n"
    assert (closed.status, closed.stderr) == (8, "par: not sent to feat/frontend\nhint: par open feat\n")


def test_marks_that_were_lost_are_written_again_by_open(
    world: World, shared: Path, terminal: Terminal
) -> None:
    before, session = windows(world, "feat"), f"={world.session('feat')}:"
    first = world.tmux("show-options", "-v", "-t", session, "@par_pane")
    for option in ("@par_label", "@par_pane"):
        world.tmux("set-option", "-u", "-t", session, option)
    for number in ("1", "2"):
        world.tmux("set-option", "-w", "-u", "-t", f"{session}{number}", "@par_context")
        world.tmux("set-option", "-w", "-u", "-t", f"{session}{number}", "@par_worktree")
    world.tmux("select-window", "-t", f"{session}2")
    terminal.par("open feat")
    eventually(lambda: world.tmux("list-clients"))
    assert windows(world, "feat") == before
    assert world.tmux("show-options", "-v", "-t", session, "@par_pane") == first


def test_the_control_center_shows_each_repository(world: World, shop: Path) -> None:
    world.ok("start", "one", "-p", str(shop / "backend"))
    world.ok("workspace", "start", "feat", cwd=shop)
    world.ok("start", "two", "-p", str(shop / "backend"))
    built = world.par("control-center", "--no-attach")
    assert built == Result(0, "control-center: 3 contexts\n", "")
    shown = world.tmux("list-windows", "-t", "=control-center:", "-F", "#{window_name}").splitlines()
    assert shown == ["one", "feat/backend", "feat/frontend", "two"]
    assert world.ok("control-center", "--json").json["shown"] == ["one", "feat", "two"]


def document(root: Path, *names: str) -> object:
    """What the file of the workspace `feat` holds when nobody changed it."""
    return {
        "folders": [{"name": f"{name} (feat)", "path": f"{root}/{name}"} for name in names],
        "settings": {"git.detectSubmodules": False, "git.repositoryScanMaxDepth": 1},
    }


def test_editors_open_the_file_of_a_workspace(world: World, shared: Path) -> None:
    file = root_of(world, "feat") / "feat.code-workspace"
    content = file.read_text()
    assert json.loads(content) == document(file.parent, "backend", "frontend")
    assert list(json.loads(content)) == ["folders", "settings"]
    assert file.stat().st_mode & 0o777 == 0o600
    (world.home / "bin").mkdir()
    for name in ("code", "cursor", "zed"):
        program = world.home / "bin" / name
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "${{0##*/}}" "$@" > "{world.home}/called"\n')
        program.chmod(0o755)
    path = f"{world.home}/bin:{world.env['PATH']}"
    for words, called in (
        ("code feat", f"code\n{file}\n"),
        ("workspace code FEAT", f"code\n{file}\n"),
        ("workspace cursor feat", f"cursor\n{file}\n"),
        ("code feat --editor", f"zed\n--wait\n{file}\n"),
    ):
        more = ["zed --wait"] if words.endswith("--editor") else []
        assert world.par(*words.split(), *more, PATH=path) == Result(0, "", "")
        assert (world.home / "called").read_text() == called
    (world.home / ".config/par").mkdir(parents=True)
    (world.home / ".config/par/config.yaml").write_text("editor: zed -n\n")
    file.unlink()
    for words, called in (
        ("code feat", f"zed\n-n\n{file}\n"),
        ("cursor feat", f"cursor\n{file}\n"),
        ("code feat --editor code", f"code\n{file}\n"),
    ):
        assert world.par(*words.split(), PATH=path) == Result(0, "", "")
        assert (world.home / "called").read_text() == called
    assert file.read_text() == content


def test_what_a_user_wrote_in_the_file_for_editors_stays(world: World, shared: Path) -> None:
    root = root_of(world, "feat")
    file = root / "feat.code-workspace"
    notes = {"path": "/home/me/notes"}
    # As VS Code writes it: paths beside the file are relative
    own = {"extensions": {"recommendations": ["x"]}, "settings": {"git.detectSubmodules": True}}
    file.write_text(json.dumps({"folders": [{"path": "backend"}, notes], **own}))
    world.ok("workspace", "add", "feat", str(world.repository("docs")))
    folders = [
        {"name": f"{name} (feat)", "path": f"{root}/{name}"} for name in ("backend", "frontend", "docs")
    ]
    assert json.loads(file.read_text()) == {"folders": [*folders, notes], **own}
    commented = '{\n  // mine\n  "folders": []\n}\n'
    file.write_text(commented)
    dropped = world.ok("workspace", "drop", "feat", "docs")
    assert dropped.stderr == f"{file} is not plain JSON: par leaves its folders as they are\n"
    assert file.read_text() == commented


def test_open_and_rm_can_be_written_after_workspace(world: World, shared: Path, terminal: Terminal) -> None:
    terminal.par("workspace open feat")
    eventually(lambda: world.tmux("list-clients", "-F", "#{session_name}") == world.session("feat"))
    help_ = world.ok("workspace", "rm", "--help").stdout
    assert "--purge" in help_
    world.ok("workspace", "rm", "feat", "--purge", "-y")
    assert world.index["contexts"] == {}
    assert world.sessions() == []

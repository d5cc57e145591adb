"""What .par.yaml includes and symlinks: brought as it is, never through a link, never from elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from signal import SIGKILL
from typing import Any, NamedTuple

import pytest

from conftest import PAR, World, commit, refused, traces
from par.commands import trash
from par.config.recipe import Recipe
from par.git import copies, untracked
from par.model import Repository, Worktree
from par.setup import files
from par.setup.tree_copy import TreeCopy
from par.system import narration

IGNORED = "*.env\nnode_modules/\nbuild/\n"
OLD = 1_000_000_000


def app(world: World, **asked: Any) -> Path:
    """A repository that asks for this, in a file that nobody committed."""
    home = world.repository("app")
    (home / ".gitignore").write_text(IGNORED)
    world.git(home, "add", ".")
    commit(world, home, "ignore")
    asks(home, **asked)
    return home


def asks(home: Path, **asked: Any) -> None:
    (home / ".par.yaml").write_text(json.dumps(asked))


def put(home: Path, *paths: str, mode: int = 0o644) -> None:
    """Files that hold their own names."""
    for path in paths:
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(f"{path}\n")
        (home / path).chmod(mode)


def tree(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Every file, link and folder: permissions, and content or where it leads, and a file's time."""
    return {os.fsdecode(bytes(path.relative_to(folder))): _seen(path) for path in folder.rglob("*")}


def _seen(path: Path) -> tuple[Any, ...]:
    about = path.lstat()
    if path.is_symlink():
        return ("link", os.readlink(path))  # noqa: PTH115 - to the letter
    if path.is_dir():
        return ("folder", oct(stat.S_IMODE(about.st_mode)))
    return ("file", oct(stat.S_IMODE(about.st_mode)), path.read_bytes(), int(about.st_mtime))


def brought(world: World, root: Path) -> dict[str, tuple[Any, ...]]:
    """What is in a worktree besides what was checked out."""
    known = {".git", *world.git(root, "ls-files").splitlines()}
    return {path: seen for path, seen in tree(root).items() if path not in known}


def test_included_files_are_copied_as_they_are(world: World) -> None:
    home = app(world, include=[".env", "./config", "build/*.js", "**/*.local", "node_modules/", "n*e", "b?d"])
    put(home, ".env", mode=0o600)
    put(home, "config/deep/own", mode=0o4750)
    put(home, "build/a.js", "build/a.map", "src/x/y.local", "n w\n#'\"e", ":colon", "-dash")
    put(home, "node_modules/tool/run.js", mode=0o755)
    (home / os.fsdecode(b"b\xffd")).write_bytes(b"\0\xff" * 700_000)
    (home / "node_modules/.bin").mkdir()
    (home / "node_modules/.bin/run").symlink_to("../tool/run.js")
    (home / "node_modules/tool").chmod(0o555)
    (home / "config/empty").mkdir()
    for path in home.rglob("*.*"):
        os.utime(path, (OLD, OLD), follow_symlinks=False)
    result = world.ok("start", "feat", cwd=home)
    assert result.stderr == ""
    there, here = tree(home), brought(world, world.worktree("feat"))
    (home / "node_modules/tool").chmod(0o755)
    expected = {path: there[path] for path in here}
    expected["config/deep/own"] = ("file", "0o750", *there["config/deep/own"][2:])  # it ran as its owner
    assert here == expected
    names = {".env", "config/deep/own", "build/a.js", "src/x/y.local", "n w\n#'\"e", "b\udcffd"}
    names |= {"node_modules/.bin/run", "node_modules/tool/run.js"}
    assert {path for path, seen in here.items() if seen[0] != "folder"} == names
    assert here["node_modules/tool/run.js"][-1] == OLD


class Pattern(NamedTuple):
    """A pattern, and the files that it takes."""

    text: str
    files: str


PATTERNS = [
    Pattern(".env", ".env"),
    Pattern("./.env", ".env"),
    Pattern("*", ".env :c -d a.env config/a.json config/in/b.json nested/ out i.env [i].env"),
    Pattern(".", ".env :c -d a.env config/a.json config/in/b.json nested/ out i.env [i].env src/y"),
    Pattern("**", ".env :c -d a.env config/a.json config/in/b.json nested/ out i.env [i].env src/y"),
    Pattern("config", "config/a.json config/in/b.json"),
    Pattern("config/", "config/a.json config/in/b.json"),
    Pattern("conf*", "config/a.json config/in/b.json"),
    Pattern("config/*", "config/a.json config/in/b.json"),
    Pattern("config/*.json", "config/a.json"),
    Pattern("**/*.json", "config/a.json config/in/b.json"),
    Pattern("**/in", "config/in/b.json"),
    Pattern("[[]i].env", "[i].env"),
    Pattern(":c", ":c"),
    Pattern("-d", "-d"),
    Pattern("--help", ""),
    Pattern(":(exclude)config", ""),
    Pattern("!.env", ""),
    Pattern("nested", "nested/"),
    Pattern("nested/inner", ""),
    Pattern("out", "out"),
    Pattern("out/*", ""),
    Pattern("file0", ""),
    Pattern("src/tracked", ""),
    Pattern("pipe", ""),
    Pattern(".git", ""),
    Pattern(".git/*", ""),
    Pattern("**/HEAD", ""),
    Pattern("../outside", ""),
    Pattern("config/../.env", ""),
    Pattern("HOME/outside", ""),
    Pattern("HOME/app/.env", ""),
]


def test_patterns_name_only_what_lies_in_the_repository_and_is_not_gits(world: World) -> None:
    home = world.repository("app", under=world.home)
    put(home, "src/tracked")
    world.git(home, "add", ".")
    commit(world, home, "more")
    put(world.home, "outside")
    put(home, ".env", ":c", "-d", "a.env", "i.env", "[i].env", "config/a.json", "config/in/b.json", "src/y")
    world.repository("nested", under=home)
    put(home, "nested/inner")
    (home / "out").symlink_to(world.home)
    os.mkfifo(home / "pipe")
    repository = Repository(home, home / ".git")
    found = {}
    for each in PATTERNS:
        text = each.text.replace("HOME", str(world.home))
        found[each.text] = set(untracked.matching(repository, text).paths)
    # A folder is named by a star, but what is below one that git knows only by its own name
    expected = {each.text: set(each.files.split()) for each in PATTERNS}
    expected["*"].add("src/y")
    assert found == expected
    by_folder = {"*": ("config/", "nested/", "src/y"), "config/*": ("config/a.json", "config/in/")}
    by_folder |= {"config/**": ("config/",), "**/in": ("config/in/",), "src": ("src/y",), "*.env": ()}
    for text, folders in by_folder.items():
        named = untracked.matching(repository, text, by_folder=True).paths
        assert {each for each in named if "/" in each} == {*folders}, text
    bare = world.home / "bare.git"
    world.git(world.home, "clone", "-q", "--bare", str(home), str(bare))
    assert untracked.matching(Repository(bare, bare), "**").paths == ()


SECRETS = {".env": "HOME/rc", "config": "HOME", "deep": "../../../../../../..", "dangling": "new"}
OUTWARD = {"far": "/etc", "near": ".env", "up": "config/../../../secrets", "over": "../x"}


def test_nothing_is_written_through_a_link_or_over_a_file_that_a_pull_request_has(world: World) -> None:
    mine = [".env", "config/a.json", "config/b/c", "deep/in/a", "dangling", "plain", "file/in", "own.env"]
    home = app(world, include=["*", "deep/**"], symlink=["plain", "link/*"])
    secrets = world.home / "secrets"
    put(secrets, "rc", "a.json", "in/a")
    before = tree(secrets)
    planted = {
        name: leads.replace("HOME", str(secrets)) for name, leads in {**SECRETS, "link": "HOME"}.items()
    }
    world.git(home, "switch", "-q", "-c", "evil")
    for name, leads in planted.items():
        (home / name).symlink_to(leads)
    put(home, "plain", "file")
    world.git(home, "add", "-f", *planted, "plain", "file")
    commit(world, home, "evil")
    world.git(home, "clone", "-q", "--bare", ".", str(world.home / "hub.git"))
    world.git(world.home / "hub.git", "update-ref", "refs/pull/1/head", "evil")
    world.git(home, "remote", "add", "origin", str(world.home / "hub.git"))
    world.git(home, "switch", "-q", "main")
    put(home, *mine, "link/a")
    for name, leads in OUTWARD.items():
        (home / name).symlink_to(leads)
    world.repository("nested", under=home)
    result = world.ok("checkout", "pr/1", "--init", cwd=home)
    root = world.worktree("pr-1")
    assert result.stderr.splitlines() == [
        "note: not linked from app, a link or a file is in the way: link/a",
        "note: not linked from app, already there: plain",
        "note: not copied from app, a link or a file is in the way: "
        ".env, config/a.json, config/b/c and 3 more",
        "note: not copied from app, a link that leads out of the repository: far, over, up",
        "note: not copied from app, a repository of its own: nested/",
    ]
    assert tree(secrets) == before
    assert {name: os.readlink(root / name) for name in planted} == planted  # noqa: PTH115 - to the letter
    assert [(root / name).read_text() for name in ("plain", "file")] == ["plain\n", "file\n"]
    assert brought(world, root).keys() == {".par.yaml", "own.env", "near"}


def test_folder_that_becomes_a_link_while_it_is_copied_is_not_followed(world: World) -> None:
    source, target, elsewhere = world.home / "source", world.home / "target", world.home / "elsewhere"
    put(source, "was/a")
    put(elsewhere, "b/a", "a")
    target.mkdir()
    (source / "now").symlink_to(elsewhere)
    os.mkfifo(source / "pipe")
    with TreeCopy(source, target) as crossing:
        assert crossing.copy("was/a", lambda: None) == ""
        for path in ("now/a", "now/b/a"):
            with pytest.raises(OSError, match=r"Not a directory|symbolic link"):
                crossing.copy(path, lambda: None)
        assert crossing.copy("pipe", lambda: None) == "neither a file nor a link"
        assert crossing.copy("was/b", lambda: None) == "gone in the meantime"
        (target / "was").rename(target / "moved")
        (target / "was").symlink_to(elsewhere)
        put(source, "was/c")
        assert crossing.copy("was/c", lambda: None) == ""  # into the folder that it was
    assert {path: seen[0] for path, seen in tree(target).items()} == {
        "moved": "folder",
        "moved/a": "file",
        "moved/c": "file",
        "was": "link",
    }
    assert sorted(path.name for path in elsewhere.rglob("*")) == ["a", "a", "b"]


def test_symlinked_files_and_folders_are_linked_and_no_loss(world: World) -> None:
    asked = ["node_modules/", "packages/*/build", "*.env", "file0", "nothing", "in"]
    home = app(world, initialization={"symlink": asked, "include": ["**/*.js", ".env"]})
    put(
        home, "node_modules/tool/run.js", "packages/a/build/x", "packages/b/build/y", ".env", "own.js", "in/x"
    )
    put(home, "packages/a/package")
    world.git(home, "add", "packages/a/package")
    commit(world, home, "package")
    world.git(home, "branch", "feat", "main")
    root_of = world.git(home, "rev-parse", "--show-toplevel")
    result = world.ok("start", "feat", cwd=home)
    root = world.worktree("feat")
    linked = {"node_modules", "packages/a/build", "packages/b/build", ".env", "in"}
    assert brought(world, root) == {
        **{path: ("link", f"{root_of}/{path}") for path in linked},
        **{path: tree(home)[path] for path in ("packages", "packages/a", "packages/b", "own.js")},
    }
    assert result.stderr.splitlines() == [
        "note: no untracked file of app matches symlink 'file0'",
        "note: no untracked file of app matches symlink 'nothing'",
    ]
    before = tree(home)
    assert world.git(root, "status", "--short").splitlines() == [
        *("?? in", "?? node_modules", "?? own.js", "?? packages/a/build", "?? packages/b/")
    ]
    world.ok("rm", "--purge", "feat")
    assert {k: v for k, v in tree(home).items() if not k.startswith(".git")} == {
        k: v for k, v in before.items() if not k.startswith(".git")
    }


class Inner(NamedTuple):
    """What lies in a worktree, made by COMMAND there, and whether the repository has it all."""

    id: str
    command: str
    is_copy: bool


INNER = [
    Inner("same", "cp $H/f f", True),
    Inner("cut-off", "head -c 2 $H/f > f", True),
    Inner("empty", ": > f", True),
    Inner("more", "cp $H/f f; echo >> f", False),
    Inner("other", "echo g > f", False),
    Inner("new", "echo g > g; rm -f f", False),
    Inner("link-there", "ln -s $H/f f", True),
    Inner("link-elsewhere", "ln -s /etc/passwd f", False),
    Inner("link-to-another", "ln -s $H/l f", False),
    Inner("same-link", "ln -s f l", True),
    Inner("other-link", "ln -s d l", False),
    Inner("copy-of-a-link", "cp $H/f l", False),
    Inner("folder", "cp -R $H/d d", True),
    Inner("half-a-folder", "mkdir -p d/e", True),
    Inner("folder-with-more", "cp -R $H/d d; echo > d/e/new", False),
    Inner("folder-with-a-link", "cp -R $H/d d; ln -s /etc d/e/new", False),
    Inner("folder-for-a-file", "mkdir f; echo > f/x", False),
    Inner("file-for-a-folder", "echo > d", False),
    Inner("pipe", "mkfifo f", False),
]


def test_only_what_the_repository_has_in_the_same_place_is_a_copy(world: World) -> None:
    home = world.home / "home"
    put(home, "f", "d/a", "d/e/b")
    (home / "l").symlink_to("f")
    found = {}
    for each in INNER:
        root = world.home / each.id
        root.mkdir()
        assert world.run("sh", "-c", each.command, cwd=root, H=str(home)).status == 0
        (path,) = root.iterdir()
        found[each.id] = copies.is_copy(path, home / path.name)
    assert found == {each.id: each.is_copy for each in INNER}


def test_copies_are_no_work_until_they_are_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    home = app(world, include=["notes", "config", "*.env", "**/.env", "node_modules", "build/**"])
    put(home, "notes", "config/a", "config/b", ".env", "a.env", "in/.env", "node_modules/x", "build/y")
    world.ok("start", "feat", cwd=home)
    root = world.worktree("feat")
    for path in ("config/b", "a.env", "in/.env", "node_modules/x", "build/y"):
        (root / path).write_text("mine\n")
    result = world.par("rm", "--purge", "feat")
    assert result.status == 5
    assert "3 uncommitted files" in result.stderr
    assert all(each in result.stderr for each in ("config/", "a.env", "in/.env"))
    assert not any(each in result.stderr for each in ("notes", " .env", "node_modules", "build"))
    world.ok("rm", "feat")
    monkeypatch.setenv("XDG_DATA_HOME", str(world.data.parent))
    assert trash.plan(trash.Request(world.home))[0].work == ("3 uncommitted files",)
    world.ok("restore", "feat")
    put(root, "config/b", "a.env", "in/.env")
    (root / "new.env").write_text("not copied\n")
    assert "1 uncommitted file" in world.par("rm", "--purge", "feat").stderr
    (root / "new.env").unlink()
    world.ok("rm", "--purge", "feat")
    assert (home / "config/b").read_text() == "config/b\n"


def test_file_that_cannot_be_written_undoes_all(world: World) -> None:
    home = app(world, include=["config", "big"])
    put(home, "config/a")
    world.ok("start", "other", cwd=home)
    before = traces(world, home)
    (home / "big").write_bytes(bytes(2_000_000))
    limited = ("sh", "-c", 'ulimit -f 1000; exec "$@"', "sh")
    result = world.run(*limited, *PAR, "start", "feat", cwd=home)
    refused(result, 7, "'big' of app cannot be brought: File too large", f"ls -ld '{home}/big'")
    assert traces(world, home) == before
    assert not list(world.data.glob("worktrees/*/feat"))


def test_par_that_dies_after_it_copied_leaves_nothing(world: World) -> None:
    home = app(world, include=["config", "*.js"], symlink=["node_modules"])
    world.ok("start", "other", cwd=home)
    before = traces(world, home)
    put(home, "config/a", "b.js", "node_modules/x")
    shims, program = world.home / "shims", shutil.which("tmux")
    shims.mkdir()
    killing = f"case $* in *source-file*) kill -{int(SIGKILL)} $PPID;; esac"
    (shims / "tmux").write_text(f'#!/bin/sh\n{killing}\nexec {program} "$@"\n')
    (shims / "tmux").chmod(0o755)
    killed = world.par("start", "feat", cwd=home, PATH=f"{shims}:{world.env['PATH']}")
    assert killed.status == -SIGKILL
    (root,) = world.data.glob("worktrees/*/feat")
    assert brought(world, root).keys() == {"config", "config/a", "b.js", "node_modules"}
    (root / "b.js").write_text("b.")  # as one that died in the middle of it
    world.ok("ls")
    assert traces(world, home) == before


def test_par_does_not_copy_its_own_data(world: World) -> None:
    home = app(world, include=["**"], symlink=["data", "*/par"])
    put(home, "data/mine", "own.env")
    world.ok("start", "a", cwd=home, XDG_DATA_HOME=str(home / "data"))
    world.ok("start", "b", cwd=home, XDG_DATA_HOME=str(home / "data"))
    (root,) = home.glob("data/par/worktrees/*/b")
    assert brought(world, root).keys() == {".par.yaml", "own.env", "data", "data/mine"}


def test_copying_for_long_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    home, told = app(world), list[str]()
    put(home, *(f"many/{number:04}" for number in range(30)))
    root = world.home / "root"
    root.mkdir()
    monkeypatch.setattr(narration, "_listeners", [told.append])
    worktree = Worktree(Repository(home, home / ".git"), str(root), "feat")
    monkeypatch.setattr(files, "PAUSE_SECONDS", 600)
    files.copy_and_link(worktree, Recipe(include=("many",)))
    assert told == []
    monkeypatch.setattr(files, "PAUSE_SECONDS", 0)
    files.copy_and_link(worktree, Recipe(include=("many",)))
    assert told[:2] == ["copying 1 of 30 files", "copying 2 of 30 files"]
    assert told[29:] == [
        "copying 30 of 30 files",
        "note: not copied from app, already there: many/0000, many/0001, many/0002 and 27 more",
    ]

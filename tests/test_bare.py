"""Bare repositories with worktrees beside them, and git folders that lie elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from conftest import World, refused, traces


def project(world: World, layout: str, name: str = "project") -> tuple[Path, Path]:
    """A project that was cloned bare in one of these layouts, and the worktree of its default branch."""
    world.copied(projected(layout, name))
    return world.home / name, world.home / name / "main"


@cache
def projected(layout: str, name: str) -> Callable[[World], None]:
    def make(world: World) -> None:
        seed = world.repository(name, under=world.home / "seed")
        folder = world.home / name
        place = {".bare": folder / ".bare", ".git": folder / ".git", "lone": folder / "store/own.git"}[layout]
        world.git(world.home, "clone", "-q", "--bare", str(seed), str(place))
        if layout == ".bare":
            (folder / ".git").write_text("gitdir: ./.bare\n")
        world.git(place, "worktree", "add", "-q", str(folder / "main"), "main")

    return make


def works(world: World, label: str) -> bool:
    """Whether git works in the worktree of a context."""
    return world.run("git", "status", "--porcelain", cwd=world.worktree(label)).status == 0


@pytest.mark.parametrize(("layout", "name"), [(".bare", "project"), (".git", "project"), ("lone", "own")])
def test_a_bare_repository_is_called_as_its_project(world: World, layout: str, name: str) -> None:
    folder, main = project(world, layout)
    (main / ".par.yaml").write_text("include: [.env, shared]\nsymlink: [deps]\n")
    for place, text in ((main / ".env", "main"), (main / "shared", "main"), (main / "deps/one", "1")):
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    git_dir = Path(world.git(main, "rev-parse", "--git-common-dir")).resolve()
    standing = [git_dir, main, *([folder] if layout != "lone" else [])]
    for number, place in enumerate(standing):
        result = world.ok("start", f"feat{number}", cwd=place)
        made = world.worktree(f"feat{number}")
        assert (made / ".env").read_text() == (made / "shared").read_text() == "main"
        assert (made / "deps").readlink() == main / "deps"
        assert result.stderr == (
            f"note: .par.yaml of {name} is '{main}/.par.yaml'\nnote: files of {name} come from '{main}'\n"
        )
        assert works(world, f"feat{number}")
    world.ok("start", "inner", cwd=world.worktree("feat0"))
    listed = world.ok("ls", "--json").json["contexts"]
    assert {each["repository"]["name"] for each in listed} == {name}
    assert {each["repository"]["path"] for each in listed} == {str(git_dir)}
    # A copy of what lies in the other worktree is not lost with a purge, what is changed is
    (world.worktree("feat1") / ".env").write_text("edited")
    assert "removed 'feat0'" in world.ok("rm", "--purge", "feat0").stdout
    assert "1 uncommitted file" in world.par("rm", "--purge", "feat1").stderr
    assert (main / ".env").read_text() == "main"
    world.ok("rm", "all", "-y")
    world.ok("restore", "inner")
    assert works(world, "inner")


def test_what_the_project_holds_comes_before_what_the_default_branch_does(world: World) -> None:
    folder, main = project(world, ".bare")
    (folder / ".par.yaml").write_text("include: ['*.env']\n")
    (main / ".par.yaml").write_text("nonsense: 1\n")
    (folder / "a.env").write_text("project")
    (main / "a.env").write_text("main")
    assert world.ok("config", "check", cwd=main).stdout.startswith(f"{folder}/.par.yaml asks for: 1 include")
    assert world.ok("config", "check", cwd=main).stderr == (
        f"note: '{main}/.par.yaml' is not read, but '{folder}/.par.yaml'\n"
        f"note: what matches include '*.env' is that of '{folder}'\n"
    )
    world.ok("start", "one", cwd=main)
    assert (world.worktree("one") / "a.env").read_text() == "project"
    (folder / "a.env").unlink()
    # Neither git's own folder nor the worktrees that lie in the project are copied
    (folder / ".par.yaml").write_text("include: ['**']\n")
    (folder / "b.env").write_text("project")
    world.ok("start", "two", cwd=folder)
    assert {each.name for each in world.worktree("two").iterdir()} == {
        ".git",
        ".par.yaml",
        "b.env",
        "file0",
    }
    refused(
        world.par("config", "init", cwd=main), 4, f"'{folder}/.par.yaml' is there already", "par config check"
    )
    (folder / ".par.yaml").unlink()
    (main / ".par.yaml").unlink()
    assert f"{main}/.par.yaml is written" in world.ok("config", "init", cwd=folder).stdout


def test_a_bare_repository_without_a_worktree_has_no_file(world: World) -> None:
    folder, main = project(world, "lone")
    git_dir = folder / "store/own.git"
    (git_dir / ".par.yaml").write_text("nonsense: 1\n")
    world.git(git_dir, "worktree", "remove", "--force", str(main))
    assert world.ok("config", "check", cwd=git_dir).stderr == (
        "note: own is bare and has no worktree of its default branch: no .par.yaml of it is read\n"
    )
    world.ok("start", "feat", cwd=git_dir)
    assert world.ok("rm", "feat").status == 0
    refused(
        world.par("config", "init", cwd=git_dir),
        4,
        f"'{git_dir}' is bare and has no worktree of its default branch: par reads the file from there",
        f"git -C {git_dir} worktree add ../main main",
    )


def test_a_strangers_worktree_is_never_that_of_the_default_branch(world: World) -> None:
    folder, main = project(world, ".bare")
    seed = world.home / "seed/project"
    world.git(seed, "update-ref", "refs/pull/1/head", "HEAD")
    world.ok("checkout", "pr/1", "--label", "review", cwd=folder)
    world.git(folder, "worktree", "remove", "--force", str(main))
    review = world.worktree("review")
    world.git(review, "switch", "-q", "main")
    (review / ".par.yaml").write_text("include: [.env]\ncommands: ['touch ran']\n")
    (review / ".env").write_text("theirs")
    checked = world.ok("config", "check", cwd=folder)
    assert checked.stdout.startswith(f"{folder}/.par.yaml is not there\n")
    world.ok("start", "feat", "--trust", cwd=folder)
    assert not (world.worktree("feat") / ".env").exists()
    # Nor is one that follows somebody else
    world.git(review, "switch", "-q", "pr-1")
    world.ok("rm", "review")
    world.git(folder, "worktree", "add", "-q", str(main), "main")
    (main / ".par.yaml").write_text("include: [.env]\n")
    assert world.ok("config", "check", cwd=folder).stdout.startswith(f"{main}/.par.yaml asks")
    world.git(folder, "config", "branch.main.remote", "https://example.com/mallory/project")
    world.git(folder, "config", "branch.main.merge", "refs/heads/main")
    assert world.ok("config", "check", cwd=folder).stdout.startswith(f"{folder}/.par.yaml is not there")


def test_what_a_bare_repository_asks_to_run_waits_for_approval(world: World) -> None:
    folder, main = project(world, ".git")
    (main / ".par.yaml").write_text("commands: ['touch ran']\n")
    assert "held" in world.ok("start", "one", cwd=folder).stdout
    world.ok("trust", "-y", cwd=main)
    assert "as it stands now" in world.ok("trust", "--list").stdout
    world.ok("start", "two", "--wait", cwd=folder)
    assert (world.worktree("two") / "ran").exists()
    (main / ".par.yaml").write_text("commands: ['touch other']\n")
    assert "changed since" in world.ok("trust", "--list").stdout


def test_a_workspace_finds_bare_projects_and_git_folders_that_lie_elsewhere(world: World) -> None:
    for number, layout in enumerate([".bare", ".git"]):
        project(world, layout, f"src/app{number}")
    src = world.home / "src"
    world.git(world.home, "init", "-q", f"--separate-git-dir={world.home}/store", str(src / "app2"))
    world.git(src / "app2", "commit", "-q", "--allow-empty", "-m", "one")
    world.git(src / "app2", "worktree", "add", "-q", str(src / "linked"))
    world.ok("workspace", "start", "ws", cwd=src)
    (made,) = world.ok("ls", "--json").json["contexts"]
    assert [Path(each["path"]).name for each in made["worktrees"]] == ["app0", "app1", "app2"]
    assert all(world.run("git", "status", cwd=Path(each["path"])).status == 0 for each in made["worktrees"])
    world.ok("workspace", "drop", "ws", "app0")
    world.ok("workspace", "add", "ws", str(src / "app0"))
    assert (world.worktree("ws") / "app0/file0").exists()


def test_a_git_folder_that_lies_elsewhere(world: World) -> None:
    app = world.home / "app"
    world.git(world.home, "init", "-q", f"--separate-git-dir={world.home}/store", str(app))
    world.git(app, "commit", "-q", "--allow-empty", "-m", "one")
    (app / ".par.yaml").write_text("include: [.env]\n")
    (app / ".env").write_text("own")
    (app / "below").mkdir()
    world.ok("start", "one", cwd=app / "below")
    world.ok("start", "two", cwd=world.worktree("one"))
    world.git(app, "worktree", "add", "-q", str(world.home / "linked"))
    world.ok("start", "three", cwd=world.home / "linked")
    listed = world.ok("ls", "--json").json["contexts"]
    assert {each["repository"]["path"] for each in listed} == {str(app)}
    assert all((world.worktree(each["label"]) / ".env").read_text() == "own" for each in listed)
    world.ok("rm", "--purge", "all", "-y")


def test_origins_branches_are_there_without_a_refspec(world: World) -> None:
    folder, _ = project(world, ".bare")
    seed = world.home / "seed/project"
    world.git(seed, "switch", "-q", "-c", "new")
    world.git(seed, "commit", "-q", "--allow-empty", "-m", "new")
    world.ok("checkout", "new", cwd=folder)
    made = world.worktree("new")
    tip = world.git(seed, "rev-parse", "HEAD")
    assert world.git(made, "rev-parse", "HEAD", "refs/remotes/origin/new") == f"{tip}\n{tip}"
    assert world.git(made, "config", "branch.new.merge") == "refs/heads/new"
    world.git(made, "pull", "-q")
    assert not world.run("git", "config", "remote.origin.fetch", cwd=folder).stdout


def pass_bareness_on(world: World, folder: Path) -> None:
    """Let the repository say of itself, and so of each worktree, that it is bare."""
    world.git(folder, "config", "extensions.worktreeConfig", "true")
    assert world.git(folder, "config", "core.bare") == "true"


def test_git_works_in_every_new_worktree_of_a_repository_that_passes_its_bareness_on(world: World) -> None:
    folder, main = project(world, ".bare")
    world.ok("start", "older", cwd=folder)
    world.git(folder, "branch", "topic")
    pass_bareness_on(world, folder)
    assert not works(world, "older")
    world.ok("start", "feat", cwd=folder)
    world.ok("checkout", "topic", cwd=main)
    world.ok("workspace", "start", "ws", "--repos", str(folder))
    assert works(world, "feat")
    assert works(world, "topic")
    assert world.run("git", "status", cwd=world.worktree("ws") / "project").status == 0
    told = f"older: git takes {world.worktree('older')} for bare, as its repository says of itself"
    assert world.par("doctor").stdout.startswith(told)
    result = world.par("rm", "--purge", "older")
    assert result.stderr.endswith("hint: par doctor --fix\n")
    world.ok("rm", "older")
    world.ok("restore", "older")
    assert works(world, "older")
    for label in ("older", "feat"):
        config = Path(world.git(world.worktree(label), "rev-parse", "--git-path", "config.worktree"))
        config.unlink()
    assert "older: " in world.ok("doctor", "--fix").stdout
    assert works(world, "older")
    assert works(world, "feat")
    assert world.ok("doctor").status == 0
    assert world.git(folder, "config", "core.bare") == "true"


@pytest.mark.parametrize("damage", ['echo nonsense > "$(git rev-parse --git-dir)/index"', "rm .git"])
def test_a_worktree_in_which_git_does_not_answer_is_not_reported_as_made(world: World, damage: str) -> None:
    home = world.repository()
    hook = home / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\n{damage}\n")
    hook.chmod(0o755)
    before = traces(world, home)
    result = world.par("start", "feat", cwd=home)
    assert result.status == 8
    assert result.stdout == ""
    assert result.stderr.startswith("par: ")
    assert traces(world, home) == before


def test_the_repository_nearest_to_the_folder_is_meant(world: World) -> None:
    outer = world.repository("outer")
    world.ok("start", "around", cwd=outer)
    around = world.worktree("around")
    inner = world.repository("inner", under=around)
    (inner / "below").mkdir()
    world.git(outer, "worktree", "add", "-q", str(outer / ".worktrees/linked"))
    bare, bare_main = project(world, ".bare", "src/outer/bare")
    world.ok("start", "one", cwd=inner / "below")
    world.ok("start", "two", cwd=outer / ".worktrees/linked")
    world.ok("start", "three", cwd=bare)
    world.ok("start", "four", cwd=bare_main)
    listed = {each["label"]: each["repository"]["path"] for each in world.ok("ls", "--json").json["contexts"]}
    common = str(bare / ".bare")
    assert listed == {
        "around": str(outer),
        "one": str(inner),
        "two": str(outer),
        "three": common,
        "four": common,
    }
    # A repository goes nowhere while a context needs it
    refused(
        world.par("rm", "around"),
        5,
        "cannot be removed: 'around' has the repository of 'one' in it",
        "par rm one",
    )


def test_a_project_that_was_moved_is_followed(world: World) -> None:
    folder, _ = project(world, ".bare")
    world.ok("start", "feat", cwd=folder)
    moved = folder.rename(folder.with_name("moved"))
    held = world.par("checkout", "main", cwd=moved)
    assert (held.status, "\nhint: if it was moved: git -C " in held.stderr) == (4, True)
    world.ok("doctor", "--fix", cwd=moved)
    assert works(world, "feat")

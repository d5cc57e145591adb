"""`par start --with-changes`: uncommitted work goes along as it is, leaves the old folder and comes back."""

from __future__ import annotations

from pathlib import Path

from conftest import World, commit, refused


def make_changes(world: World, folder: Path) -> None:
    """Every kind of uncommitted work: staged, changed, both, new, gone, of other modes and types, binary."""
    for name in ("both", "staged", "gone", "gone-staged", "again", "mode", "turned", "plain"):
        (folder / name).write_text(f"{name}\n")
    (folder / "dir").mkdir()
    (folder / "dir/inner").write_text("inner\n")
    (folder / "link").symlink_to("plain")
    (folder / "crlf").write_bytes(b"a\nb\n")
    (folder / ".gitignore").write_text("ignored\n*.log\n")
    world.git(folder, "add", ".")
    world.git(folder, "commit", "-q", "-m", "base")
    (folder / "staged").write_text("staged 2\n")
    (folder / "both").write_text("staged part\n")
    (folder / "new").write_text("new\n")
    world.git(folder, "add", "staged", "both", "new")
    (folder / "both").write_text("and more\n")
    world.git(folder, "rm", "-q", "gone-staged", "again")
    (folder / "again").write_text("not tracked now\n")
    (folder / "gone").unlink()
    (folder / "mode").chmod(0o755)
    (folder / "crlf").write_bytes(b"a\r\nb\nc\r\n")
    (folder / "link").unlink()
    (folder / "link").mkdir()
    (folder / "link/in a folder now").write_text("x\n")
    (folder / "dir/inner").unlink()
    (folder / "dir").rmdir()
    (folder / "dir").symlink_to("/nowhere")
    (folder / "binary\tä\n").write_bytes(bytes(range(256)))
    (folder / "sub/deep").mkdir(parents=True)
    (folder / "sub/deep/untracked").write_text("u\n")
    (folder / "sub/deep/untracked").chmod(0o600)
    (folder / "later").write_text("intended\n")
    world.git(folder, "add", "--intent-to-add", "later")
    (folder / "ignored").write_text("ignored\n")


STATUS = ("status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames")


def changed(said: str) -> set[str]:
    """The paths that `git status` names, but for repositories."""
    paths = (
        each.removeprefix("? ") if each[0] == "?" else each.split(" ", 8)[8] for each in said.split("\0")[:-1]
    )
    return {each for each in paths if not each.endswith("/")}


def work(world: World, folder: Path) -> tuple[str, dict[str, object]]:
    """What git says of the uncommitted work, and the very content of each file in it."""
    said = world.git(folder, *STATUS).replace("? inner/\0", "")
    return said, {each: look(folder / each) for each in changed(said)}


def look(path: Path) -> object:
    if path.is_symlink():
        return path.readlink()
    return (path.read_bytes(), path.stat().st_mode) if path.is_file() else None


def test_all_uncommitted_work_goes_along_and_an_undo_puts_it_back(world: World) -> None:
    home = world.repository()
    world.git(home, "config", "core.autocrlf", "true")
    make_changes(world, home)
    (home / "inner").mkdir()
    world.git(home / "inner", "init", "-q")
    before = work(world, home)

    result = world.ok("start", "feat", "--with-changes", cwd=home / "sub")

    folder, count = world.worktree("feat"), len(before[1])
    assert result.stderr == (
        f"'feat' has the uncommitted work of {home}: {count} files\n  inner/ stays there\n"
    )
    assert work(world, folder) == before
    assert world.git(home, "status", "--porcelain") == "?? inner/"
    assert not (home / "sub").exists()
    assert (home / "ignored").read_text() == "ignored\n"
    assert not (world.data / "carried").exists()
    # git too sees nothing that could be committed in the old folder
    assert world.git(home, "diff", "HEAD") == ""

    (folder / "both").write_text("more since\n")
    after = work(world, folder)
    back = f"{count} files are back in '{home}', as in 'feat'\n"
    assert world.ok("undo").stdout == f"undone: the start of 'feat', which is in the trash\n{back}"
    assert work(world, home) == after
    assert world.index["contexts"] == {}
    # The trash has it as well
    assert world.ok("undo").stdout.startswith("restored 'feat'")
    assert work(world, world.worktree("feat")) == after


def test_from_one_context_into_another_with_a_name_that_changes_meanwhile(world: World) -> None:
    home = world.started("one")
    one = world.worktree("one")
    (one / "file0").write_text("changed\n")
    (home / ".par.yaml").write_text("{}\n")
    world.ok("start", "two", "--with-changes", "--base", "HEAD", cwd=one)
    assert (world.worktree("two") / "file0").read_text() == "changed\n"
    assert world.git(one, "status", "--porcelain") == ""
    world.ok("rename", "two", "second")
    world.ok("rename", "one", "first")
    one = world.worktree("first")
    # Another one that is called now as the old one was gets nothing
    world.ok("start", "one", cwd=home)
    world.ok("undo", "--json")
    assert (one / "file0").read_text() == "changed\n"
    # Where par reads it its settings stay
    (home / "file0").write_text("mine\n")
    world.ok("start", "three", "--with-changes", cwd=home)
    assert (home / ".par.yaml").exists()
    assert world.git(home, "status", "--porcelain") == "?? .par.yaml"
    # A branch that is there already at the same commit will do as well
    world.git(home, "branch", "four")
    (home / "file0").write_text("again\n")
    world.ok("start", "four", "--with-changes", cwd=home)
    assert world.git(world.worktree("four"), "status", "--porcelain") == " M file0"


def test_what_cannot_go_along_is_said_before_anything_changes(world: World) -> None:
    home = world.repository(commits=2)
    inner = world.repository("inner")

    def says(message: str, hint: str, *more: str, status: int = 4) -> None:
        before = work(world, home)
        refused(world.par("start", "feat", "--with-changes", *more, cwd=home), status, message, hint)
        assert (work(world, home), world.branches(home) - {"side"}) == (before, {"main"})

    says(f"nothing is uncommitted in '{home}'", "par start feat")
    (home / "file0").write_text("changed\n")
    hint = "commit the changes, or par start feat without --with-changes"
    says(f"'feat' begins at another commit than '{home}' has checked out", hint, "--base", "HEAD~")
    world.git(home, "stash", "-q")
    world.git(home, "checkout", "-q", "-b", "side", "HEAD~")
    (home / "file1").write_text("other\n")
    world.git(home, "add", ".")
    world.git(home, "commit", "-qm", "other")
    assert world.run("git", "merge", "-q", "main", cwd=home).status == 1
    says(f"a merge is not finished in '{home}'", f"git -C '{home}' status")
    world.git(home, "merge", "--abort")
    assert world.run("git", "checkout", "-q", "main", cwd=home).status == 0
    world.git(home, "submodule", "--quiet", "add", str(inner), "sub")
    submodule = f"the submodule 'sub' has changes in '{home}'"
    says(submodule, f"commit them first: git -C '{home}' submodule status")
    world.git(home, "commit", "-qm", "with a submodule")
    (home / "sub/file0").write_text("changed\n")
    says(submodule, f"commit them first: git -C '{home}' submodule status")
    world.git(home / "sub", "checkout", "-q", ".")
    world.git(home, "stash", "pop", "-q")
    (home / ".git/index.lock").touch()
    says(f"git is at work in '{home}'", "try again in a moment")
    (home / ".git/index.lock").unlink()
    refused(
        world.par("start", "feat", "--with-changes", "-p", str(home / ".git")),
        3,
        f"no worktree with a commit is at '{home}/.git'",
        "cd to where the changes are, or use -p PATH",
    )


def test_an_undo_that_finds_no_room_says_so_and_loses_nothing(world: World) -> None:
    home = world.repository()
    (home / "file0").write_text("changed\n")
    (home / "new").write_text("new\n")
    world.ok("start", "feat", "--with-changes", cwd=home)
    folder = world.worktree("feat")
    before = work(world, folder)

    (home / "new").write_text("another\n")
    message = f"'{home}' has other work in new: the work stays in 'feat'"
    refused(world.par("undo"), 4, message, f"git -C '{home}' stash -u, then par undo")
    (home / "new").unlink()
    (home / "file0").write_text("other\n")
    world.git(home, "commit", "-qam", "other")
    message = f"'{home}' has other work in file0: the work stays in 'feat'"
    refused(world.par("undo"), 4, message, f"git -C '{home}' stash -u, then par undo")
    world.git(home, "reset", "-q", "--hard", "HEAD~")
    commit(world, folder, "since")
    hint = "par diff feat, or to remove it all the same: par rm feat"
    refused(world.par("undo"), 4, "'feat' has other commits by now: its work stays there", hint)
    world.git(folder, "reset", "-q", "--soft", "HEAD~")
    # A commit elsewhere is not in the way, nor is what came back before a kill
    commit(world, home, "elsewhere")
    (home / "new").write_text("new\n")
    assert work(world, folder) == before
    world.ok("undo")
    assert work(world, home) == before
    # What git was told not to look at is other work too, and a folder where a file was is in no way
    world.git(home, "add", ".")
    world.git(home, "commit", "-qm", "all of it")
    world.git(home, "update-index", "--assume-unchanged", "file0")
    (home / "file0").write_text("only here\n")
    (home / "new").unlink()
    (home / "new").mkdir()
    (home / "new/ignored").touch()
    (home / "new/seen").touch()
    (home / ".git/info/exclude").write_text("ignored\n")
    world.ok("start", "hidden", "--with-changes", cwd=home)
    (world.worktree("hidden") / "file0").write_text("there\n")
    message = f"'{home}' has other work in file0: the work stays in 'hidden'"
    refused(world.par("undo"), 4, message, f"git -C '{home}' stash -u, then par undo")
    world.git(world.worktree("hidden"), "checkout", "-q", "file0")
    world.ok("undo")
    assert ((home / "file0").read_text(), (home / "new/seen").exists()) == ("only here\n", True)
    world.git(home, "update-index", "--no-assume-unchanged", "file0")
    # What was removed since comes first
    world.ok("start", "other", cwd=home)
    (home / "file0").write_text("again\n")
    world.ok("start", "again", "--with-changes", cwd=home)
    world.ok("rm", "other")
    assert world.ok("undo").stdout.startswith("restored 'other'")


def test_what_is_written_while_it_goes_is_seen_and_nothing_has_changed_then(world: World) -> None:
    home = world.repository()
    (home / "file0").write_text("kontent 0\n")
    (home / "new").write_text("new\n")
    # git asks this filter at each look: a file that is written while the others go along
    world.git(home, "config", "filter.odd.clean", f"echo since >> {home}/new; cat")
    (home / ".git/info/attributes").write_text("file0 filter=odd\n")
    result = world.par("start", "feat", "--with-changes", cwd=home)
    message = f"the files in '{home}' change while they are taken along"
    refused(result, 4, message, "try again in a moment")
    assert (world.branches(home), world.index["contexts"]) == ({"main"}, {})
    assert (home / "file0").read_text() == "kontent 0\n"
    assert (home / "new").read_text().startswith("new\nsince\n")

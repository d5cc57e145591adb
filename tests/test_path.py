"""`par path`, `par code` and `par cursor`: the folder of a context, printed and opened in an editor."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conftest import Result, World


@pytest.fixture
def bin_path(world: World) -> str:
    """A PATH on which `code`, `cursor` and `vi m` are editors that write down how they were called."""
    folder = world.home / "bin"
    folder.mkdir()
    for name in ("code", "cursor", "vi m"):
        editor = folder / name
        editor.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "${{0##*/}}" "$@" > "{world.home}/called"\nexit ${{FAIL:-0}}\n'
        )
        editor.chmod(0o755)
    return f"{folder}:{world.env['PATH']}"


def called(world: World) -> list[str]:
    """How the editor was called, by its name and arguments."""
    return (world.home / "called").read_text().splitlines()


def test_path_prints_the_worktree_for_cd(world: World) -> None:
    home = world.repository("my app#1")
    world.ok("start", "feat", cwd=home)
    world.ok("start", "feat-2", cwd=home)
    result = world.par("path", "FEAT", LC_ALL="C")
    folder = Path(result.stdout.removesuffix("\n"))
    assert result == Result(0, f"{folder}\n", "")
    assert folder.parent.parent == world.data / "worktrees"
    assert world.git(folder, "symbolic-ref", "--short", "HEAD") == "feat"


def test_path_of_what_is_not_there_is_refused(world: World) -> None:
    home = world.repository()
    assert world.par("path", "feat") == Result(3, "", "par: there is no context 'feat'\nhint: par ls\n")
    world.ok("start", "feature", cwd=home)
    near = world.par("path", "featur")
    assert near == Result(3, "", "par: there is no context 'featur'\nhint: par path feature\n")
    folder = world.worktree("feature")
    shutil.rmtree(folder)
    gone = f"par: the worktree of 'feature' is gone: '{folder}'\nhint: par doctor --fix\n"
    assert world.par("path", "feature") == Result(3, "", gone)
    assert world.par("code", "feature", "--editor", "true") == Result(3, "", gone)


def test_code_and_cursor_open_the_folder(world: World, bin_path: str) -> None:
    world.ok("start", "feat", cwd=world.repository("my app"))
    folder = str(world.worktree("feat"))
    for words, call in (
        (("code", "feat"), ["code", folder]),
        (("cursor", "feat"), ["cursor", folder]),
        (("code", "feat", "--editor", "cursor --wait -n 'a b'"), ["cursor", "--wait", "-n", "a b", folder]),
        (("cursor", "--editor", "'vi m'", "feat"), ["vi m", folder]),
    ):
        assert world.par(*words, PATH=bin_path) == Result(0, "", "")
        assert called(world) == call


def test_an_editor_that_is_missing_wrong_or_fails_is_told(world: World, bin_path: str) -> None:
    world.ok("start", "feat", cwd=world.repository())
    hint = "hint: par code feat --editor COMMAND\n"
    for editor in ("no-such-editor --wait", ""):
        told = f"par: the editor '{editor}' is not on PATH\n{hint}"
        assert world.par("code", "feat", "--editor", editor) == Result(3, "", told)
    quote = world.par("code", "feat", "--editor", "vi 'm")
    assert quote == Result(2, "", "par: the editor 'vi 'm' cannot be read: No closing quotation\n")
    failed = world.par("cursor", "feat", PATH=bin_path, FAIL="3")
    assert failed == Result(8, "", f"par: cursor exited with status 3\n{hint}")
    unknown = world.par("code", "nothing", PATH=bin_path)
    assert unknown == Result(3, "", "par: there is no context 'nothing'\nhint: par ls\n")

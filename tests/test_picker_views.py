"""The picker's preview turned to what was done in a context, and the contexts that conflict."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import World, eventually
from desk import Desk

HEADER = "? keys"


def work(world: World, desk: Desk) -> Path:
    """A repository with two contexts that have done something: both are in each other's way."""
    home = world.repository("app", commits=2)
    for label in ("one", "two"):
        desk.par("start", label, cwd=home)
        folder = world.worktree(label)
        (folder / "file0").write_text(f"changed by {label}\n")
        world.git(folder, "commit", "-qam", f"commit of {label}")
    (world.worktree("one") / "file1").write_text("not committed\n")
    # What a terminal would act on is text
    (world.worktree("one") / "new\x1b]0;x").write_text("brand\tnew \x1b[31mred\u202e\n")
    return home


def test_the_preview_turns_to_the_diff_and_the_log_and_back(world: World) -> None:
    desk = Desk(world, columns=160, lines=45)
    work(world, desk)
    desk.tmux("send-keys", "-t", "=one:", "echo PANE-OF-ONE", "Enter")
    desk.open("picker", HEADER)
    desk.terminal.press("o", "n", "e")
    desk.terminal.wait("PANE-OF-ONE")
    desk.terminal.press("C-d")
    shown = desk.terminal.wait("+changed by one")
    assert "PANE-OF-ONE" not in shown
    for line in ("-content 0", "+not committed", "+brand    new ?[31mred?", "file1"):
        assert line in shown, shown
    assert re.search(r"\x1b\[32m(\x1b\[\d+m)*\+changed by one", desk.terminal.screen(colours=True))
    assert world.git(world.worktree("one"), "status", "--porcelain").startswith(" M file1\n?? ")
    desk.terminal.press("C-l")
    shown = desk.terminal.wait("Test: commit of one")
    assert "-- where it was begun --" in shown
    assert "Test: commit 1" in shown
    assert "+changed" not in shown
    desk.terminal.press("C-l")
    desk.terminal.wait("PANE-OF-ONE")
    # It stays so for the next row, and is forgotten with the picker
    desk.terminal.press("C-u", "C-d", "t", "w", "o")
    desk.terminal.wait("+changed by two")
    desk.terminal.press("Escape")
    desk.gone()
    eventually(lambda: "@_par_view" not in desk.tmux("show-options", "-g"))


def test_the_diff_of_a_workspace_of_what_is_stopped_and_of_what_is_merged(world: World) -> None:
    home = world.repository("app")
    world.repository("docs")
    desk = Desk(world, columns=160, lines=45)
    desk.par("workspace", "start", "big", cwd=world.home / "src")
    for name in ("app", "docs"):
        (world.worktree("big") / name / "file0").write_text(f"done in {name}\n")
    world.git(home, "checkout", "-q", "-b", "other")
    desk.par("start", "merged", "--base", "main", cwd=home)
    folder = world.worktree("merged")
    (folder / "file0").write_text("came home\n")
    world.git(folder, "commit", "-qam", "mine")
    world.git(home, "checkout", "-q", "main")
    world.git(home, "merge", "-q", "merged")
    # An older par wrote no base of it
    table = world.data / "contexts.tsv"
    table.write_text(
        "".join("\t".join(line.split("\t")[:8]) + "\n" for line in table.read_text().splitlines())
    )
    assert world.ok("path", "merged").stdout == f"{folder}\n"
    desk.tmux("kill-session", "-t", "=big:")
    desk.open("picker", HEADER)
    desk.terminal.press("b", "i", "g", "C-d")
    shown = desk.terminal.wait("+done in docs")
    assert "+done in app" in shown
    desk.terminal.press("C-u", *"merged")
    desk.terminal.wait("merged")
    desk.par("rename", "merged", "merged2")
    desk.terminal.press("Escape")
    desk.gone()
    desk.open("picker", HEADER)
    desk.terminal.press(*"merged2", "C-d")
    desk.terminal.wait("+came home")


def test_what_conflicts_is_marked_as_it_was_found_last(world: World) -> None:
    desk = Desk(world, columns=160, lines=45)
    desk.par("start", "free", cwd=work(world, desk))
    desk.open("picker", HEADER)
    assert "conflicts" not in desk.terminal.screen()
    desk.terminal.press("Escape")
    world.ok("conflicts")
    table = world.data / "conflicts.tsv"
    rows = [line.split("\t")[1:] for line in table.read_text().splitlines()]
    assert sorted(rows) == [["one", "app", "two"], ["two", "app", "one"]]
    table.write_text(re.sub(r"(?m)^(\d+)", lambda found: str(int(found[1]) - 7300), table.read_text()))
    desk.open("picker", HEADER)
    desk.wait_rows("○ free app", "○ two conflicts 2h app", "○ one conflicts 2h app")
    desk.terminal.press("o", "n", "e", "C-d")
    desk.terminal.wait("conflicts with two")
    desk.terminal.press("Escape")
    desk.gone()
    # Another repository says nothing of these; without the conflict they are marked no more
    world.ok("start", "prose", cwd=world.repository("docs"))
    world.ok("conflicts", "--repo", "docs")
    assert len(table.read_text().splitlines()) == 2
    world.ok("rm", "two")
    world.ok("conflicts")
    assert table.read_text() == ""


def test_an_old_fzf_is_not_given_keys_that_it_does_not_know_until_it_is_upgraded(world: World) -> None:
    fzf, asked, version = (world.home / name for name in ("fzf", "asked", "version"))
    fzf.write_text('#!/bin/sh\n[ "$1" != --version ] || exec cat ~/version\necho "$*" > ~/asked\nexit 130\n')
    fzf.chmod(0o755)
    desk = Desk(world, before=(f"set -g @par-fzf {fzf}",))
    desk.fake("one")
    for said, has_views, known in (
        ("0.20.0", False, ""),
        ("0.36.0 (debian)\nodd", True, f"0.36.0:{fzf}"),
        ("0.20.0", True, f"0.36.0:{fzf}"),
    ):
        version.write_text(said)
        desk.terminal.press("F1")
        eventually(lambda: asked.exists() and asked.read_text())
        assert ("refresh-preview" in asked.read_text()) == has_views
        assert "--preview-window" in asked.read_text()
        desk.gone()
        assert desk.run("show-options", "-gqv", "@_par_fzf").stdout.strip() == known
        asked.unlink()

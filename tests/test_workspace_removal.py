"""Removing, restoring and repairing a workspace: all its repositories, and what lies beside them, as one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import Terminal, World, commit, refused


class Desk(NamedTuple):
    """A workspace over two repositories with work in each, and files of the user's beside them."""

    world: World
    homes: tuple[Path, ...]
    root: Path

    def seen(self, root: Path | None = None) -> object:
        """All there is of it: files with their modes, what git says of them, windows, the row of `par ls`."""
        folder = root or self.root
        files = {
            str(each.relative_to(folder)): (
                each.lstat().st_mode,
                each.read_bytes() if each.is_file() else b"",
            )
            for each in folder.rglob("*")
            if each.name != ".git"
        }
        status = [
            self.world.git(folder / home.name, "status", "--porcelain=v2", "--branch", "--ignored")
            for home in self.homes
        ]
        windows = self.world.tmux(
            "list-windows", "-a", "-F", "#{window_name} #{@par_context} #{@par_worktree}"
        )
        (row,) = self.world.ok("ls", "--json").json["contexts"]
        row["session"]["id"] = None
        return files, status, windows, row


@pytest.fixture
def desk(world: World) -> Desk:
    world.copied(_big)
    homes = tuple(world.home / "src" / name for name in ("back", "front"))
    return Desk(world, homes, world.worktree("team/big"))


def _big(world: World) -> None:
    homes = [world.repository(name) for name in ("back", "front")]
    world.ok("workspace", "start", "team/big", cwd=world.home / "src")
    root = world.worktree("team/big")
    for home in homes:
        commit(world, root / home.name, f"work in {home.name}")
        (root / home.name / "untracked").write_text("mine\n")
    (root / "notes").mkdir()
    (root / "notes/plan").write_text("beside\n")
    (root / "CLAUDE.md").write_text("read me\n")
    (root / "CLAUDE.md").chmod(0o600)


def edited(root: Path) -> Path:
    """The file for editors, with a setting of the user's in it."""
    (file,) = root.glob("*.code-workspace")
    document = json.loads(file.read_text())
    document["settings"]["mine"] = True
    document["folders"].append({"path": "notes"})
    file.write_text(json.dumps(document))
    return file


def test_workspace_goes_and_comes_back_with_all_that_lies_beside_its_worktrees(desk: Desk) -> None:
    world, homes, root = desk
    edited(root)
    before = desk.seen()
    said = "removed 'team/big': 2 worktrees, branch team/big in 2 repositories, session\n"
    assert world.ok("rm", "team/big").stdout.startswith(said)
    assert (list((world.data / "workspaces").iterdir()), world.sessions()) == ([], [])
    assert [world.branches(home) for home in homes] == [{"main"}, {"main"}]
    (entry,) = world.ok("trash", "--size", "--json").json["trash"]
    size = sum(each.lstat().st_size for each in Path(entry["folder"]).rglob("*") if each.is_file())
    assert entry["size"] == size
    restored = world.ok("restore")
    assert restored.stdout.startswith("restored 'team/big': workspace (back, front)\n")
    assert desk.seen() == before
    assert list((world.data / "trash").iterdir()) == []
    assert world.ok("doctor").status == 0


def test_workspace_comes_back_under_another_label_and_its_file_follows(desk: Desk) -> None:
    world, homes, root = desk
    edited(root)
    (name,) = world.sessions()
    world.ok("rm", "team/big")
    world.git(homes[0], "branch", "team/big")
    (entry,) = world.ok("trash", "--json").json["trash"]
    hint = f"par restore {entry['id']} --as NEWLABEL"
    refused(world.par("restore"), 4, "branch 'team/big' already exists", hint)
    world.ok("restore", "--as", "mine/other")
    new = root.parent.parent / "mine/other"
    assert world.worktree("mine/other") == new
    assert sorted(each.name for each in new.iterdir()) == [
        *("CLAUDE.md", "back", "front", "notes", "other.code-workspace")
    ]
    document = json.loads((new / "other.code-workspace").read_text())
    assert document["folders"] == [
        {"name": "back (mine/other)", "path": str(new / "back")},
        {"name": "front (mine/other)", "path": str(new / "front")},
        {"path": "notes"},
    ]
    assert document["settings"]["mine"] is True
    assert world.sessions() == [name.replace("team_big", "mine_other")]
    assert [world.git(new / each.name, "branch", "--show-current") for each in homes] == ["mine/other"] * 2
    assert (new / "front/untracked").read_text() == "mine\n"
    assert not root.parent.exists()


def test_purge_names_what_would_be_lost_in_each_repository_and_beside_them(desk: Desk) -> None:
    world, homes, root = desk
    shutil.rmtree(root / "notes")
    file = edited(root)
    told = world.par("rm", "--purge", "team/big")
    assert (told.status, told.stdout) == (5, "")
    for line in (
        "back/untracked",
        "front/untracked",
        "CLAUDE.md",
        file.name,
        "work in back",
        "work in front",
    ):
        assert told.stderr.count(line) == 1, told.stderr
    assert told.stderr.startswith("par: work would be lost: 'team/big' has 4 uncommitted files and 2 commits")
    world.ok("rm", "--purge", "--force", "team/big")
    assert list((world.data / "workspaces").iterdir()) == []
    world.ok("workspace", "start", "clean", cwd=homes[0].parent)
    # What par itself wrote is nobody's work
    assert world.ok("rm", "--purge", "clean").stderr == ""
    assert (list((world.data / "workspaces").iterdir()), world.sessions()) == ([], [])


def test_emptying_the_trash_says_what_lies_beside_the_worktrees(desk: Desk, terminal: Terminal) -> None:
    desk.world.ok("rm", "team/big")
    terminal.par("trash empty")
    shown = " ".join(terminal.wait("for good?").split())
    assert "holds 4 uncommitted files, 2 commits on no branch" in shown
    desk.world.ok("trash", "empty", "-y")
    assert list((desk.world.data / "trash").iterdir()) == []


def test_lock_in_one_repository_or_a_worktree_of_another_refuses_the_whole(desk: Desk) -> None:
    world, homes, root = desk
    world.git(homes[1], "worktree", "lock", "--reason", "busy", str(root / "front"))
    before = desk.seen()
    unlock = f"git -C '{homes[1]}' worktree unlock '{root}/front'"
    message = "cannot be removed: 'team/big' is locked by git worktree lock: busy"
    refused(world.par("rm", "team/big"), 5, message, unlock)
    assert desk.seen() == before
    world.git(homes[1], "worktree", "unlock", str(root / "front"))
    # As only an index edited by hand has it: the folder of one workspace holds that of another
    index = world.index
    record = index["contexts"]["team/big"]
    inner = {**record, "root": str(root / "notes"), "worktrees": [dict(record["worktrees"][0])]}
    inner["worktrees"][0]["path"] = str(root / "notes/back")
    index["contexts"]["inner"] = {**inner, "session": "none"}
    (world.data / "global_state.json").write_text(json.dumps(index))
    message = "cannot be removed: 'team/big' has worktrees of 'inner' in its folder"
    refused(world.par("rm", "team/big"), 5, message, "par rm inner")
    assert (root / "CLAUDE.md").exists()


def test_failure_in_the_second_repository_gives_back_the_first(desk: Desk) -> None:
    world, homes, _ = desk
    before = desk.seen()
    obstacle = homes[1] / ".git/refs/par"
    obstacle.write_text("no folder: git cannot keep a ref there\n")
    result = world.par("rm", "team/big")
    assert (result.status, result.stdout) == (8, ""), result
    obstacle.unlink()
    assert desk.seen() == before
    assert not any((world.data / "trash").iterdir())


def test_folder_that_an_edited_index_names_is_never_moved(desk: Desk) -> None:
    world, _, root = desk
    index = world.index
    precious = world.home / "precious"
    precious.mkdir()
    (precious / "file").touch()
    index["contexts"]["team/big"]["root"] = str(precious)
    (world.data / "global_state.json").write_text(json.dumps(index))
    world.ok("rm", "team/big")
    assert (precious / "file").exists()
    assert (root / "CLAUDE.md").exists()


# -- repairs -------------------------------------------------------------------------------------


def fixed(world: World) -> list[str]:
    """The findings of the doctor, each of which it repairs; then there are no more."""
    rows = world.ok("doctor", "--fix", "--json").json["findings"]
    assert all(row["fixed"] for row in rows)
    assert world.ok("doctor").stdout.startswith("Nothing to repair")
    return sorted(row["fault"] for row in rows)


def test_doctor_makes_whole_what_was_deleted_of_a_workspace(desk: Desk) -> None:
    world, homes, root = desk
    for gone, faults in (
        ("front", ["worktree-gone"]),
        ("big.code-workspace", ["workspace-file"]),
        (".", ["workspace-file", "worktree-gone", "worktree-gone"]),
    ):
        path = root / gone
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        assert fixed(world) == faults
    document = json.loads((root / "big.code-workspace").read_text())
    assert [each["path"] for each in document["folders"]] == [str(root / home.name) for home in homes]
    assert world.git(root / "front", "log", "-1", "--format=%s") == "work in front"


def test_doctor_follows_one_repository_that_moved_and_a_worktree_that_left(desk: Desk) -> None:
    world, homes, root = desk
    moved = homes[0].with_name("elsewhere")
    homes[0].rename(moved)
    assert fixed(world) == ["repository-moved"]
    assert world.git(root / "back", "log", "-1", "--format=%s") == "work in back"
    world.git(homes[1], "worktree", "move", str(root / "front"), str(world.home / "mine"))
    assert fixed(world) == ["worktree-moved"]
    (row,) = world.ok("ls", "--json").json["contexts"]
    assert [each["path"] for each in row["worktrees"]] == [str(root / "back")]
    world.ok("rm", "team/big")
    assert (world.home / "mine/untracked").read_text() == "mine\n"
    assert not root.exists()


@pytest.mark.parametrize("is_live", [True, False], ids=["by its session", "by its files alone"])
def test_lost_index_is_made_again_with_the_workspace_as_one(desk: Desk, is_live: bool) -> None:
    world, _, root = desk
    (before,) = world.ok("ls", "--json").json["contexts"]
    (world.data / "global_state.json").unlink()
    if not is_live:
        world.tmux("kill-server")
    assert fixed(world) == ["worktree-unknown"]
    (after,) = world.ok("ls", "--json").json["contexts"]
    wanted = ("label", "kind", "repository", "worktrees", "branch")
    assert {key: after[key] for key in wanted} == {key: before[key] for key in wanted}
    assert (after["state"], after["session"]["name"]) == (
        "running" if is_live else "stopped",
        before["session"]["name"],
    )
    world.ok("rm", "team/big")
    assert not root.parent.exists()
    world.ok("restore")
    assert (root / "notes/plan").read_text() == "beside\n"


def test_lost_index_is_made_again_with_a_workspace_of_the_older_par_cli(world: World) -> None:
    root = world.data / "workspaces/0a1b2c3d/big"
    for name in ("back", "front"):
        home = world.repository(name)
        world.git(home, "worktree", "add", "-q", "-b", "big", str(root / name / "big"))
    world.data.chmod(0o700)
    assert fixed(world) == ["workspace-file", "worktree-unknown"]
    (row,) = world.ok("ls", "--json").json["contexts"]
    assert (row["label"], row["kind"]) == ("big", "workspace")
    assert [each["path"] for each in row["worktrees"]] == [
        str(root / name / "big") for name in ("back", "front")
    ]
    document = json.loads((root / "big.code-workspace").read_text())
    assert [each["name"] for each in document["folders"]] == ["back (big)", "front (big)"]
    world.ok("rm", "--purge", "--force", "big")
    assert not root.parent.exists()

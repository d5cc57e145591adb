"""`par workspace add` and `par workspace drop`: a workspace gets, and loses, one repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import World, commit, eventually, refused

WINDOWS = "#{window_name}\t#{@par_context}\t#{@par_worktree}\t#{pane_current_path}"


class Desk(NamedTuple):
    """Three repositories beside each other, of which the first two are the workspace `big`."""

    world: World
    homes: tuple[Path, ...]
    root: Path

    def seen(self) -> object:
        """The record, the files, the windows, what the session says, and the refs of each repository."""
        files = {
            str(each.relative_to(self.root)): each.read_bytes() if each.is_file() else b""
            for each in self.root.rglob("*")
            if ".git" not in each.parts
        }
        refs = [self.world.git(home, "for-each-ref") for home in self.homes]
        options = "#{session_name} #{@par_repo} #{@par_branch} #{@par_init} #{@par_pane}"
        shown = self.world.tmux("list-sessions", "-F", options)
        record = {**self.world.index["contexts"]["big"], "operation": ""}
        return record, files, self.windows(), refs, shown

    def windows(self) -> list[list[str]]:
        said = self.world.tmux("list-windows", "-a", "-F", WINDOWS).splitlines()
        return [line.split("\t") for line in said]

    def names(self) -> list[str]:
        """The repositories, as `par ls` and the file for editors tell them alike."""
        (row,) = self.world.ok("ls", "--json").json["contexts"]
        folders = json.loads((self.root / "big.code-workspace").read_text())["folders"]
        assert [each["path"] for each in folders] == [each["path"] for each in row["worktrees"]]
        return [Path(each["path"]).name for each in row["worktrees"]]


@pytest.fixture
def desk(world: World) -> Desk:
    world.copied(_big)
    homes = tuple(world.home / "src" / name for name in ("back", "front", "docs"))
    return Desk(world, homes, world.worktree("big"))


def _big(world: World) -> None:
    for name in ("back", "front", "docs"):
        world.repository(name)
    world.ok("workspace", "start", "big", "--repos", "back,front", cwd=world.home / "src")


def test_repository_is_added_with_worktree_branch_and_window(desk: Desk) -> None:
    world, homes, root = desk
    (root / "notes").write_text("beside\n")
    world.git(homes[2], "switch", "-q", "-c", "topic")
    tip = commit(world, homes[2], "on topic")
    # By its name alone, from anywhere: it lies beside the others
    done = world.ok("workspace", "add", "big", "docs")
    told = f"added docs to workspace 'big'\n  worktree  {root}/docs\n  branch    big\n"
    assert (done.stdout, done.stderr) == (told, "")
    assert desk.names() == ["back", "front", "docs"]
    assert world.git(root / "docs", "rev-parse", "big") == tip
    assert desk.windows()[1:] == [
        [f"big/{name}", "big", name, str(root / name)] for name in ("back", "front", "docs")
    ]
    assert world.tmux("list-sessions", "-F", "#{@par_repo}") == "back, front, docs"
    world.ok("send", "big/docs", "touch sent")
    eventually((root / "docs/sent").exists)
    assert world.ok("doctor").stdout.startswith("Nothing to repair")
    # It is a part of the whole from now on
    world.ok("rm", "big")
    world.ok("restore")
    assert desk.names() == ["back", "front", "docs"]
    assert (root / "notes").read_text() == "beside\n"


def test_branch_that_is_there_is_used_and_a_repository_of_the_same_name_gets_its_own_folder(
    desk: Desk,
) -> None:
    world, homes, root = desk
    other = world.repository("back", under=world.home / "elsewhere")
    world.git(other, "branch", "big")
    said = world.ok("workspace", "add", "big", "../elsewhere/back", "--json", cwd=homes[0].parent)
    assert said.json["context"]["worktrees"][2] == {
        "repository": str(other),
        "path": str(root / "back-2"),
        "branch": "big",
        "created_branch": False,
        "port": None,
        "ports": 0,
    }
    world.tmux("kill-server")
    # A stopped one is changed as well
    world.ok("workspace", "add", "big", "docs", cwd=homes[0].parent)
    assert desk.names() == ["back", "front", "back-2", "docs"]
    world.ok("workspace", "drop", "big", "back-2")
    assert world.branches(other) == {"main", "big"}
    assert desk.names() == ["back", "front", "docs"]
    assert world.sessions() == []


def test_dropped_repository_goes_to_the_trash_and_the_others_stay(desk: Desk) -> None:
    world, _, root = desk
    before = desk.seen()
    world.ok("workspace", "add", "big", "docs")
    (root / "docs/work").write_text("mine\n")
    tip = commit(world, root / "docs", "work in docs")
    world.ok("send", "big/docs", "echo said in $((1 + 1)) words")
    eventually(lambda: "said in 2 words" in world.screen("=" + world.session("big") + ":big/docs"))
    done = world.ok("workspace", "drop", "big", "docs")
    (entry,) = world.ok("trash", "--json").json["trash"]
    (shown,) = (world.data / "trash" / entry["id"]).glob("pane-*.txt")
    assert "said in 2 words" in shown.read_text()
    assert (done.stdout, done.stderr) == (
        "dropped 'big/docs': worktree, branch big\n"
        "all of it is in the trash, bring it back: par restore big/docs\n",
        "",
    )
    assert world.ok("trash").stdout.splitlines()[1].split("\t")[0] == "big/docs"
    refused(
        world.par("trash", "empty", "big/docs"), 2, "this needs confirmation", "par trash empty big/docs -y"
    )
    # It comes back into its workspace, with all that is in it
    back = world.ok("restore", "BIG/docs")
    assert back.stdout == (
        f"restored 'big/docs' into the workspace\n  worktree  {root}/docs\n  branch    big\n"
    )
    assert desk.names() == ["back", "front", "docs"]
    assert desk.windows()[3] == ["big/docs", "big", "docs", str(root / "docs")]
    assert world.tmux("list-sessions", "-F", "#{@par_repo}") == "back, front, docs"
    assert ((root / "docs/work").read_text(), world.git(root / "docs", "rev-parse", "big")) == ("mine\n", tip)
    assert world.ok("trash", "--json").json["trash"] == []
    assert world.ok("doctor").stdout.startswith("Nothing to repair")
    world.ok("workspace", "drop", "big", "docs")
    again = world.ok("undo", "--json").json["contexts"]
    assert [Path(each["path"]).name for each in again[0]["worktrees"]] == ["back", "front", "docs"]
    world.ok("workspace", "drop", "big", "docs")
    (entry,) = world.ok("trash", "--json").json["trash"]
    world.ok("restore", entry["id"], "--as", "alone")
    new = world.worktree("alone") / "docs"
    assert (new / "work").read_text() == "mine\n"
    assert world.git(new, "rev-parse", "alone") == tip
    assert new.parent.parent == root.parent
    assert json.loads((new.parent / "alone.code-workspace").read_text())["folders"] == [
        {"name": "docs (alone)", "path": str(new)}
    ]
    world.ok("rm", "--purge", "--force", "alone")
    assert desk.seen() == before
    # Of two in one command each finds the workspace as the other left it
    world.ok("workspace", "add", "big", "docs")
    world.ok("workspace", "drop", "big", "docs")
    world.ok("workspace", "drop", "big", "front")
    assert world.ok("restore", "big/docs", "big/front").stdout == (
        "restored 'big/docs' into the workspace\nrestored 'big/front' into the workspace\n"
    )
    world.ok("workspace", "drop", "big", "docs")
    # Where it was added again meanwhile it can only be a workspace of its own
    world.ok("workspace", "add", "big", "docs")
    (entry,) = world.ok("trash", "--json").json["trash"]
    refused(
        world.par("restore", "big/docs"),
        4,
        "'docs' is in the workspace 'big' again",
        f"par restore {entry['id']} --as NEWLABEL",
    )
    world.ok("rm", "big")
    assert world.ok("restore", "big/docs").stdout.startswith("restored 'big': workspace (docs)")


def test_branch_that_another_context_has_is_named_with_it(desk: Desk) -> None:
    world, homes, _ = desk
    world.git(homes[2], "branch", "big")
    world.ok("checkout", "big", "-l", "other", cwd=homes[2])
    message = f"branch 'big' is checked out in context 'other' in '{homes[2]}'"
    refused(world.par("workspace", "add", "big", "docs"), 4, message, "par open other")


class Refusal(NamedTuple):
    """What is asked for, and why it is refused; nothing is touched."""

    id: str
    words: tuple[str, ...]
    status: int
    message: str
    hint: str


REFUSALS = [
    Refusal("in it", ("add", "big", "front"), 4, "'front' is already in the workspace 'big'", "par open big"),
    Refusal(
        "no repository",
        ("add", "big", "nowhere"),
        3,
        "'{src}/nowhere' is not a git repository",
        "par workspace add big PATH",
    ),
    Refusal(
        "no workspace",
        ("add", "one", "docs"),
        4,
        "'one' is not a workspace: it has one repository",
        "par ls --kind workspace",
    ),
    Refusal(
        "no context", ("add", "bigg", "docs"), 3, "there is no context 'bigg'", "par workspace add big docs"
    ),
    Refusal(
        "not in it",
        ("drop", "big", "frnt"),
        3,
        "there is no repository 'frnt' in 'big'",
        "par workspace drop big front",
    ),
    Refusal(
        "held branch",
        ("add", "big", "docs"),
        4,
        "branch 'big' is checked out at '{docs}' in '{docs}'",
        "cd '{docs}'",
    ),
    Refusal(
        "locked",
        ("drop", "big", "front"),
        5,
        "'front' cannot be dropped: it is locked by git worktree lock: busy",
        "git -C '{src}/front' worktree unlock '{root}/front'",
    ),
]


def test_what_cannot_be_added_or_dropped_is_told_and_nothing_is_touched(desk: Desk) -> None:
    world, homes, root = desk
    world.ok("start", "one", cwd=homes[0])
    world.git(homes[2], "switch", "-q", "-c", "big")
    world.git(homes[1], "worktree", "lock", "--reason", "busy", str(root / "front"))
    before = desk.seen()
    places = {"src": homes[0].parent, "docs": homes[2], "root": root}
    for each in REFUSALS:
        result = world.par("workspace", *each.words, cwd=homes[0].parent)
        refused(result, each.status, each.message.format(**places), each.hint.format(**places))
    assert desk.seen() == before


def test_last_repository_is_not_dropped(desk: Desk) -> None:
    world = desk.world
    world.ok("workspace", "drop", "big", str(desk.homes[0]))
    refused(
        world.par("workspace", "drop", "big", "front"),
        4,
        "'front' is the last repository of 'big'",
        "par rm big",
    )
    assert desk.names() == ["front"]
    assert world.tmux("list-sessions", "-F", "#{@par_repo}") == "front"


def test_what_a_repository_wants_done_before_stops_its_drop_unless_forced(desk: Desk) -> None:
    world, homes, root = desk
    (homes[1] / ".par.yaml").write_text("before_remove: ['echo bye; exit 3']\n")
    before = desk.seen()
    failed = world.par("workspace", "drop", "big", "front", PAR_TRUST="always")
    told = "before_remove of 'big/front': echo bye; exit 3: exit status 3"
    hint = "par workspace drop --force big front"
    assert (failed.status, failed.stdout) == (8, "")
    assert failed.stderr == f"bye\npar: {told}\nhint: {hint}\n"
    (homes[1] / ".par.yaml").write_text("before_remove: 3\n")
    wrong = world.par("workspace", "drop", "big", "front")
    assert (wrong.status, wrong.stderr.splitlines()[-1]) == (6, f"hint: correct it, or: {hint}")
    assert desk.seen() == before
    world.ok("workspace", "drop", "--force", "big", "front")
    assert desk.names() == ["back"]
    assert not (root / "front").exists()


def test_added_repository_gets_what_its_recipe_asks_for_and_the_runs_of_the_others_stay(world: World) -> None:
    homes = [world.repository(name) for name in ("back", "front", "docs")]
    for home, command in zip(homes, ("false", "true", "test -f .env && echo $PAR_PORT > port"), strict=True):
        (home / ".par.yaml").write_text(
            f"initialization:\n  include: [.env]\n  commands: ['{command}']\nports: 2\n"
        )
        (home / ".env").write_text("secret\n")
    source = homes[0].parent
    world.par("workspace", "start", "big", "--repos", "back,front", "--trust", "--wait", cwd=source)
    assert world.tmux("list-sessions", "-F", "#{@par_init}") == "failed"
    done = world.ok("workspace", "add", "big", "docs", "--trust", cwd=source)
    assert done.stdout.endswith("  init      running (par init big --log)\n")
    runs = eventually(lambda: _ended(world))
    assert [(each["repository"], each["init"]) for each in runs] == [
        ("back", "failed"),
        ("front", "ok"),
        ("docs", "ok"),
    ]
    root = world.worktree("big")
    ports = [each["port"] for each in world.ok("ls", "--json").json["contexts"][0]["worktrees"]]
    assert len(set(ports)) == 3
    assert (root / "docs/port").read_text() == f"{ports[2]}\n"
    # The last run is marked after what it left was written
    eventually(lambda: world.tmux("list-sessions", "-F", "#{@par_init}") == "failed")
    world.ok("workspace", "drop", "big", "back")
    assert world.tmux("list-sessions", "-F", "#{@par_init}") == "ok"
    assert [each["repository"] for each in _ended(world)] == ["front", "docs"]


def _ended(world: World) -> list[dict[str, str]]:
    runs: list[dict[str, str]] = world.ok("init", "big", "--json").json["runs"]
    return [] if any(each["init"] == "running" for each in runs) else runs

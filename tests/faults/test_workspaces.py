"""A par that is killed or interrupted while it changes a workspace: its repositories come through as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM
from typing import NamedTuple

import pytest

from conftest import Result, World, commit, eventually, sealed_world
from faults.known import has_object, refs
from faults.model import CHANGING
from faults.snapshot import Snapshot
from faults.test_interrupted import IS_LONG, NEVER, doomed, was_hit

NAMES = ("back", "front")
MADE = ("workspace", "start", "big", "--repos", "back,front")
RESTORE = ("restore", "big")
ADD = ("workspace", "add", "big", "docs")


def states(world: World) -> list[str]:
    return [line.split("\t")[1] for line in world.ok("ls").stdout.splitlines()[1:]]


class Desk(NamedTuple):
    """Two repositories beside each other, and a third one that is not taken into a workspace at first."""

    world: World
    source: Path
    known: dict[tuple[str, ...], tuple[Snapshot, dict[str, str]]]

    def home(self, name: str) -> Path:
        return self.source / name

    @property
    def root(self) -> Path:
        """The folder of the workspace, where it is or would be."""
        found = list(self.world.data.glob("workspaces/*"))
        return (found or [self.world.data / "workspaces/none"])[0] / "big"

    def check_whole(self) -> tuple[str, ...]:
        """Index, git, tmux and the data folder agree; the repositories that the workspace has."""
        world, records = self.world, self.world.index["contexts"]
        assert {each["phase"] for each in records.values()} <= {"ready"}
        folder = world.data / "trash"
        lying = sorted(each.name for each in folder.glob("*"))
        trash = [each["id"] for each in world.ok("trash", "--json").json["trash"]] if lying else []
        assert sorted(trash) == lying
        graves = {str(each) for each in folder.glob("*/[0-9]")}
        paths = {each["path"] for record in records.values() for each in record["worktrees"]}
        seen: set[str] = set()
        for name in (*NAMES, "docs"):
            seen |= self._check_repository(name, paths, graves)
        assert seen == paths | graves
        assert [each.name for each in world.data.iterdir() if each.name in {"removed", "emptied"}] == []
        names = {Path(each).name for each in paths}
        assert {each.name for each in self.root.glob("*") if each.is_dir()} == names
        assert self.root.exists() == bool(names)
        shown = world.tmux("list-windows", "-a", "-F", "#{@par_worktree}").split()
        assert not (set(shown) - names)
        assert bool(list(world.data.glob("init/*/*.job"))) == ("docs" in names)
        return tuple(sorted(names))

    def _check_repository(self, name: str, paths: set[str], graves: set[str]) -> set[str]:
        home = self.home(name)
        admins = list((home / ".git").glob("worktrees/*"))
        folders = {(each / "gitdir").read_text().removesuffix("/.git\n") for each in admins}
        assert folders <= paths | graves
        assert len(admins) == len(folders)
        mine = {Path(each).name for each in folders & paths}
        assert self.world.branches(home) == ({"main", "big"} if mine else {"main"})
        assert list((home / ".git").rglob("*.lock")) == []
        ids = {Path(each).parent.name for each in folders & graves}
        known = refs(home / ".git")
        assert all(has_object(self.world, home / ".git", oid) for oid in {*known.values()})
        assert {each.split("/")[3] for each in known if each.startswith("refs/par")} == ids
        return folders

    def work(self) -> dict[str, str]:
        """All that is in the folder of the workspace, and what git says of each worktree."""
        files = {str(each.relative_to(self.root)): each for each in self.root.rglob("*") if each.is_file()}
        said = {name: each.read_text() for name, each in files.items() if not name.endswith("/.git")}
        for worktree in self.root.glob("*/.git"):
            status = self.world.git(worktree.parent, "status", "--porcelain=v2", "--branch", "--ignored")
            said[f"git {worktree.parent.name}"] = status
        return said


class Made(NamedTuple):
    """A world as it was at first, and as it was with work in it after some commands."""

    world: World
    start: Snapshot
    known: dict[tuple[str, ...], tuple[Snapshot, dict[str, str]]]


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    with sealed_world() as world:
        for name in (*NAMES, "docs"):
            world.repository(name)
        world.ok("start", "other", cwd=world.home / "src/docs")
        world.ok("rm", "--purge", "other")
        yield Made(world, Snapshot(world), {})


@pytest.fixture
def desk(made: Made) -> Desk:
    made.start.back()
    return Desk(World(made.world.home, {**made.world.env}), made.world.home / "src", made.known)


def ask_for_commands(desk: Desk) -> None:
    """The third repository has something run in each new worktree of it."""
    (desk.home("docs") / ".par.yaml").write_text("initialization:\n  commands: ['true']\n")
    desk.world.env["PAR_TRUST"] = "always"


def make_work(desk: Desk, *words: str) -> dict[str, str]:
    """A workspace with work in each repository and beside them, then par with `words`; what work there is.

    It is made once, in a world in which nothing is yet.
    """
    if words not in desk.known:
        work = make_work(desk) if words else _work(desk)
        if words:
            desk.world.ok(*words)
        desk.known[words] = (Snapshot(desk.world), work)
    start, work = desk.known[words]
    start.back()
    return work


def _work(desk: Desk) -> dict[str, str]:
    desk.world.ok(*MADE, cwd=desk.source)
    for name in NAMES:
        folder = desk.root / name
        commit(desk.world, folder, f"work in {name}")
        (folder / "untracked").write_text(f"{name}\n")
    (desk.root / "notes").write_text("beside\n")
    file = desk.root / "big.code-workspace"
    file.write_text(file.read_text().replace('"settings": {', '"settings": {\n    "mine": 1,'))
    return desk.work()


def interruptions(
    desk: Desk, words: tuple[str, ...], named: Iterable[str], *, from_start: bool = True
) -> Iterator[tuple[str, bool]]:
    """Kill par before one effect after the other, and let the next heal; a short run takes every fourth.

    Each is done where all is as it was first, unless the caller sees to that.
    """
    start = Snapshot(desk.world)
    points: Iterable[int | str] = count(1) if IS_LONG else [*[*named][::4], NEVER]
    for point in points:
        if from_start:
            start.back()
        result = doomed(desk.world, point, SIGKILL, *words, cwd=desk.source)
        is_over = not was_hit(result)
        assert result.status == (0 if is_over else -SIGKILL), result
        assert not is_over or point == NEVER or IS_LONG, f"no effect is called {point}"
        # A git of another repository may outlive its par for a moment: nobody touches what it works on
        eventually(lambda: not CHANGING.intersection(states(desk.world)), "the end of orphans")
        yield str(point), is_over
        if is_over:
            break


STARTING = (
    *("rename DATA/global_state", "update-ref --create-reflog", "worktree add", "worktree add#2"),
    *("big.code-workspace", "rename DATA/workspaces", "source-file", "open DATA/global_state#2"),
    "remove DATA/locks/operation-",
)
REMOVING = (
    *("open DATA/global_state", "entry.json", "rename DATA/workspaces", "update-ref -d refs/heads/big"),
    *("rename DATA/workspaces#2", "rename DATA/workspaces#3", "rmdir DATA/workspaces", "source-file"),
    "open DATA/global_state#2",
)
RESTORING = (
    *("open DATA/global_state", "rename DATA/trash", "rename DATA/trash#2", "symbolic-ref -m"),
    *("rename DATA/trash#3", "symbolic-ref -m#2", "source-file", "entry.json", "deleting"),
)
PURGING = (
    *("mkdir DATA/removed", "rename DATA/workspaces", "/.git/worktrees", "update-ref -d refs/heads/big"),
    *("update-ref -d refs/heads/big#2", "deleting", "rmdir DATA/removed", "open DATA/global_state#2"),
)
ADDING = (
    *("rename DATA/global_state", "update-ref --create-reflog", "worktree add", "big.code-workspace"),
    *("source-file", "set-option", ".job.tmp", "new-window", "open DATA/global_state#2"),
)
DROPPING = (
    *("rename DATA/global_state", "entry.json", "rename DATA/workspaces", "update-ref -d refs/heads/big"),
    *("big.code-workspace", "set-option", "source-file", "open DATA/global_state#2"),
)

RETURNING = (
    *("rename DATA/global_state", "update-ref --create-reflog", "rename DATA/trash", "source-file"),
    *("big.code-workspace", "set-option", "open DATA/global_state#2"),
)


def test_workspace_start_killed_before_any_of_its_effects_leaves_all_or_nothing(desk: Desk) -> None:
    for point, _ in interruptions(desk, MADE, STARTING):
        found = desk.check_whole()
        assert found in {(), NAMES}, point


def test_removal_of_a_workspace_killed_before_any_of_its_effects_keeps_all(desk: Desk) -> None:
    work = make_work(desk)
    for point, _ in interruptions(desk, ("rm", "big"), REMOVING):
        if desk.check_whole() == ():
            desk.world.ok(*RESTORE)
        assert (desk.check_whole(), desk.work()) == (NAMES, work), point


def test_restore_of_a_workspace_killed_before_any_of_its_effects_keeps_all(desk: Desk) -> None:
    work = make_work(desk, "rm", "big")
    for point, _ in interruptions(desk, RESTORE, RESTORING):
        if desk.check_whole() == ():
            desk.world.ok(*RESTORE)
        assert (desk.check_whole(), desk.work()) == (NAMES, work), point


def test_purge_of_a_workspace_killed_before_any_of_its_effects_is_not_begun_or_ends(desk: Desk) -> None:
    work = make_work(desk)
    for point, _ in interruptions(desk, ("rm", "--purge", "--force", "big"), PURGING):
        if found := desk.check_whole():
            assert (found, desk.work()) == (NAMES, work), point


def test_adding_a_repository_killed_before_any_of_its_effects_leaves_the_others(desk: Desk) -> None:
    work = make_work(desk)
    ask_for_commands(desk)
    for point, is_over in interruptions(desk, ADD, ADDING, from_start=False):
        found = desk.check_whole()
        assert found in {NAMES, ("back", "docs", "front")}, point
        if len(found) == 3 and not is_over:
            desk.world.ok("init", "big", "--wait")
            desk.world.ok("workspace", "drop", "big", "docs")
            desk.world.ok("trash", "empty", "-y")
        if not is_over:
            assert (desk.check_whole(), desk.work()) == (NAMES, work), point
    assert work.keys() - desk.work().keys() == set()


def test_dropping_a_repository_killed_before_any_of_its_effects_keeps_its_work(desk: Desk) -> None:
    work = make_work(desk)
    for point, _ in interruptions(desk, ("workspace", "drop", "big", "front"), DROPPING):
        found = desk.check_whole()
        if found == NAMES:
            assert desk.work() == work, point
            continue
        assert found == ("back",), point
        (entry,) = desk.world.ok("trash", "--json").json["trash"]
        grave = desk.world.data / "trash" / entry["id"] / "0"
        assert (grave / "untracked").read_text() == "front\n"
        assert desk.world.git(grave, "log", "-1", "--format=%s") == "work in front"


def test_a_dropped_repository_that_comes_back_killed_before_any_of_its_effects_keeps_its_work(
    desk: Desk,
) -> None:
    work = make_work(desk, "workspace", "drop", "big", "front")
    for point, _ in interruptions(desk, ("restore", "big/front"), RETURNING):
        found = desk.check_whole()
        if found == ("back",):
            desk.world.ok("restore", "big/front")
        assert (sorted(desk.check_whole()), desk.work()) == (sorted(NAMES), work), point
        windows = desk.world.tmux("list-windows", "-t", "=big:", "-F", "#{@par_worktree}").split()
        assert sorted(windows) == sorted(NAMES), point


@pytest.mark.parametrize("words", [MADE, RESTORE, ADD], ids=" ".join)
def test_change_asked_to_end_takes_all_of_it_back(desk: Desk, words: tuple[str, ...]) -> None:
    work = {} if words == MADE else make_work(desk, *(("rm", "big") if words == RESTORE else ()))
    before = desk.check_whole()
    middle = "rename DATA/trash#2" if words == RESTORE else "worktree add"
    for sent, point in ((SIGINT, middle), (SIGTERM, "source-file"), (SIGHUP, middle)):
        result = doomed(desk.world, point, sent, *words, cwd=desk.source)
        assert (was_hit(result), result.status) == (True, 128 + sent), result
        assert desk.check_whole() == before
    if words == RESTORE:
        desk.world.ok(*RESTORE)
    assert desk.work() == work


def test_hook_that_fails_in_the_second_repository_undoes_the_first(desk: Desk) -> None:
    hook = desk.home("front") / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    hook.chmod(0o755)
    result = desk.world.par(*MADE, cwd=desk.source)
    assert (result.status, result.stdout) == (8, "")
    assert result.stderr.startswith(
        f"par: the post-checkout hook of front failed: no in '{desk.home('front')}'\n"
    )
    assert desk.check_whole() == ()
    hook.unlink()
    work = make_work(desk)
    hook = desk.home("docs") / ".git/hooks/post-checkout"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert desk.world.par(*ADD, cwd=desk.source).status == 8
    assert (desk.check_whole(), desk.work()) == (NAMES, work)


def test_disk_that_fills_up_in_the_second_repository_undoes_the_first(desk: Desk) -> None:
    home = desk.home("front")
    (home / "big").write_bytes(bytes(range(256)) * 400)
    desk.world.git(home, "add", "big")
    desk.world.git(home, "commit", "-q", "-m", "big")
    result: Result = desk.world.par_limited(50_000, *MADE, cwd=desk.source)
    assert (result.status, result.stdout) == (8, ""), result
    assert desk.check_whole() == ()


def test_work_in_a_workspace_that_was_made_in_half_is_in_the_trash(desk: Desk) -> None:
    slow = desk.home("front") / ".git/hooks/post-checkout"
    assert was_hit(doomed(desk.world, "big.code-workspace", SIGKILL, *MADE, cwd=desk.source))
    assert not slow.exists()
    desk.world.git(desk.home("front"), "worktree", "remove", "--force", str(desk.root / "front"))
    (desk.root / "back/work").write_text("an hour of it\n")
    assert "in the trash" in desk.world.ok("ls").stderr
    assert desk.check_whole() == ()
    desk.world.ok("restore")
    assert desk.check_whole() == ("back",)
    assert (desk.root / "back/work").read_text() == "an hour of it\n"

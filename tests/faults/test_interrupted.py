"""A par that is killed or interrupted before any of its effects: the next one makes whole what it left."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM, Signals
from typing import Any, NamedTuple

import pytest

from conftest import PAR, Result, World, eventually
from doom import Doom
from faults.known import has_object, ref, refs, tree
from faults.snapshot import Snapshot
from forks import Running

MACHINE = "hint: par doctor --environment\n"
RANDOM_KILLS = int(os.environ.get("PAR_FAULTS", "6"))
IS_LONG = "PAR_FAULTS" in os.environ
NEVER = 1_000_000
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="only where there is /proc it is told who holds a file"
)
# A long run takes every effect, and a second or more for each random kill
pytestmark = [pytest.mark.timeout(1200 + 5 * RANDOM_KILLS)] if IS_LONG else []
AS_A_USER = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()

tried: list[str] = []


@pytest.fixture(autouse=True)
def count_points(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Let the summary tell at how many points par was killed or interrupted."""
    tried.clear()
    yield
    record_property("points", len(tried))


def doomed(world: World, point: int | str, sent: Signals, *words: str, cwd: Path) -> Result:
    """Run par and send it a signal right before the effect with that number or text, if it comes there."""
    result = world.par_until(Doom(point, sent), *words, cwd=cwd)
    tried.extend([f"{point}"] if was_hit(result) else [])
    return result


def was_hit(result: Result) -> bool:
    return "doomed: " in result.stderr


class Lab(NamedTuple):
    """A repository with work of the user's in it, cloned from a hub that has a pull request."""

    world: World
    home: Path
    seen: dict[str, object]

    def check_whole(self) -> set[str]:
        """Index, git, tmux and the data folder agree, and what is the user's is there; the labels."""
        world, home, _ = self
        records = self.records()
        assert {record["phase"] for record in records.values()} <= {"ready"}
        paths = {record["root"] for record in records.values()}
        branches = {record["worktrees"][0]["branch"] for record in records.values()}
        admins = list((home / ".git").glob("worktrees/*"))
        folders = {(each / "gitdir").read_text().removesuffix("/.git\n") for each in admins}
        graves = {
            str(grave): name for name in self.trash() for grave in (world.data / "trash" / name).glob("?")
        }
        assert (folders, len(admins)) == ({*paths, *graves}, len(paths) + len(graves))
        places = [world.data / name for name in ("worktrees", "review")]
        assert {str(path) for place in places for path in place.glob("*/*")} == paths
        assert world.branches(home) == {"main", "mine", *branches}
        known = refs(home / ".git")
        assert all(has_object(world, home / ".git", oid) for oid in {*known.values()})
        kept_for = {tuple(each.split("/")[:4]) for each in known if each.startswith("refs/par")}
        assert kept_for == {("refs", "par", "trash", n) for n in graves.values()}
        assert not (world.data / "emptied").exists()
        kept = self._tmux_sessions()
        assert kept == sorted((record["session"], label) for label, record in records.items())
        assert sorted((home / ".git").rglob("*.lock")) == []
        assert not (world.data / "removed").exists()
        configured = re.findall('^\\[branch "(.*)"', (home / ".git/config").read_text(), re.MULTILINE)
        assert {*configured} <= {"main", *branches}
        self._check_home()
        return set(records)

    def _check_home(self) -> None:
        """What is the user's own is as it was, and git says the same of the same files."""
        git, mine = self.home / ".git", ref(self.home / ".git", "refs/heads/mine")
        names = ("HEAD", "refs/heads/main", "refs/remotes/origin/main", "index", "info/exclude")
        files = [each for each in (git / name for name in names) if each.exists()]
        now = (mine, tree(self.home), {each: each.read_bytes() for each in files})
        if now != self.seen.get("home"):
            asked = ("status", "--porcelain=v1", "--branch")
            assert self.world.git(self.home, *asked) == "## main...origin/main\n?? notes"
            assert self.world.git(self.home, "log", "-1", "--format=%s", mine) == "of the user"
            self.seen["home"] = now

    def trash(self) -> list[str]:
        """The ids of what is in the trash: all that lies there, and whole."""
        lying = sorted(each.name for each in self.world.data.glob("trash/*"))
        found = [each["id"] for each in self.world.ok("trash", "--json").json["trash"]] if lying else []
        assert sorted(found) == lying
        return found

    def records(self) -> dict[str, dict[str, Any]]:
        """The records of the index by label, however far their making went."""
        is_there = (self.world.data / "global_state.json").exists()
        return dict(self.world.index["contexts"]) if is_there else {}

    def _tmux_sessions(self) -> list[tuple[str, str]]:
        said = self.world.tmux("list-sessions", "-F", "#{session_name}\t#{@par_label}").splitlines()
        rows = (line.partition("\t") for line in said)
        # A server that par had to start keeps a session of its own for at most 20 seconds
        return sorted((name, label) for name, _, label in rows if not name.startswith("par-boot-"))


@pytest.fixture
def lab(world: World) -> Lab:
    world.copied(make)
    return Lab(world, world.home / "src/app", {})


def make(world: World) -> None:
    """What a lab has."""
    bare, home = world.clone()
    (home / "notes").write_text("not committed\n")
    world.git(home, "branch", "mine", world.git(home, "commit-tree", "-m", "of the user", "HEAD^{tree}"))
    request = world.git(bare, "commit-tree", "-m", "a request", "HEAD^{tree}")
    world.git(bare, "update-ref", "refs/pull/1/head", request)


def make_with_other(world: World) -> None:
    """The same, and a context."""
    make(world)
    world.ok("start", "other", cwd=world.home / "src/app")


START = ("start", "feat")
CHECKOUT = ("checkout", "pr/1", "--label", "feat")
PURGE = ("rm", "--purge", "feat")
REMOVE = ("rm", "feat")
RESTORE = ("restore", "feat")
EMPTY = ("trash", "empty", "feat", "-y")
ENDING = (SIGTERM, SIGINT, SIGHUP)
STARTING = (
    *("open DATA/locks/operation-", "open DATA/global_state", "rename DATA/global_state"),
    *("open DATA/contexts", "rename DATA/contexts", "update-ref --create-reflog", "worktree add"),
    *("source-file", "remove DATA/locks/operation-"),
)
PURGING = (
    *("open DATA/locks/operation-", "open DATA/global_state", "rename DATA/global_state"),
    *("mkdir DATA/trash", "entry.json", "update-ref --stdin", "rename DATA/worktrees", "/gitdir"),
    *("update-ref -d refs/heads/feat", "source-file", "open DATA/global_state#2", "mkdir DATA/emptied"),
    *("rename DATA/trash", "update-ref --stdin#2", "deleting", "remove DATA/locks/operation-"),
)
REMOVING = (
    *("open DATA/global_state", "mkdir DATA/trash", "entry.json", "pane-0", "par: removed --stdin"),
    *("feat/locked", "rename DATA/worktrees", "feat/gitdir", ".reflog"),
    *("update-ref -d refs/heads/feat", "--remove-section branch.feat", "source-file"),
)
RESTORING = (
    *("open DATA/global_state", "update-ref --create-reflog", "/logs/refs/heads/feat", "config --add"),
    *("rename DATA/trash", "feat/gitdir", "symbolic-ref -m", "remove", "source-file"),
    *("entry.json", "update-ref --stdin", "deleting"),
)
EMPTYING = (
    "mkdir DATA/emptied",
    "rename DATA/trash",
    "/.git/worktrees/feat",
    "update-ref --stdin",
    "deleting a tree",
)
ADOPTING = (
    *("open DATA/global_state", "rename DATA/global_state", "open DATA/contexts", "rename DATA/contexts"),
    *("source-file", "open DATA/global_state#2", "rename DATA/contexts#2", "remove DATA/locks/operation-"),
)
RISING = ("new-session -d -s par-boot", "source-file", "kill-session -t =par-boot", "source-file#2")
LEARNING = (
    *("rename DATA/global_state.damaged", "open DATA/global_state.json", "rename DATA/global_state.json"),
    *("rename DATA/contexts", "rename DATA/global_state.json#2", "remove DATA/locks/operation-"),
)
TYING = (
    *("rename DATA/worktrees", "/feat/gitdir", "source-file", ".par/.git"),
    *("checkout-index", "rename DATA/worktrees/#3", "update-index", "remove DATA/locks/operation-"),
)
# The session is there, and the index does not say yet that the context is ready
LATE = "open DATA/global_state#2"
# Where a checkout does what a start does not
FETCHING = ("fetch", "update-ref --create-reflog", "update-ref -d refs/par", "pr-1.remote", "pr-1.merge")
# What undoing a start does, in its order
HEALING = (
    *("source-file", "os.mkdir", "os.rename", "os.remove", "/commondir", "os.rmdir", "refs/heads/feat"),
    *("deleting", "global_state.json.tmp", "operation-"),
)
NEXT = (("ls",), ("again",), ("rm", "--purge", "feat", "--force"))


def heal(lab: Lab, number: int, again: tuple[str, ...], with_orphans: bool = False) -> None:
    """Run one of the commands that heal, in turn: each ends well or says truly what is there.

    A git that outlived its par is waited for by nobody: `with_orphans` rm may say that it is at work.
    """
    words = NEXT[number % len(NEXT)]
    result = lab.world.par(*(again if words == ("again",) else words), cwd=lab.home)
    expected = {"ls": {0}, "again": {0, 3 if again[0] == "rm" else 4}, "rm": {0, 3}}[words[0]]
    is_busy = with_orphans and result.status == 4 and "par: another par is" in result.stderr
    assert result.status in expected or is_busy, result
    lines = [line for line in result.stderr.splitlines() if "its removal was interrupted" not in line]
    assert result.status == 0 or len(lines) == 2, result


def interruptions(
    lab: Lab,
    sent: Sequence[Signals],
    words: tuple[str, ...],
    expected: Iterable[str],
    *,
    from_start: bool = False,
) -> Iterator[tuple[int, Result, bool]]:
    """Interrupt par before one effect after the other, until it has no more of them: nth, result, is over.

    The caller makes whole what each time is left, unless each is to be done `from_start`. Among the effects
    must be all that are `expected`; a short run takes only every fourth of these.
    """
    told, is_over = "", False
    if not lab.records():
        lab.world.copied(make_with_other)
    elif "other" not in lab.records():
        lab.world.ok("start", "other", cwd=lab.home)
    start = Snapshot(lab.world) if from_start else None
    named = list(expected)[:: 1 if IS_LONG else 4]
    points: Iterable[int | str] = count(1) if IS_LONG else [*named, NEVER]
    for nth, point in enumerate(points, 1):
        if start:
            start.back()
        for stale in (lab.world.data / "locks").glob("operation-*"):
            stale.unlink()  # what is swept would be counted; that it is has a test of its own
        result = doomed(lab.world, point, sent[nth % len(sent)], *words, cwd=lab.home)
        is_over = not was_hit(result)
        told += result.stderr
        yield nth, result, is_over
        if is_over:
            break
    assert [text for text in named if text.partition("#")[0] not in told] == []


def test_start_killed_before_any_of_its_effects_is_healed(lab: Lab) -> None:
    for nth, result, is_over in interruptions(lab, [SIGKILL], START, STARTING, from_start=True):
        assert result.status == (0 if is_over else -SIGKILL), result
        heal(lab, nth, START)
        lab.check_whole()


def test_start_that_runs_commands_takes_them_with_it_when_it_is_killed(lab: Lab) -> None:
    (lab.home / ".git/info/exclude").write_text(".par.yaml\n")
    begun = lab.world.home / "begun"
    line = f"touch {begun}; sleep 600; true"
    (lab.home / ".par.yaml").write_text(f"initialization:\n  commands: ['{line}']\n")
    lab.world.env["PAR_TRUST"] = "always"
    for nth, point in enumerate(("mkdir DATA/init", "DATA/init/", "new-window", LATE)):
        assert was_hit(doomed(lab.world, point, SIGKILL, *START, cwd=lab.home)), point
        runner = lab.world.tmux("list-panes", "-a", "-f", "#{@par_jobs}", "-F", "#{pane_pid}")
        assert not runner or eventually(begun.exists)
        heal(lab, nth, ("ls",))
        assert lab.check_whole() == set()
        assert list((lab.world.data / "init").glob("*")) == []
        eventually(lambda: not is_alive(runner))  # noqa: B023
    assert runner


def test_start_that_begins_with_a_program_takes_it_with_it_when_it_is_killed(lab: Lab) -> None:
    begun, agent = lab.world.home / "begun", lab.world.home / "agent"
    agent.write_text(f"#!/bin/sh\necho $$ > {begun}.part && mv {begun}.part {begun}\nsleep 600\ntrue\n")
    agent.chmod(0o755)
    words = (*START, "--run", str(agent), "--prompt", "it")
    for nth, point in enumerate(("mkdir DATA/init", "rename DATA/init/", "run-shell", LATE)):
        assert was_hit(doomed(lab.world, point, SIGKILL, *words, cwd=lab.home)), point
        if point == LATE:
            eventually(begun.exists)
        heal(lab, nth, ("ls",))
        assert lab.check_whole() == set()
        assert list((lab.world.data / "init").glob("*")) == []
    eventually(lambda: not is_alive(begun.read_text().strip()))
    # What was to start again is not, and nothing else is wrong
    begun.unlink()
    lab.world.ok(*words, cwd=lab.home)
    eventually(begun.exists)
    (kept,) = (lab.world.data / "init").glob("*/program")
    eventually(lambda: kept.read_text().startswith("running "))
    lab.world.tmux("kill-server")
    assert was_hit(doomed(lab.world, "run-shell", SIGKILL, "resurrect", cwd=lab.home))
    heal(lab, 0, ("ls",))
    assert lab.check_whole() == {"feat"}


def test_start_of_several_killed_before_any_of_its_effects_is_healed(lab: Lab) -> None:
    words = (*START, "--count", "2", "--run", "true")
    at_one = (
        "open DATA/global_state",
        "rename DATA/global_state",
        "worktree add",
        "source-file",
        "run-shell",
    )
    at_other = ("update-ref --create-reflog#2", "worktree add#2", "source-file#2", "run-shell#2", LATE)
    for nth, point in enumerate((*at_one, *at_other)):
        assert was_hit(doomed(lab.world, point, SIGKILL, *words, cwd=lab.home)), point
        heal(lab, nth, ("ls",))
        assert lab.check_whole() == set()
    for nth, point in enumerate(("worktree add#2", "run-shell#2", LATE)):
        assert was_hit(doomed(lab.world, point, ENDING[nth], *words, cwd=lab.home)), point
        assert lab.check_whole() == set()
    assert was_hit(doomed(lab.world, "rename DATA/contexts#2", SIGKILL, *words, cwd=lab.home))
    heal(lab, 0, ("ls",))
    assert lab.check_whole() == {"feat-1", "feat-2"}


def test_batch_killed_before_any_of_its_effects_goes_on_where_it_was(lab: Lab) -> None:
    tasks = lab.world.home / "tasks"
    tasks.write_text("[{label: feat-1}, {label: feat-2}]")
    words, start = ("batch", str(tasks), "--again"), Snapshot(lab.world)
    places = ("open DATA/batches", "rename DATA/batches", "rename DATA/global_state", "worktree add")
    for place in (
        *places,
        "rename DATA/batches#2",
        "rename DATA/batches#3",
        "worktree add#2",
        "DATA/batches#8",
    ):
        start.back()
        assert was_hit(doomed(lab.world, place, SIGKILL, *words, cwd=lab.home)), place
        lab.world.ok(*words, cwd=lab.home)
        assert lab.check_whole() == {"feat-1", "feat-2"}


def is_alive(pid: str) -> bool:
    """Whether a process is there, and no zombie."""
    stat = Path(f"/proc/{pid}/stat")
    return bool(pid) and stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_checkout_killed_before_any_of_its_effects_is_healed(lab: Lab) -> None:
    start = Snapshot(lab.world)
    for nth, point in enumerate(FETCHING):
        start.back()
        result = doomed(lab.world, point, SIGKILL, *CHECKOUT, cwd=lab.home)
        assert (was_hit(result), result.status) == (True, -SIGKILL), result
        heal(lab, nth, CHECKOUT)
        lab.check_whole()


def test_start_asked_to_end_before_any_of_its_effects_unwinds(lab: Lab) -> None:
    start = Snapshot(lab.world)
    for nth, point in enumerate((*STARTING[:-1], LATE)):
        start.back()
        result = doomed(lab.world, point, ENDING[nth % 3], *START, cwd=lab.home)
        assert (was_hit(result), result.status) == (True, 128 + ENDING[nth % 3]), result
        # Only where it was asked between its record and its first effect the next one has to undo it
        if "contexts" in point:
            heal(lab, nth, START)
        lab.check_whole()


def test_checkout_asked_to_end_before_any_of_its_effects_unwinds(lab: Lab) -> None:
    for nth, point in enumerate(FETCHING):
        result = doomed(lab.world, point, ENDING[nth % 3], *CHECKOUT, cwd=lab.home)
        assert (was_hit(result), result.status) == (True, 128 + ENDING[nth % 3]), result
        assert lab.check_whole() == set()


def test_purge_killed_before_any_of_its_effects_is_taken_back_or_finished(lab: Lab) -> None:
    secret = start_with_secret(lab)
    for nth, result, is_over in interruptions(lab, [SIGKILL], PURGE, PURGING, from_start=True):
        assert result.status == (0 if is_over else -SIGKILL), result
        heal(lab, nth, PURGE)
        assert secret.exists() == ("feat" in lab.check_whole())


def test_purge_that_has_begun_is_not_stopped_by_signals(lab: Lab) -> None:
    for sent in ENDING:
        start_with_secret(lab)
        result = doomed(lab.world, "deleting", sent, *PURGE, cwd=lab.home)
        assert was_hit(result)
        told = "removed 'feat': worktree, branch feat, session\n"
        assert (result.status, result.stdout) == (0, told), result
        assert lab.check_whole() == set()


def make_work(lab: Lab, *, with_other: bool = False) -> str:
    """A context with every kind of work in it; what there is of it, to be compared.

    It is made in a lab in which nothing is yet, `with_other` after another context.
    """
    return lab.world.copied(work_beside_other if with_other else work_alone)


def work_beside_other(world: World) -> str:
    make_with_other(world)
    return worked(Lab(world, world.home / "src/app", {}))


def work_alone(world: World) -> str:
    make(world)
    return worked(Lab(world, world.home / "src/app", {}))


def worked(lab: Lab) -> str:
    """Make by par and git what `make_work` copies."""
    secret = start_with_secret(lab)
    folder = secret.parent
    lab.world.git(lab.home, "config", "branch.feat.description", "mine")
    lab.world.git(folder, "commit", "-q", "--allow-empty", "-m", "left behind")
    lab.world.git(folder, "commit", "-q", "--amend", "--allow-empty", "-m", "work")
    (folder / "staged").write_text("staged\n")
    lab.world.git(folder, "add", "staged")
    (folder / "file0").write_text("changed\n")
    (folder / "untracked").touch()
    return work_of(lab)


def work_of(lab: Lab) -> str:
    """What git says of the context, and what it does not."""
    folder = lab.world.worktree("feat")
    said = [("status", "--porcelain=v2", "--branch", "--ignored"), ("diff", "HEAD")]
    told = [lab.world.git(folder, *words) for words in said]
    logged = lab.world.git(folder, "log", "--walk-reflogs", "--format=%H %gs").splitlines()
    left_behind = [line for line in logged if "left behind" in line]
    config = lab.world.git(lab.home, "config", "branch.feat.description")
    return "\n".join([*told, *left_behind, config, (folder / ".env").read_text()]).strip()


def is_there(lab: Lab) -> bool:
    """Whether the context is there, whole; if not, it is whole in the trash."""
    is_listed = "feat" in lab.check_whole()
    assert len(lab.trash()) == (0 if is_listed else 1)
    return is_listed


def test_removal_killed_before_any_of_its_effects_keeps_every_file_and_commit(lab: Lab) -> None:
    work = make_work(lab, with_other=True)
    for _, result, is_over in interruptions(lab, [SIGKILL], REMOVE, REMOVING):
        assert result.status == (0 if is_over else -SIGKILL), result
        lab.world.ok("ls")
        if not is_there(lab):
            lab.world.ok(*RESTORE)
        assert work_of(lab) == work, result
        assert is_there(lab)


def test_restore_killed_before_any_of_its_effects_keeps_every_file_and_commit(lab: Lab) -> None:
    work = make_work(lab, with_other=True)
    lab.world.ok(*REMOVE)
    for _, result, is_over in interruptions(lab, [SIGKILL], RESTORE, RESTORING, from_start=True):
        assert result.status == (0 if is_over else -SIGKILL), result
        lab.world.ok("ls")
        if not is_there(lab):
            lab.world.ok(*RESTORE)
        assert work_of(lab) == work, result
        assert is_there(lab)


def test_restore_asked_to_end_before_any_of_its_effects_leaves_all_in_the_trash(lab: Lab) -> None:
    work = make_work(lab)
    lab.world.ok(*REMOVE)
    for nth, point in enumerate(RESTORING[1:9]):
        result = doomed(lab.world, point, ENDING[nth % 3], *RESTORE, cwd=lab.home)
        assert (was_hit(result), result.status) == (True, 128 + ENDING[nth % 3]), (point, result)
        assert not is_there(lab)
    lab.world.ok(*RESTORE)
    assert work_of(lab) == work


def test_emptying_killed_before_any_of_its_effects_is_taken_back_or_finished(lab: Lab) -> None:
    work = make_work(lab, with_other=True)
    lab.world.ok(*REMOVE)
    for _, result, is_over in interruptions(lab, [SIGKILL], EMPTY, EMPTYING, from_start=True):
        assert result.status == (0 if is_over else -SIGKILL), result
        lab.world.ok("ls")
        assert "feat" not in lab.check_whole()
        if lab.trash():
            lab.world.ok(*RESTORE)
            assert work_of(lab) == work


def test_removal_that_has_begun_is_not_stopped_by_signals(lab: Lab) -> None:
    work = make_work(lab)
    for sent, point in zip(ENDING, ("entry.json", "rename DATA/worktrees", "update-ref -d"), strict=True):
        result = doomed(lab.world, point, sent, *REMOVE, cwd=lab.home)
        assert (was_hit(result), result.status) == (True, 0), result
        assert not is_there(lab)
        lab.world.ok(*RESTORE)
        assert work_of(lab) == work


def check_sound(lab: Lab) -> None:
    """Check that doctor finds nothing but what the next change sweeps away."""
    for stale in (*(lab.world.data / "locks").glob("operation-*"), *lab.world.data.glob("*.tmp")):
        stale.unlink()
    said = lab.world.par("doctor")
    assert (said.status, said.stderr) == (0, ""), said


@pytest.mark.parametrize("place", ["../theirs", "work"])
def test_adoption_killed_before_any_of_its_effects_is_taken_back_or_finished(lab: Lab, place: str) -> None:
    theirs = lab.home.with_name("theirs")
    lab.world.copied(make_with_other)
    lab.world.git(lab.home, "worktree", "add", "-q", "-b", "topic", str(theirs))
    (theirs / "new").write_text("theirs\n")
    lab.world.tmux("new-session", "-d", "-s", "work", "-c", str(theirs))
    asked = ("worktree", "list", "--porcelain")
    before = lab.world.git(lab.home, *asked), lab.world.git(lab.home, "for-each-ref")
    for _, result, is_over in interruptions(lab, [SIGKILL], ("adopt", place, "-l", "feat"), ADOPTING):
        assert result.status == (0 if is_over else -SIGKILL), result
        lab.world.ok("ls")
        check_sound(lab)
        assert (lab.world.git(lab.home, *asked), lab.world.git(lab.home, "for-each-ref")) == before
        if "feat" in lab.records():
            assert lab.world.ok("rm", "feat").stdout.startswith("forgot 'feat'")
        assert (theirs / "new").read_text() == "theirs\n"
        assert set(lab.world.sessions()) == {"work", lab.world.session("other")}
        assert lab.world.tmux("show-options", "-t", "=work:") == ""


def test_resurrection_killed_before_any_of_its_effects_goes_on_where_it_was(lab: Lab) -> None:
    work = make_work(lab, with_other=True)
    lab.world.tmux("kill-server")
    for _, result, is_over in interruptions(lab, [SIGKILL], ("resurrect",), RISING):
        assert result.status == (0 if is_over else -SIGKILL), result
        lab.world.ok("resurrect")
        assert lab.check_whole() == {"feat", "other"}
        check_sound(lab)
        assert work_of(lab) == work
        lab.world.tmux("kill-server")


def lose_index(lab: Lab) -> None:
    (lab.world.data / "global_state.json").write_text('{"contexts": {"other": null}}')


def untie(lab: Lab) -> None:
    """Let worktree, repository and session of contexts forget each other."""
    (lab.world.worktree("feat") / ".git").unlink()
    shutil.rmtree(lab.world.worktree("other"))
    (lab.home / ".git/worktrees/other/commondir").write_text("")
    for option in ("label", "kind", "repo", "branch", "path", "pane"):
        lab.world.tmux("set-option", "-u", "-t", f"={lab.world.session('other')}:", f"@par_{option}")


@pytest.mark.parametrize(("damage", "expected"), [(lose_index, LEARNING), (untie, TYING)])
def test_repair_killed_before_any_of_its_effects_is_done_by_the_next(
    lab: Lab, damage: Callable[[Lab], None], expected: tuple[str, ...]
) -> None:
    work = make_work(lab, with_other=True)
    damage(lab)
    for _, result, is_over in interruptions(lab, [SIGKILL], ("doctor", "--fix"), expected):
        assert result.status == (0 if is_over else -SIGKILL), result
        lab.world.ok("doctor", "--fix")
        check_sound(lab)
        assert lab.check_whole() == {"feat", "other"}
        assert work_of(lab) == work
        damage(lab)


def test_work_done_after_a_kill_and_before_the_next_par_is_kept(lab: Lab) -> None:
    make_work(lab)
    for words, point in ((REMOVE, "par: removed --stdin"), (RESTORE, "source-file")):
        assert was_hit(doomed(lab.world, point, SIGKILL, *words, cwd=lab.home))
        folder = Path(lab.world.index["contexts"]["feat"]["root"])
        lab.world.git(folder, "commit", "-q", "--allow-empty", "-m", f"after {words[0]}")
        (folder / words[0]).write_text("also\n")
        before = work_of(lab)
        lab.world.ok("ls")
        if not is_there(lab):
            lab.world.ok(*RESTORE)
        assert work_of(lab) == before
        lab.world.ok(*REMOVE)


def test_disk_that_fills_up_in_the_middle_leaves_the_old_state(lab: Lab) -> None:
    work = make_work(lab)
    index = (lab.world.data / "global_state.json").stat().st_size
    for size in (index + 100, index + 180, index + 240):
        result = lab.world.par_limited(size, *REMOVE, cwd=lab.home)
        lab.world.ok("ls")
        if not is_there(lab):
            lab.world.ok(*RESTORE)
        assert work_of(lab) == work, result
        place = lab.world.data / "trash"
        told = f"par: the trash {place} cannot be written: [Errno 27] File too large\n{MACHINE}"
        assert (result.status, result.stdout, result.stderr) == (7, "", told)


def start_with_secret(lab: Lab) -> Path:
    """A context with a file that git ignores; the file."""
    (lab.home / ".git/info/exclude").write_text(".env\n")
    lab.world.ok("start", "feat", cwd=lab.home)
    secret = lab.world.worktree("feat") / ".env"
    secret.write_text("secret\n")
    return secret


@pytest.mark.parametrize("point", ["rename DATA/global_state", "remove DATA/locks/operation-"])
def test_next_change_clears_away_the_files_of_a_par_that_died(lab: Lab, point: str) -> None:
    assert was_hit(doomed(lab.world, point, SIGKILL, *START, cwd=lab.home))
    left = [*lab.world.data.glob("*.tmp"), *(lab.world.data / "locks").glob("operation-*")]
    assert left != []
    lab.world.ok("start", "last", cwd=lab.home)
    assert not any(path.exists() for path in left)
    assert lab.check_whole() >= {"last"}


@pytest.mark.parametrize("point", ["mkdir DATA", "mkdir DATA/locks", "-s par-boot", "-t =par-boot"])
def test_very_first_start_killed_is_healed(lab: Lab, point: str) -> None:
    assert was_hit(doomed(lab.world, point, SIGKILL, *START, cwd=lab.home))
    lab.world.ok(*START, cwd=lab.home)
    assert lab.check_whole() == {"feat"}


def test_killed_healer_is_healed_by_the_next(lab: Lab) -> None:
    for point in HEALING:
        assert was_hit(doomed(lab.world, LATE, SIGKILL, *START, cwd=lab.home))
        assert was_hit(doomed(lab.world, point, SIGKILL, "ls", cwd=lab.home)), point
        lab.world.ok("ls")
        assert lab.check_whole() == set(), point


def test_work_done_in_a_context_that_was_never_finished_is_kept(lab: Lab) -> None:
    assert was_hit(doomed(lab.world, LATE, SIGKILL, "start", "feat", cwd=lab.home))
    root = Path(lab.world.index["contexts"]["feat"]["root"])
    (root / "work").write_text("an hour of it\n")
    (row,) = lab.world.ok("ls", "--json").json["contexts"]
    assert (row["label"], row["state"], row["worktrees"][0]["path"]) == ("feat", "running", str(root))
    assert (root / "work").read_text() == "an hour of it\n"
    result = lab.world.par("start", "feat", cwd=lab.home)
    assert (result.status, result.stderr) == (4, "par: context 'feat' already exists\nhint: par open feat\n")
    lab.world.ok("send", "feat", "echo here")


def test_commit_made_in_a_context_that_was_never_finished_is_kept(lab: Lab) -> None:
    assert was_hit(doomed(lab.world, LATE, SIGKILL, "start", "feat", cwd=lab.home))
    root = Path(lab.world.index["contexts"]["feat"]["root"])
    lab.world.git(root, "commit", "-q", "--allow-empty", "-m", "work")
    tip = lab.world.git(root, "rev-parse", "HEAD")
    lab.world.ok("ls")
    assert lab.world.git(lab.home, "rev-parse", "refs/heads/feat") == tip


@pytest.mark.parametrize("words", [("ls",), START, ("start", "other"), ("rm", "feat")], ids=" ".join)
def test_half_made_worktree_that_stops_git_in_the_whole_repository_is_healed(
    lab: Lab, words: tuple[str, ...]
) -> None:
    assert was_hit(doomed(lab.world, "worktree add", SIGKILL, *START, cwd=lab.home))
    admin = lab.home / ".git/worktrees/feat"
    admin.mkdir(parents=True)
    (admin / "locked").write_text("initializing\n")
    (admin / "gitdir").write_text(f"{lab.world.index['contexts']['feat']['root']}/.git\n")
    (admin / "commondir").touch()
    assert lab.world.run("git", "branch", cwd=lab.home).status == 128
    assert lab.world.par(*words, cwd=lab.home).status == (3 if words[0] == "rm" else 0)
    assert lab.check_whole() == set(words[1:] if words[0] == "start" else ())


def test_folder_of_a_worktree_that_has_no_more_than_a_name_is_healed(lab: Lab) -> None:
    assert was_hit(doomed(lab.world, "worktree add", SIGKILL, *START, cwd=lab.home))
    admin = lab.home / ".git/worktrees/feat"
    admin.mkdir(parents=True)
    (admin / "commondir").touch()
    lab.world.ok("ls")
    assert lab.check_whole() == set()


def leave_locks(home: Path) -> list[Path]:
    """Lock files as gits leave them that were killed: all that an operation of par's can hold."""
    common = home / ".git"
    found = [common / name for name in ("config.lock", "packed-refs.lock", "refs/heads/feat.lock")]
    found += [common / "logs/refs/heads/feat.lock", common / "refs/par/trash/0a/0/head.lock"]
    if (common / "worktrees/feat").is_dir():
        found += [common / "worktrees/feat" / name for name in ("HEAD.lock", "index.lock", "logs/HEAD.lock")]
    for path in found:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return found


@needs_proc
def test_locks_of_a_git_that_was_killed_with_its_par_hinder_nobody(lab: Lab) -> None:
    foreign, nothing = lab.home / ".git/index.lock", Snapshot(lab.world)
    work = make_work(lab)
    living = Snapshot(lab.world)
    lab.world.ok(*REMOVE)
    lying = Snapshot(lab.world)
    for words, point in (
        (START, "new-session -d"),
        (("rm", "--purge", "--force", "feat"), "update-ref -d refs/heads/feat"),
        (REMOVE, "par: removed --stdin"),
        (REMOVE, "--remove-section branch.feat"),
        (RESTORE, "symbolic-ref -m"),
        (EMPTY, "update-ref --stdin"),
    ):
        {START: nothing, RESTORE: lying, EMPTY: lying}.get(words, living).back()
        assert was_hit(doomed(lab.world, point, SIGKILL, *words, cwd=lab.home)), words
        locks = leave_locks(lab.home)
        foreign.touch()
        lab.world.ok("ls")
        assert (foreign.exists(), [each for each in locks if each.exists()]) == (True, []), words
        foreign.unlink()
        assert "feat" not in lab.check_whole(), words
        if words in (REMOVE, RESTORE):
            lab.world.ok(*RESTORE)
            assert work_of(lab) == work, words


@needs_proc
def test_lock_that_a_live_program_may_hold_is_left_alone_and_so_is_an_older_one(lab: Lab) -> None:
    config, branch = lab.home / ".git/config.lock", lab.home / ".git/refs/heads/feat.lock"
    config.touch()
    os.utime(config, (time.time() - 3600,) * 2)
    assert was_hit(doomed(lab.world, "worktree add", SIGKILL, *START, cwd=lab.home))
    with branch.open("w"):
        os.utime(branch, (time.time() + 60,) * 2)
        lab.world.ok("ls")
        assert (branch.exists(), lab.records()["feat"]["phase"]) == (True, "creating")
    with subprocess.Popen(("git", "cat-file", "--batch"), cwd=lab.home, stdin=subprocess.PIPE):
        lab.world.ok("ls")
        assert (branch.exists(), lab.records()["feat"]["phase"]) == (True, "creating")
    lab.world.ok("ls")
    assert (branch.exists(), config.exists(), lab.records()) == (False, True, {})
    lab.world.ok("checkout", "mine", cwd=lab.home)
    (finding,) = lab.world.par("doctor", "--json").json["findings"]
    told = (finding["fault"], finding["subject"], finding["repair"], finding["hint"])
    assert told == ("git-remains", str(config), "delete it", None)
    with config.open("w"):
        os.utime(config, (time.time() - 3600,) * 2)
        assert lab.world.ok("doctor", "--json").json["findings"] == []
    lab.world.ok("doctor", "--fix")
    assert not config.exists()


class Gate(NamedTuple):
    """A program that git starts waits in the middle of its work until it is let go."""

    begun: Path
    go: Path

    @property
    def script(self) -> str:
        told = f"echo $$ >{self.begun}.new; mv {self.begun}.new {self.begun}"
        return f"{told}; until [ -e {self.go} ] || ! [ -e {self.begun} ]; do sleep 0.02; done; "


@pytest.fixture
def slow_checkout(lab: Lab) -> Gate:
    """Checking a file out stops in the middle of the tree."""
    gate = Gate(lab.world.home / "begun", lab.world.home / "go")
    (lab.home / ".gitattributes").write_text("b filter=slow\n")
    for name in ("a", "b", "c"):
        (lab.home / name).write_text(f"{name}\n")
    lab.world.git(lab.home, "add", "a", "b", "c", ".gitattributes")
    lab.world.git(lab.home, "commit", "-q", "-m", "slow")
    lab.world.git(lab.home, "push", "-q")
    lab.world.git(lab.home, "config", "filter.slow.smudge", f"{gate.script} cat")
    return gate


@pytest.fixture
def slow_fetch(lab: Lab) -> Gate:
    """Fetching from origin stops before the first byte."""
    gate = Gate(lab.world.home / "begun", lab.world.home / "go")
    lab.world.git(lab.home, "config", "remote.origin.uploadpack", f"{gate.script} git-upload-pack")
    return gate


def begin(lab: Lab, gate: Gate, *words: str) -> Running:
    """Begin par in a process group of its own, and wait until git has come to the gate."""
    process = lab.world.par_apart(*words, cwd=lab.home)
    eventually(gate.begun.exists, "the middle of git's work")
    return process


def check_orphan_is_left_alone(lab: Lab, gate: Gate, *words: str) -> None:
    process = begin(lab, gate, *words)
    process.kill()
    process.wait()
    (row,) = lab.world.ok("ls", "--json").json["contexts"]
    assert (row["label"], row["state"]) == ("feat", "creating")
    refused = lab.world.par("rm", "feat")
    told = "par: another par is creating the context 'feat'\nhint: try again in a moment\n"
    assert (refused.status, refused.stderr) == (4, told)
    gate.go.touch()
    eventually(lambda: not lab.world.ok("ls", "--json").json["contexts"], "the end of the orphan")
    assert lab.check_whole() == set()
    process.communicate()


def test_nobody_touches_what_an_orphaned_checkout_still_works_on(lab: Lab, slow_checkout: Gate) -> None:
    check_orphan_is_left_alone(lab, slow_checkout, "start", "feat")


def test_nobody_touches_what_an_orphaned_fetch_still_works_on(lab: Lab, slow_fetch: Gate) -> None:
    check_orphan_is_left_alone(lab, slow_fetch, "checkout", "pr/1", "--label", "feat")


class End(NamedTuple):
    """A signal to the whole process group, as from a terminal or a power failure, and what par says."""

    id: str
    sent: Signals
    status: int
    stderr: str


ENDS = [
    End("power failure", SIGKILL, -SIGKILL, ""),
    End("Ctrl-C", SIGINT, 130, "\npar: interrupted\n"),
    End("closed terminal", SIGHUP, 129, ""),
    End("shutdown", SIGTERM, 143, ""),
]


def check_group_ends(lab: Lab, gate: Gate, *words: str) -> None:
    for end in ENDS:
        process = begin(lab, gate, *words)
        os.killpg(process.pid, end.sent)
        _, stderr = process.communicate(timeout=20)
        assert (process.returncode, stderr) == (end.status, end.stderr), end
        if end.sent is SIGKILL:
            lab.world.ok("ls")
        assert lab.check_whole() == set(), end
        gate.begun.unlink()


def test_half_checked_out_tree_is_undone(lab: Lab, slow_checkout: Gate) -> None:
    check_group_ends(lab, slow_checkout, "start", "feat")


def test_half_done_fetch_is_undone(lab: Lab, slow_fetch: Gate) -> None:
    check_group_ends(lab, slow_fetch, "checkout", "pr/1", "--label", "feat")


@needs_proc
@pytest.mark.parametrize("sent", [SIGINT, SIGTERM])
def test_par_that_is_asked_to_end_alone_ends_its_git_and_all_that_started(
    lab: Lab, slow_checkout: Gate, sent: Signals
) -> None:
    process = begin(lab, slow_checkout, *START)
    inner = slow_checkout.begun.read_text().strip()
    process.send_signal(sent)
    process.communicate(timeout=20)
    assert (process.returncode, is_alive(inner)) == (128 + sent, False)
    assert lab.check_whole() == set()


def test_kill_at_any_time_is_healed(lab: Lab) -> None:
    dice = random.Random(20)
    lab.world.ok("start", "feat", cwd=lab.home)
    for number in range(RANDOM_KILLS):
        is_there = lab.world.par("path", "feat").status == 0
        words = ("rm", "--purge", "feat", "--force") if is_there else dice.choice((START, CHECKOUT))
        delay, sent = dice.uniform(0.05, 0.35), dice.choice((SIGKILL, SIGKILL, SIGTERM, SIGINT, SIGHUP))
        process = fresh(lab, *words)
        time.sleep(delay)  # the one place where a random time is what is tested
        process.send_signal(sent)
        process.communicate(timeout=20)
        tried.append(f"{sent.name} after {delay:.3f} s")
        heal(lab, number, words, with_orphans=True)
        told = f"kill {number}: {sent.name} after {delay:.3f} s of par {' '.join(words)}"
        assert settled(lab), told


def fresh(lab: Lab, *words: str) -> subprocess.Popen[str]:
    """Begin a par that is not forked: a signal may meet it while Python starts."""
    return subprocess.Popen(
        [*PAR, *words],
        cwd=lab.home,
        env=lab.world.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def settled(lab: Lab) -> bool:
    """Everything is whole, at the latest when a git or tmux that outlived its par has ended."""
    eventually(lambda: "creating" not in lab.world.ok("ls").stdout, "the end of orphans")
    lab.check_whole()
    return True


def test_full_disk_leaves_the_old_index(lab: Lab) -> None:
    lab.world.ok("start", "feat", cwd=lab.home)
    index = lab.world.data / "global_state.json"
    before = index.read_bytes()
    told = f"par: the index {index} cannot be written: [Errno 27] File too large\n{MACHINE}"
    for words in (("start", "more"), ("checkout", "mine"), REMOVE):
        result = lab.world.par_limited(100, *words, cwd=lab.home)
        assert (result.status, result.stdout, result.stderr) == (7, "", told), words
        assert index.read_bytes() == before
        assert lab.check_whole() == {"feat"}


def test_disk_that_fills_up_during_the_checkout_leaves_nothing(lab: Lab) -> None:
    (lab.home / "big").write_bytes(os.urandom(100_000))
    lab.world.git(lab.home, "add", "big")
    lab.world.git(lab.home, "commit", "-q", "-m", "big")
    lab.world.git(lab.home, "push", "-q")
    result = lab.world.par_limited(50_000, "start", "feat", cwd=lab.home)
    assert (result.status, result.stdout, result.stderr.count("\n")) == (8, "", 2), result
    assert result.stderr.startswith("par: git worktree add: ")
    assert lab.check_whole() == set()


@contextmanager
def mounted(place: Path) -> Iterator[None]:
    """A disk of 4 MB at `place`, for whoever may mount one."""
    command = ("mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "par-test", str(place))
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nobody may mount a tmpfs here: it takes Linux and root")
    try:
        yield
    finally:
        subprocess.run(("umount", "-l", str(place)), check=True)


@pytest.fixture
def small(world: World) -> Iterator[Lab]:
    """A lab on a disk of its own."""
    config = (world.home / ".gitconfig").read_text()
    with mounted(world.home):
        (world.home / ".gitconfig").write_text(config)
        try:
            world.copied(make)
            lab = Lab(world, world.home / "src/app", {})
            (lab.home / "big").write_bytes(os.urandom(50_000))
            world.git(lab.home, "add", "big")
            world.git(lab.home, "commit", "-q", "-m", "big")
            world.git(lab.home, "push", "-q")
            yield lab
        finally:
            world.tmux("kill-server")


def fill(disk: Path, kilobytes: int) -> Path:
    """Leave only so much room on a disk; the file that takes the rest."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    os.truncate(filler, max(0, filler.stat().st_size - kilobytes * 1024))
    return filler


@pytest.mark.parametrize("words", [START, REMOVE, RESTORE], ids=" ".join)
def test_disk_that_is_full_at_any_point_leaves_the_old_state_or_the_new(
    small: Lab, words: tuple[str, ...]
) -> None:
    statuses = set()
    work = "" if words == START else worked(small)
    if words == RESTORE:
        small.world.ok(*REMOVE)
    start = Snapshot(small.world)
    # Each page more, git comes a step further; with 24 KB a removal has room, a start has not
    for kilobytes in range(0, 48, 4) if IS_LONG else (4, 8, 24):
        start.back()
        filler = fill(small.world.home, kilobytes)
        result = small.world.par(*words, cwd=small.home)
        filler.unlink()
        statuses.add(result.status)
        assert result.status in {0, 7, 8}, result
        assert result.stderr.count("par: ") == (0 if result.status == 0 else 1), result
        small.world.ok("ls")
        is_listed = "feat" in small.check_whole()
        assert len(small.trash()) == (0 if is_listed or words == START else 1)
        if words == START:
            assert is_listed == (result.status == 0), result
        else:
            if not is_listed:
                small.world.ok(*RESTORE)
            assert work_of(small) == work, result
    assert {7, 8} & statuses


def test_trash_on_another_disk_leaves_the_context_as_it_is(lab: Lab) -> None:
    work = make_work(lab)
    (lab.world.data / "trash").mkdir(mode=0o700)
    with mounted(lab.world.data / "trash"):
        result = lab.world.par(*REMOVE)
        told = "par: context 'feat' cannot be moved away: Invalid cross-device link\nhint: par ls\n"
        assert (result.status, result.stdout, result.stderr) == (7, "", told)
    assert lab.check_whole() == {"feat"}
    assert work_of(lab) == work


def test_data_folder_that_cannot_be_written_is_exit_7(lab: Lab) -> None:
    lab.world.ok("start", "feat", cwd=lab.home)
    index = lab.world.data / "global_state.json"
    before = index.read_bytes()
    folders = (lab.world.data, lab.world.data / "locks")
    for folder in folders:
        folder.chmod(0o500)
    for words in (("start", "more"), ("checkout", "mine"), ("rm", "feat")):
        result = lab.world.run(*AS_A_USER, *PAR, *words, cwd=lab.home)
        told = f"par: the data folder {lab.world.data} cannot be written: Permission denied\n{MACHINE}"
        assert (result.status, result.stdout, result.stderr) == (7, "", told)
    assert lab.world.run(*AS_A_USER, *PAR, "labels").stdout == "feat\n"
    for folder in folders:
        folder.chmod(0o700)
    assert index.read_bytes() == before
    assert lab.check_whole() == {"feat"}

"""What each system does in its own way, Linux and macOS: one branch here, the other by substitution."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PAR, ROOT, World, eventually
from par.setup.tree_copy import TreeCopy
from par.system import clones, processes, spelling

NOWHERE = Path("/nowhere")
# par as on a system without proc(5)
WITHOUT_PROC = """import sys
from pathlib import Path
sys.path.insert(0, sys.argv.pop(1))
from par.system import processes
processes.PROC = Path("/nowhere")
from par.__main__ import main
sys.exit(main())"""


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that works in a folder below `tmp_path`, and has a file there open."""
    (tmp_path / "in").mkdir()
    command = ["sh", "-c", f"exec sleep 600 >'{tmp_path}/open'"]
    with subprocess.Popen(command, cwd=tmp_path / "in") as program:
        eventually(lambda: processes.inside([tmp_path], []) == (f"sleep ({program.pid})",))
        yield program
        program.kill()


@pytest.mark.parametrize("proc", [processes.PROC, NOWHERE])
def test_what_programs_do_is_known_with_and_without_proc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sleeper: subprocess.Popen[bytes], proc: Path
) -> None:
    monkeypatch.setattr(processes, "PROC", proc)
    assert processes.is_told()
    assert processes.inside([tmp_path], []) == (f"sleep ({sleeper.pid})",)
    assert processes.inside([tmp_path / "i", tmp_path / "other"], []) == ()
    assert processes.inside([tmp_path], [sleeper.pid]) == ()
    assert processes.runs("sle", [tmp_path / "in"])
    assert not processes.runs("git", [tmp_path])
    assert processes.has_open(tmp_path / "open")
    assert not processes.has_open(tmp_path / "in")
    assert sleeper.pid in processes.children([os.getpid()])
    assert sleeper.pid in processes.descendants(os.getpid())
    assert processes.children([sleeper.pid]) == []


def test_without_proc_and_psutil_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PROC", NOWHERE)
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert not processes.is_told()
    assert processes.inside([Path("/")], []) == ()
    assert not processes.has_open(tmp_path)


def test_without_proc_rm_names_what_goes_on_running(world: World) -> None:
    world.ok("start", "feat", cwd=world.repository())
    with subprocess.Popen(["sleep", "600"], cwd=world.worktree("feat")) as program:
        result = world.run(PAR[0], "-I", "-c", WITHOUT_PROC, PAR[-1], "rm", "feat")
        program.kill()
    assert result.status == 0, result
    assert f"sleep ({program.pid})" in result.stdout


class Library:
    """A system library whose clonefile answers with `failure`, or makes the file."""

    def __init__(self, failure: int) -> None:
        self.failure = failure
        self.names: list[bytes] = []

    def fclonefileat(self, source: int, folder: int, name: bytes, flags: int) -> int:
        assert flags == 0
        self.names.append(name)
        if self.failure:
            ctypes.set_errno(self.failure)
            return -1
        target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=folder)
        os.write(target, os.pread(source, 1 << 16, 0))
        os.close(target)
        return 0


@pytest.mark.parametrize("failure", [0, errno.ENOTSUP, errno.EXDEV, None])
def test_files_are_cloned_or_copied_on_each_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: int | None
) -> None:
    library = Library(failure or 0)
    if failure is not None:
        monkeypatch.setattr(clones, "SYSTEM", "darwin")
        monkeypatch.setattr(clones, "_system_library", lambda: library)
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    (source / "a").write_text("content")
    (source / "a").chmod(0o600)
    (source / "b").write_text("theirs")
    (target / "b").write_text("mine")
    with TreeCopy(source, target) as copy:
        assert copy.copy("a", lambda: None) == ""
        assert copy.copy("b", lambda: None) == "already there"
    assert ((target / "a").read_text(), (target / "b").read_text()) == ("content", "mine")
    assert (target / "a").stat().st_mode & 0o777 == 0o600
    assert (target / "a").stat().st_mtime_ns == (source / "a").stat().st_mtime_ns
    assert library.names[:1] == ([] if failure is None else [b"a"])


def test_a_clone_that_finds_its_place_taken_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clones, "SYSTEM", "darwin")
    monkeypatch.setattr(clones, "_system_library", lambda: Library(errno.EEXIST))
    folder = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(FileExistsError):
        clones.made(folder, "a", folder)
    os.close(folder)


def test_a_path_is_spelled_as_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "App").mkdir()
    (tmp_path / "link").symlink_to("App")
    assert spelling.resolved(tmp_path / "link") == tmp_path / "App"
    assert spelling.resolved(tmp_path / "none") == tmp_path / "none"

    def control(descriptor: int, command: int, room: bytes) -> bytes:
        assert (command, len(room)) == (50, 1024)
        found = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        return os.fsencode(found.replace("App", "app")).ljust(1024, b"\0")

    monkeypatch.setattr(spelling, "GET_PATH", 50)
    monkeypatch.setattr(fcntl, "fcntl", control)
    assert spelling.resolved(tmp_path / "link") == tmp_path / "app"
    assert spelling.resolved(tmp_path / "none") == tmp_path / "none"


def test_the_workflow_of_the_forge_calls_the_test_runner_and_nothing_else() -> None:
    text = (ROOT / ".github/workflows/test.yml").read_text()
    steps = re.findall(r"^ +(?:- )?run: (.*(?:\n {10,}\S.*)*)", text, re.MULTILINE)
    programs = {" ".join(step.removeprefix(">-").split()[:2]) for step in steps}
    assert programs == {"sudo apt-get", "brew install", "./scripts/test"}
    assert re.findall(r"os: \[(.*)\]", text) == ["ubuntu-22.04, ubuntu-24.04, macos-latest"]
    if actionlint := shutil.which("actionlint"):
        subprocess.run([actionlint, str(ROOT / ".github/workflows/test.yml")], check=True)

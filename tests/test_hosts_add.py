"""`par host`: par on another machine, in the environment of its login, and the line in config.yaml."""

from __future__ import annotations

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import machines as other
from conftest import ROOT, Terminal, World, eventually, refused
from machines import Machines, know, machines, new_machines
from par.system import processes

__all__ = ["machines", "new_machines"]
pytestmark = other.needed
# How people who know ssh set it up themselves
OWN_SHARING = "ControlMaster auto\n  ControlPersist 60\n  ControlPath {folder}/own-%n\n"


def config(world: World) -> Path:
    path = world.home / ".config/par/config.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_a_host_is_added_and_forgotten_and_the_rest_of_the_file_stays(
    world: World, new_machines: Machines
) -> None:
    path, there = config(world), new_machines.worlds["build1"]
    before = "# mine\ntrash_days: 3 # kept\n\nhosts: # others\n  # the first\n  gpu: me@gpu.lab\n\n# the end"
    path.write_text(before)
    path.chmod(0o640)
    world.ok("host", "add", "BUILD", "build1")
    assert path.read_text() == before.replace("gpu.lab\n", "gpu.lab\n  BUILD: build1\n") + "\n"
    assert path.stat().st_mode & 0o777 == 0o640
    listed = world.ok("host", "ls", "--json").json["hosts"]
    assert listed == [
        {"name": "gpu", "destination": "me@gpu.lab"},
        {"name": "BUILD", "destination": "build1"},
    ]
    taken = "there is a host 'BUILD' already, build1"
    refused(world.par("host", "add", "build", "elsewhere"), 4, taken, "par host update BUILD")
    assert world.ok("host", "update", "build").stdout.count("BUILD: ") == 3
    (copy,) = (there.data / "remote").iterdir()
    assert world.ok("host", "rm", "build", "--uninstall").stdout == "forgot BUILD, and took par away there\n"
    assert path.read_text() == before + "\n"
    assert not copy.exists()
    world.ok("host", "rm", "gpu")
    assert path.read_text() == "# mine\ntrash_days: 3 # kept\n\n\n# the end\n"
    for text in ("hosts: {gpu: gpu.lab}\n", '{"hosts": {"gpu": "gpu.lab"}}\n'):
        path.write_text(text)
        odd = f"'{path}' is written in a way that par cannot change"
        refused(world.par("host", "add", "build1"), 6, odd, "add there: hosts: {build1: build1}")
        assert path.read_text() == text


def test_what_is_no_host_is_refused(world: World) -> None:
    names = "use letters, digits, '.', '_' and '-'; the first is a letter, the last is no '.' or '-'"
    for name in ("a:b", "-x", "a/b", "a*", "1", "all", "https", "a.", "é", ""):
        said = world.par("host", "add", "--", name)
        assert (said.status, said.stderr.splitlines()[-1]) == (2, f"hint: {names}"), name
    for destination in ("-oProxyCommand=x", "me@-x", "a b", "a;b", "$(x)", "a\nb", "ssh://-x", ""):
        said = world.par("host", "add", "build1", "--", destination)
        assert said.status == 2, (destination, said)
    path = config(world)
    path.write_text("hosts: {a: '-oProxyCommand=x', all: x, b: {timeout: 0}, c: C, C: c}\n")
    told = world.par("config", "check").stdout.splitlines()
    faults = [line.partition(" hosts.")[2].partition("; ")[0] for line in told]
    assert [each for each in faults if each] == [
        "a: '-oProxyCommand=x' is no destination for ssh",
        "all: host 'all' is reserved",
        "b.timeout: 0 is not possible",
        "b: there is no destination",
        "C: host 'C' is there already",
    ]


@pytest.mark.long
def test_par_over_there_runs_as_a_login_would(world: World, new_machines: Machines) -> None:
    there = new_machines.worlds["build1"]
    brew = there.home / "brew's bin"
    brew.mkdir()
    real = shutil.which("tmux")
    (brew / "tmux").write_text(
        f'#!/bin/sh\ncase "$*" in *-V) echo tmux 3.9; exit ;; esac\nexec {real} "$@"\n'
    )
    (brew / "tmux").chmod(0o755)
    data = there.home / "data"
    profile = there.home / ".profile"
    profile.write_text(
        f'echo noise; echo "export PAR_TRUST=always"; export PATH="{brew}:$PATH" XDG_DATA_HOME={data}\n'
        "export SECRET=1; echo more >&2\n"
    )
    added = world.ok("host", "add", "build1").stdout
    assert "build1: tmux: tmux 3.9\n" in added
    (kept,) = (there.home / ".local/share/par/remote").glob("*/environment")
    assert {line.partition("=")[0] for line in kept.read_text().splitlines()} == {
        *("export PATH", "export LANG", "export LC_ALL", "export TMUX_TMPDIR", "export PAR_PYTHON"),
        "export XDG_DATA_HOME",
    }
    home = there.repository()
    world.ok("start", "feat", "--host", "build1", "-p", str(home))
    assert (data / "par/global_state.json").exists()
    (brew / "tmux").write_text("#!/bin/sh\necho tmux 3.1\n")
    world.ok("host", "rm", "build1")
    old = world.par("host", "add", "build1")
    assert "build1: FAILED tmux: tmux 3.1; do there: install tmux 3.2 or newer\n" in old.stdout
    assert old.stderr.splitlines()[-2:] == [
        "par: build1 is not added: it has no tmux that serves",
        "hint: do there: install tmux 3.2 or newer",
    ]
    config(world).write_text("hosts: {build1: build1, away: 'nobody@127.0.0.1:1'}\n")
    profile.write_text('[ "$TMUX" ] || exec sleep 1000\n')  # not in the panes that par tries over there
    late = world.par("host", "update")
    assert late.status == 8
    assert "build1: git: " in late.stdout
    assert "tmux 3.1" not in late.stdout
    said = late.stderr.splitlines()
    assert said[0] == "build1: the login shell said nothing for 5 s: par runs without what it gives"
    assert said[1].startswith("par: away: ")
    assert said[-2:] == ["par: not updated: away", "hint: par host update away"]
    profile.write_text("export PAR_PYTHON=/nowhere/python\n")
    lost = "build1: PAR_PYTHON is '/nowhere/python', which cannot be run"
    refused(world.par("host", "update", "build1"), 8, lost, "do there: unset PAR_PYTHON")


def test_another_version_over_there_is_told_and_updated(world: World, new_machines: Machines) -> None:
    there = new_machines.worlds["build1"]
    world.ok("host", "add", "build1")
    (copy,) = (there.data / "remote").iterdir()
    copy.rename(copy.with_name("0123456789abcdef"))
    old = "build1 has another version of par, or none"
    refused(world.par("labels", "--host", "build1"), 4, old, "par host update build1")
    world.ok("host", "update", "build1")
    assert {each.name for each in (there.data / "remote").iterdir()} == {copy.name, "0123456789abcdef"}
    index = there.data / "global_state.json"
    there.ok("start", "feat", cwd=there.repository())
    index.write_text(index.read_text().replace('"version": 2', '"version": 3'))
    newer = f"the index {index} has version 3, newer than this par"
    refused(world.par("labels", "--host", "build1"), 7, newer, "update par")


def test_a_connection_is_shared_by_par_or_as_the_user_has_it(world: World, machines: Machines) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    machines.configure(f"  RemoteCommand echo mine\n  RequestTTY yes\n  LocalForward {port} localhost:22\n")
    place = world.home / "place"
    place.mkdir()
    world.ok("host", "add", "build1", cwd=place)
    with socket.socket() as taken:  # par leaves it to the user's own ssh
        taken.bind(("127.0.0.1", port))
    assert processes.inside([place], ()) == ()
    folder = world.data / "hosts"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [each.is_socket() for each in folder.iterdir() if each.name != "version"] == [True]
    assert len(machines.connections()) == 1
    world.ok("labels", "--host", "build1")
    assert len(machines.connections()) == 1
    world.ok("host", "rm", "build1")
    assert [each.name for each in folder.iterdir()] == ["version"]
    machines.configure(OWN_SHARING.format(folder=machines.folder))
    world.ok("host", "add", "build1")
    assert [each.name for each in folder.iterdir()] == ["version"]
    assert (machines.folder / "own-build1").is_socket()
    world.run("ssh", "-O", "exit", "build1")


def test_questions_of_a_par_over_there_are_asked_here(
    world: World, machines: Machines, terminal: Terminal
) -> None:
    there = machines.worlds["build1"]
    home = there.repository()
    (home / ".par.yaml").write_text("commands:\n  - touch ran\n  - echo '\u202e'\n")
    know(world, "build1")
    held = world.ok("start", "first", "--host", "build1", "-p", "src/app")
    assert "held: .par.yaml of app asks for things that were not approved (2 commands)" in held.stderr
    assert "review and approve them: par --host build1 trust" in held.stderr
    assert "then: par init build1:first --retry" in held.stderr
    terminal.par("start no --host build1 -p src/app")
    terminal.wait("touch ran")
    assert "\\u{202e}" in terminal.wait("build1: Run these in every new context of app? [y/N]:")
    assert "no" not in there.index["contexts"]
    terminal.type("n")
    terminal.wait("open it: par open build1:no")
    assert there.ok("init", "no", "--json").json["init"] == "held"
    terminal.type("clear")
    terminal.par("start yes --wait --host build1 -p src/app")
    terminal.wait("of app? [y/N]:")
    terminal.type("y")
    terminal.wait("open it: par open build1:yes")
    eventually((there.worktree("yes") / "ran").exists)
    terminal.type("clear")
    terminal.par("rm 'build1:*'")
    terminal.wait("build1: Remove these 3 contexts? [y/N]:")
    terminal.type("n")
    terminal.wait("par: nothing was removed")
    confirm = "this needs confirmation"
    refused(world.par("rm", "build1:*"), 2, confirm, "par --host build1 rm '*' -y")
    assert sorted(there.index["contexts"]) == ["first", "no", "yes"]


def test_an_installed_par_puts_the_same_files_on_a_host(tmp_path: Path) -> None:
    """As pip lays them out: the package in one place, what else a host needs where pyproject.toml says."""
    lines = (
        (ROOT / "pyproject.toml").read_text().partition("[tool.setuptools.data-files]\n")[2].split("\n\n")[0]
    )
    for line in filter(lambda each: each.startswith('"'), lines.splitlines()):
        place, patterns = (ast.literal_eval(each) for each in line.split(" = "))
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        for file in (file for each in patterns for file in ROOT.glob(each)):
            shutil.copy2(file, tmp_path / place)
    shutil.copytree(ROOT / "python/par", tmp_path / "lib/par", ignore=shutil.ignore_patterns("__pycache__"))
    script = "import sys; sys.path[0:0] = [sys.argv[1]]; sys.prefix = sys.argv[2]\n"
    script += "from par.hosts import parcel; print(parcel.ROOT, parcel.version())"
    said = [
        subprocess.run(
            [sys.executable, "-I", "-c", script, source, tmp_path],
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for source in (tmp_path / "lib", ROOT / "python")
    ]
    assert [Path(place) for place, _ in said] == [tmp_path / "share/tmux-par", ROOT]
    assert said[0][1] == said[1][1]

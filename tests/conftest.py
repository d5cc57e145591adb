"""What every test stands on: a sealed home, real repositories, a tmux server of its own, and `par`."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import git
import libtmux
import pytest

from doom import Doom
from forks import Call, Parent
from scratch import SCRATCH

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0
# Under nohup, as some CI runs, or behind an `&` they would be ignored in every program that a test starts
signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
STAY = re.compile(
    r"global_state\.json|contexts\.tsv|worktrees|workspaces|review|init|trash|locks(/index|/(repository|fetch)-[0-9a-f]{8})?"
)
ENTRY = "import sys; sys.path.insert(0, sys.argv.pop(1)); from par.__main__ import main; sys.exit(main())"
GIT_CONFIG = """[user]
 name = Test
 email = test@example.com
[protocol "file"]
 allow = always
[init]
 defaultBranch = main
"""
# What a process takes from its environment only when it starts
SETTLED = {"LC_ALL", "LANG", "PYTHONPATH", "TZ"}
PAR = (sys.executable, "-I", "-c", ENTRY, str(ROOT / "python"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what the tests of faults tried; each that passed saw all healed and nothing lost."""
    failed = {each.nodeid for each in terminalreporter.getreports("failed")}
    ends = [each for each in terminalreporter.getreports("") if each.when == "teardown"]
    points = {each.nodeid: dict(each.user_properties).get("points", 0) for each in ends}
    if tried := sum(points.values()):
        healed = sum(count for test, count in points.items() if test not in failed)
        terminalreporter.write_line(f"faults: {tried} points tried, {healed} in tests that passed")


@dataclass(frozen=True)
class Result:
    """What a command left: exit status and both streams."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


def eventually(look: Callable[[], Any], what: str = "the state that was waited for") -> Any:
    """What `look` returns as soon as it is true; fails after PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not (seen := look()):
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.02)
    return seen


def has_ended(pid: str) -> bool:
    """Whether a process is gone, or would be if its parent asked how it ended. '' is none."""
    if not Path("/proc/self/stat").exists():
        words = ("ps", "-o", "stat=", "-p", pid)
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout[:1] in {"", "Z"}
    try:
        return not pid or Path("/proc", pid, "stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return True


@dataclass(frozen=True)
class World:
    """A sealed machine: a home folder, an environment, and a private place for tmux sockets."""

    home: Path
    env: dict[str, str]

    @property
    def data(self) -> Path:
        return self.home / ".local/share/par"

    @property
    def index(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.data / "global_state.json").read_text())
        return content

    def run(self, *command: str, cwd: Path | None = None, text: str | None = None, **env: str) -> Result:
        """Run any program in this world, in the home folder unless `cwd` says otherwise."""
        done = subprocess.run(
            command,
            cwd=cwd or self.home,
            env={**self.env, **env},
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def par(self, *words: str, cwd: Path | None = None, text: str | None = None, **env: str) -> Result:
        """Run `par` with these words."""
        if any(env[each] != self.env.get(each) for each in SETTLED & env.keys()):
            return self.run(*PAR, *words, cwd=cwd, text=text, **env)
        folder = str(cwd or self.home)
        return Result(*_parent().run(Call(words, folder, {**self.env, **env}), text))

    def par_until(self, doom: Doom, *words: str, cwd: Path) -> Result:
        """Run `par` until its doom comes: a negative status is the signal that ended it."""
        return Result(*_parent().run(Call(words, str(cwd), self.env, doom), None))

    def par_traced(self, tracer: tuple[str, ...], *words: str, cwd: Path) -> Result:
        """Run `par` with strace's words `tracer` attached to it: the status is strace's own."""
        return Result(*_parent().run(Call(words, str(cwd), self.env, tracer=tracer), None))

    def ok(self, *words: str, cwd: Path | None = None, text: str | None = None, **env: str) -> Result:
        """Run `par` with these words; the test fails where par does."""
        result = self.par(*words, cwd=cwd, text=text, **env)
        assert result.status == 0, result
        return result

    def start_par(self, *words: str, cwd: Path | None = None, **env: str) -> subprocess.Popen[str]:
        """Begin `par` with these words and do not wait for it."""
        return subprocess.Popen(
            [*PAR, *words],
            cwd=cwd or self.home,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def git(self, folder: Path, *words: str) -> str:
        """Run git in `folder`; its standard output without the last newline."""
        result = self.run("git", *words, cwd=folder)
        assert result.status == 0, result
        return result.stdout.rstrip("\n")

    def tmux(self, *words: str) -> str:
        """Run tmux on the default server of this world; its standard output, '' where it fails."""
        if words[-1] == "kill-server":
            return self._end(*words[:-1])
        return self.run("tmux", "-u", *words).stdout.rstrip("\n")

    def _end(self, *server: str) -> str:
        """Kill a server and wait until it is gone: while it ends it takes calls, and answers none."""
        pid = self.run("tmux", *server, "display-message", "-p", "#{pid}").stdout.strip()
        said = self.run("tmux", *server, "kill-server").stdout
        eventually(lambda: has_ended(pid))
        return said

    def repository(self, name: str = "app", *, commits: int = 1, under: Path | None = None) -> Path:
        """A new repository with a branch `main` and so many commits, each adding a file."""
        path = (under or self.home / "src") / name
        shutil.copytree(_model(commits), path)
        self.git(path, "update-index", "-q", "--refresh")
        return path

    def clone(self, name: str = "app", owner: str = "owner") -> tuple[Path, Path]:
        """A bare repository `<owner>/<name>.git` with one commit, and a clone whose origin it is."""
        bare = self.home / "hub" / owner / f"{name}.git"
        seed = self.repository(name, under=self.home / "seed" / owner)
        bare.parent.mkdir(parents=True, exist_ok=True)
        self.git(self.home, "clone", "-q", "--bare", str(seed), str(bare))
        local = self.home / "src" / name
        self.git(self.home, "clone", "-q", str(bare), str(local))
        return bare, local

    def sessions(self) -> list[str]:
        """The names of all tmux sessions, by libtmux: another witness than the calls that par makes."""
        server = libtmux.Server(socket_path=Path(self.env["TMUX_TMPDIR"]) / f"tmux-{os.getuid()}/default")
        return [each.session_name or "" for each in server.sessions] if server.is_alive() else []

    def session(self, label: str) -> str:
        """The name of the session of the context called `label`."""
        name: str = self.index["contexts"][label]["session"]
        return name

    def screen(self, target: str) -> str:
        """What the pane at `target` shows."""
        return self.tmux("capture-pane", "-p", "-t", target)

    def worktree(self, label: str) -> Path:
        return Path(self.ok("path", label).stdout.rstrip("\n"))

    def branches(self, folder: Path) -> set[str]:
        """The local branches, by GitPython: another witness than the calls that par makes."""
        with git.Repo(folder, expand_vars=False) as repository:
            return {head.name for head in repository.heads}


@cache
def _model(commits: int) -> Path:
    """A repository to copy: git takes five times as long to make one."""
    home = Path(tempfile.mkdtemp(prefix="par-model-", dir=SCRATCH))
    atexit.register(shutil.rmtree, home)
    world, path = World(home, environment(home)), home / "app"
    (home / ".gitconfig").write_text(GIT_CONFIG)
    path.mkdir()
    world.git(path, "init", "-q")
    world.git(path, "symbolic-ref", "HEAD", "refs/heads/main")  # -b came with git 2.28
    for number in range(commits):
        (path / f"file{number}").write_text(f"content {number}\n")
        world.git(path, "add", ".")
        world.git(path, "commit", "-q", "-m", f"commit {number}")
    return path


@cache
def _parent() -> Parent:
    """The par that the calls of this process are forks of."""
    parent = Parent(ROOT / "python", environment(Path("/")))
    atexit.register(parent.end)
    return parent


def environment(home: Path) -> dict[str, str]:
    """What every program in a sealed world finds in its environment."""
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "LANG", "TERM"}}
    return {
        **kept,
        "HOME": str(home),
        "TMUX_TMPDIR": str(home),
        "LC_ALL": "C.UTF-8",
        "SHELL": "/bin/sh",
        "TERM": "xterm-256color",
        "PS1": "$ ",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "false",
        "TZ": "UTC",
    }


@contextmanager
def sealed_world(scratch: str = SCRATCH) -> Iterator[World]:
    """A sealed machine with nothing on it. Its paths are short: a socket's may have 104 bytes."""
    home = Path(tempfile.mkdtemp(prefix="par-", dir=scratch)).resolve()
    made = World(home, environment(home))
    (home / ".gitconfig").write_text(GIT_CONFIG)
    try:
        yield made
    finally:
        for socket in home.glob("tmux-*/*"):
            made.run("tmux", "-S", str(socket), "kill-server")
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def world() -> Iterator[World]:
    with sealed_world() as made:
        yield made


@pytest.fixture
def two(world: World) -> World:
    """The contexts one and two in a repository."""
    home = world.repository()
    for label in ("one", "two"):
        world.ok("start", label, cwd=home)
    return world


class Terminal:
    """A person at a terminal: an outer tmux server whose one pane shows what is run in it."""

    def __init__(self, world: World, columns: int = 120, lines: int = 30, name: str = "outer") -> None:
        self._world = world
        self._name = name
        size = ("-x", str(columns), "-y", str(lines))
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", *size, "env", "-u", "TMUX", "-u", "TMUX_PANE", "sh"
        )
        self._tmux("set-option", "-g", "status", "off")
        self._tmux("resize-window", *size)  # tmux 3.2 gives every detached session 80 columns
        eventually(lambda: "$" in self.screen(), "a shell prompt")

    def _tmux(self, *words: str) -> Result:
        return self._world.run("tmux", "-u", "-L", self._name, *words)

    def type(self, text: str) -> None:
        """Type `text` and Enter."""
        self._tmux("send-keys", "-l", "--", text)
        self._tmux("send-keys", "Enter")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names for them."""
        self._tmux("send-keys", *keys)

    def screen(self, *, colours: bool = False) -> str:
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else [])).stdout

    def wait(self, text: str) -> str:
        """Wait until `text` is on the screen; the screen."""
        try:
            eventually(lambda: text in self.screen())
        except AssertionError:
            raise AssertionError(f"{text!r} did not come; the screen is:\n{self.screen()}") from None
        return self.screen()

    def par(self, words: str) -> None:
        """Type a `par` command line."""
        quoted = " ".join([*map(_quoted, PAR), words])
        self.type(quoted)


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


@pytest.fixture
def terminal(world: World) -> Terminal:
    """A person at a terminal outside of the tmux server that par uses."""
    return Terminal(world)


def traces(world: World, home: Path) -> set[str]:
    """All that a context is made of, and could leave in its repository, in par's folder and in tmux."""
    folder = home / ".git" if (home / ".git").is_dir() else home
    # git itself never deletes the folder refs/par once a ref was in it
    inside = [each.relative_to(folder) for each in folder.rglob("*") if each != folder / "refs/par"]
    git = {f"git {each}" for each in inside if each.parts[0] != "objects"}
    data = {str(each.relative_to(world.data)) for each in world.data.rglob("*")}
    refs = world.git(home, "for-each-ref").splitlines()
    settings = world.git(home, "config", "--local", "--list").splitlines()
    contexts = world.index["contexts"] if world.data.exists() else {}
    return {
        *git,
        *(f"data {each}" for each in data if not STAY.fullmatch(each)),
        *refs,
        *settings,
        *(f"context {label}" for label in contexts),
        *(f"session {name}" for name in world.sessions()),
    }


def commit(world: World, folder: Path, message: str) -> str:
    """Commit nothing with `message` in `folder`; the new commit."""
    world.git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return world.git(folder, "rev-parse", "HEAD")


def refused(result: Result, status: int, message: str, hint: str = "") -> None:
    """Assert that par refused with exactly this."""
    assert result.stderr == f"par: {message}\n" + (f"hint: {hint}\n" if hint else "")
    assert (result.status, result.stdout) == (status, "")

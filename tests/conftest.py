"""What every test stands on: a sealed home, real repositories, a tmux server of its own, and `par`."""

from __future__ import annotations

import atexit
import gc
import json
import os
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

import git
import libtmux
import pytest

import copies
from doom import Doom
from forks import SETTLED, Call, Parent, Running
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
# A label that is nowhere in what is copied, but where the label is
STAND_IN, OWNER = "stand-in-for-a-label", "stand-in-for-an-owner"
# What tmux calls a session, a window or a pane
ID = re.compile(r"[$@%]\d")
PAR = (sys.executable, "-I", "-c", ENTRY, str(ROOT / "python"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with its share of the tests that take long: at the end all would wait for one."""
    count: int = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [each for each in items if each.get_closest_marker("long")]
    rest = [each for each in items if not each.get_closest_marker("long")]
    if len(items) // count <= len(long):
        return
    # As --dist worksteal deals them out: each worker gets so many of those that are left, in their order
    dealt: list[pytest.Item] = []
    for worker in range(count):
        size, mine = (len(items) - len(dealt)) // (count - worker), long[worker::count]
        more = size - len(mine)
        dealt += [*mine, *rest[:more]]
        del rest[:more]
    items[:] = dealt


def pytest_collection_finish() -> None:
    """Let no garbage collection look through what was collected: it stays until the end."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what the tests of faults tried; each that passed saw all healed and nothing lost."""
    failed = {each.nodeid for each in terminalreporter.getreports("failed")}
    ends = [each for each in terminalreporter.getreports("") if each.when == "teardown"]
    points = {each.nodeid: dict(each.user_properties).get("points", 0) for each in ends}
    if tried := sum(points.values()):
        healed = sum(count for test, count in points.items() if test not in failed)
        terminalreporter.write_line(f"faults: {tried} points tried, {healed} in tests that passed")


T = TypeVar("T")


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
    """What `look` returns as soon as it is true; fails after PATIENCE seconds.

    Most looks start a process: the longer it takes, the longer is the pause between them.
    """
    deadline, pause = time.monotonic() + PATIENCE, 0.005
    while not (seen := look()):
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return seen


def text_in(path: Path) -> str:
    """The text in a file as soon as there is some: a program makes a file before it writes into it."""
    found: str = eventually(lambda: path.exists() and path.read_text(), f"text in {path}")
    return found


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
        if any(env[each] != self.env.get(each) for each in env.keys() & SETTLED):
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

    def start_par(self, *words: str, cwd: Path | None = None, **env: str) -> Running:
        """Begin `par` with these words and do not wait for it."""
        return _parent().begin(Call(words, str(cwd or self.home), {**self.env, **env}))

    def par_apart(self, *words: str, cwd: Path) -> Running:
        """Begin `par` in a process group of its own."""
        return _parent().begin(Call(words, str(cwd), self.env, is_apart=True))

    def par_limited(self, size: int, *words: str, cwd: Path) -> Result:
        """Run `par` where no file can grow beyond so many bytes: a full disk, but for this process only."""
        running = _parent().begin(Call(words, str(cwd), self.env, limit=size))
        stdout, stderr = running.communicate()
        return Result(running.wait(), stdout, stderr)

    def git(self, folder: Path, *words: str) -> str:
        """Run git in `folder`; its standard output without the last newline."""
        result = self.run("git", *words, cwd=folder)
        assert result.status == 0, result
        return result.stdout.rstrip("\n")

    def tmux(self, *words: str) -> str:
        """Run tmux on the default server of this world; its standard output, '' where it fails."""
        if words[-1] == "kill-server":
            self._end(*words[:-1])
            return ""
        return self.run("tmux", "-u", *words).stdout.rstrip("\n")

    def _end(self, *server: str) -> None:
        """Kill a server and wait until it is gone: while it ends it takes calls, and answers none."""
        words = dict(zip(server[::2], server[1::2], strict=True))
        if pid := _server(Path(words.get("-S", self.sockets / words.get("-L", "default")))):
            os.kill(pid, signal.SIGTERM)  # as kill-server does
            eventually(lambda: has_ended(str(pid)))

    def repository(self, name: str = "app", *, commits: int = 1, under: Path | None = None) -> Path:
        """A new repository with a branch `main` and so many commits, each adding a file."""
        path = (under or self.home / "src") / name
        copies.write(_repository(commits), path)
        return path

    def clone(self, name: str = "app", owner: str = "owner") -> tuple[Path, Path]:
        """A bare repository `<owner>/<name>.git` with one commit, and a clone whose origin it is."""
        home, (seed, bare, local) = _clone()
        changes = {home: str(self.home), STAND_IN: name, OWNER: owner}
        paths = (
            self.home / "seed" / owner / name,
            self.home / "hub" / owner / f"{name}.git",
            self.home / "src" / name,
        )
        for tree, path in zip((seed, bare, local), paths, strict=True):
            copies.write(tree, path, changes)
        return paths[1], paths[2]

    def started(self, *labels: str) -> Path:
        """A new repository `app` with contexts of these labels, as `par start` makes them; its path."""
        self._copy_repeated(_made(_stand_in), labels)
        return self.home / "src/app"

    def apart(self, *labels: str) -> None:
        """Repositories of these names, each with a context of that name in it, as `par start` makes it."""
        self.repeated(_stand_in_apart, *labels)

    def repeated(self, make: Callable[[World], dict[str, Any]], *labels: str) -> None:
        """Have all that `make` makes, with what is called STAND_IN once for each label.

        It returns the record of the context that is called so, the last that it made.
        """
        self._copy_repeated(_made(make), labels)

    def _copy_repeated(self, made: Made, labels: tuple[str, ...]) -> None:
        """Have the context of a stand-in once for each of these labels."""
        assert all(re.fullmatch(r"[\w-]+", each, re.ASCII) for each in labels), "others have other names too"
        record: dict[str, Any] = made.value
        digested = {_digest(f"{made.home}/{name}"): name for name in made.digested if STAND_IN in name}
        each = []
        for label in labels:
            own = {STAND_IN: label, record["operation"]: secrets.token_hex(6)}
            names = {digest: copies.changed(name, own) for digest, name in digested.items()}
            each.append(own | {digest: _digest(f"{self.home}/{name}") for digest, name in names.items()})
        script = [copies.changed(line, one) for one in each for line in made.script]
        tree = copies.repeated(made.tree, (STAND_IN, *digested), each)
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self._copy(made._replace(tree=tree, script=script), {record["created_at"]: now})

    def copied(self, make: Callable[[World], T]) -> T:
        """Let this world have all that `make` makes in a new one; what it returned, in which no path may be.

        It is made once per worker. In panes it may start nothing but shells.
        """
        made = _made(make)
        self._copy(made, {})
        return cast(T, made.value)

    def _copy(self, made: Made, changes: dict[str, str]) -> None:
        digests = {_digest(f"{made.home}/{each}"): _digest(f"{self.home}/{each}") for each in made.digested}
        changes = {made.home: str(self.home), **digests, **changes}
        copies.write(made.tree, self.home, changes)
        if not made.script:
            return
        # Calls that tell of ids tell of those that were given where this one was there first
        around = ("new-session -d -s made cat\n", "kill-session -t =made\n")
        has_ids = any(ID.search(line) for line in made.script)
        first, last = around if has_ids and not _server(self.sockets / "default") else ("", "")
        script = copies.changed("".join([first, *made.script, last]), changes)
        given = {key: value for key, value in self.env.items() if not key.startswith("GIT_")}  # as par does
        # What failed when it was told first fails again
        World(self.home, given).run("tmux", "-u", "start-server", ";", "source-file", "-", text=script)

    @property
    def sockets(self) -> Path:
        """The folder of the sockets of tmux."""
        return Path(self.env["TMUX_TMPDIR"]) / f"tmux-{os.getuid()}"

    def sessions(self) -> list[str]:
        """The names of all tmux sessions, by libtmux: another witness than the calls that par makes."""
        server = libtmux.Server(socket_path=self.sockets / "default")
        return [each.session_name or "" for each in server.sessions]

    def session(self, label: str) -> str:
        """The name of the session of the context called `label`."""
        name: str = self.index["contexts"][label]["session"]
        return name

    def screen(self, target: str) -> str:
        """What the pane at `target` shows."""
        return self.tmux("capture-pane", "-p", "-t", target)

    def worktree(self, label: str) -> Path:
        """The folder of the context called `label`."""
        return Path(self.index["contexts"][label]["root"])

    def branches(self, folder: Path) -> set[str]:
        """The local branches, by GitPython: another witness than the calls that par makes."""
        with git.Repo(folder, expand_vars=False) as repository:
            return {head.name for head in repository.heads}


@contextmanager
def _model() -> Iterator[World]:
    """A world in which something is made that will be copied."""
    with tempfile.TemporaryDirectory(prefix="par-model-", dir=SCRATCH) as home:
        (Path(home) / ".gitconfig").write_text(GIT_CONFIG)
        yield World(Path(home).resolve(), environment(Path(home).resolve()))


@cache
def _repository(commits: int) -> copies.Tree:
    with _model() as world:
        path = world.home / "app"
        path.mkdir()
        world.git(path, "init", "-q")
        world.git(path, "symbolic-ref", "HEAD", "refs/heads/main")  # -b came with git 2.28
        _drop_samples(path / ".git")
        for number in range(commits):
            (path / f"file{number}").write_text(f"content {number}\n")
            world.git(path, "add", ".")
            world.git(path, "commit", "-q", "-m", f"commit {number}")
        return copies.read(path)


def _drop_samples(folder: Path) -> None:
    """Delete git's samples of hooks: more to copy than all the rest."""
    for sample in (folder / "hooks").iterdir():
        sample.unlink()


@cache
def _clone() -> tuple[str, tuple[copies.Tree, ...]]:
    """The home that it was made in, the repository, the bare one and its clone."""
    with _model() as world:
        seed = world.repository(STAND_IN, under=world.home / "seed" / OWNER)
        bare, local = world.home / "hub" / OWNER / f"{STAND_IN}.git", world.home / "src" / STAND_IN
        world.git(world.home, "clone", "-q", "--bare", str(seed), str(bare))
        world.git(world.home, "clone", "-q", str(bare), str(local))
        _drop_samples(bare)
        _drop_samples(local / ".git")
        return str(world.home), (copies.read(seed), copies.read(bare), copies.read(local))


class Made(NamedTuple):
    """What was made in `home`, what tmux was told, and the folders of which digests stand in names."""

    home: str
    tree: copies.Tree
    script: list[str]
    digested: list[str]
    value: Any


@cache
def _made(make: Callable[[World], object]) -> Made:
    with _model() as world, tempfile.TemporaryDirectory(prefix="par-calls-", dir=SCRATCH) as calls:
        world.tmux("new-session", "-d", "-s", "made", "cat")
        copies.record(Path(calls))
        value = make(World(world.home, {**world.env, "PATH": f"{calls}:{world.env['PATH']}"}))
        world.tmux("kill-server")
        if (config := world.home / ".gitconfig").read_text() == GIT_CONFIG:
            config.unlink()  # each world has its own
        tree, folders = copies.read(world.home), (each for each in world.home.rglob("*") if each.is_dir())
        inside = f"{tree.folders} {[each.path for each in tree.files]} {world.data.exists() and world.index}"
        digested = [each for each in folders if _digest(str(each)) in inside]
        names = [str(each.relative_to(world.home)) for each in digested]
        script = [f"{each}\n" for each in copies.recorded(Path(calls))]
        return Made(str(world.home), tree, script, names, value)


def stand_in(world: World, home: Path) -> dict[str, Any]:
    """Start the context that others are copies of; its record."""
    world.ok("start", STAND_IN, cwd=home)
    record: dict[str, Any] = world.index["contexts"][STAND_IN]
    return record


def beside_two_commits(world: World) -> dict[str, Any]:
    """The same in a repository with a commit before the last one."""
    return stand_in(world, world.repository(commits=2))


def _stand_in(world: World) -> dict[str, Any]:
    return stand_in(world, world.repository())


def _stand_in_apart(world: World) -> dict[str, Any]:
    return stand_in(world, world.repository(STAND_IN))


def _digest(path: str) -> str:
    """What stands for a path in names of par's folders."""
    return f"{zlib.crc32(path.encode()):08x}"


def _server(path: Path) -> int:
    """The process of the server that listens on a socket; 0 where there is none."""
    if not hasattr(socket, "SO_PEERCRED"):  # as on macOS
        asked = ["tmux", "-S", str(path), "display-message", "-p", "#{pid}"]
        return int(subprocess.run(asked, capture_output=True, text=True, check=False).stdout or 0)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return int(struct.unpack("3i", told)[0])
    except OSError:
        return 0


@cache
def _parent() -> Parent:
    """The par that the calls of this process are forks of."""
    parent = Parent(ROOT / "python", environment(Path("/")))
    atexit.register(parent.end)
    return parent


@cache
def forked_python(source: Path = ROOT / "python") -> str:
    """What PAR_PYTHON may be, for the scripts/par beside `source`, where nobody looks at the start of par.

    The par of keys, popups and hosts is a fork then; `forked.py` says when it is one.
    """
    return str(_parent().write_python(source))


@cache
def _shell() -> str:
    """A shell for panes that reads no start files, as tmux's login shells would: most of what they cost."""
    folder = tempfile.TemporaryDirectory(prefix="par-shell-", dir=SCRATCH)
    atexit.register(folder.cleanup)
    shell = Path(folder.name, "sh")
    shell.write_text('#!/bin/sh\nexec /bin/sh "$@"\n')
    shell.chmod(0o755)
    return str(shell)


def environment(home: Path) -> dict[str, str]:
    """What every program in a sealed world finds in its environment."""
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "LANG", "TERM"}}
    return {
        **kept,
        "HOME": str(home),
        "TMUX_TMPDIR": str(home),
        "LC_ALL": "C.UTF-8",
        "SHELL": _shell(),
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
        for path in home.glob("tmux-*/*"):
            if pid := _server(path):
                os.kill(pid, signal.SIGTERM)
        for each in [each for each in Terminal.all if each.home == home]:
            each.end()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def world() -> Iterator[World]:
    with sealed_world() as made:
        yield made


@pytest.fixture
def two(world: World) -> World:
    """The contexts one and two in a repository."""
    world.started("one", "two")
    return world


class Terminal:
    """A person at a terminal: an outer tmux server whose one pane shows what is run in it.

    One client in control mode asks it everything: a process for each look at the screen would be dear.
    """

    all: ClassVar[list[Terminal]] = []

    def __init__(self, world: World, columns: int = 120, lines: int = 30, name: str = "outer") -> None:
        self.home = world.home
        size, program = ("-x", str(columns), "-y", str(lines)), "exec env -u TMUX -u TMUX_PANE sh"
        self._client = subprocess.Popen(
            [
                "tmux",
                "-u",
                "-L",
                name,
                "-f",
                "/dev/null",
                "-C",
                "new-session",
                "-f",
                "no-output",
                *size,
                program,
            ],
            cwd=world.home,
            env=world.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.all.append(self)
        self._answer()
        self._tmux("set-option", "-g", "status", "off")
        self._tmux("resize-window", *size)  # else it is as large as the client, which has no size
        self.tty = self._tmux("display-message", "-p", "#{pane_tty}").rstrip("\n")
        eventually(lambda: "$" in self.screen(), "a shell prompt")

    def _tmux(self, *words: str) -> str:
        """Run a command; what it prints, '' where it fails or the terminal has ended."""
        assert self._client.stdin
        quoted = " ".join(f'"{each.translate(copies.ESCAPES)}"' for each in words)
        with suppress(BrokenPipeError):
            self._client.stdin.write(f"{quoted}\n".encode("utf-8", "surrogateescape"))
            self._client.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        """The answer to the oldest command without one; what tmux tells between answers is skipped."""
        assert self._client.stdout
        begin = next((line for line in self._client.stdout if line.startswith(b"%begin ")), b"")
        ends = {begin.replace(b"%begin", end) for end in (b"%end", b"%error")}
        lines = iter(self._client.stdout.readline, b"")
        said, end = [], b""
        for line in lines:
            if line in ends:
                end = line
                break
            said.append(line)
        return b"".join(said).decode("utf-8", "surrogateescape") if end.startswith(b"%end") else ""

    def end(self) -> None:
        """Take the terminal away, whether it still runs or not."""
        self.all.remove(self)
        self._client.kill()
        self._client.communicate()

    def type(self, text: str) -> None:
        """Type `text` and Enter."""
        self._tmux("send-keys", "-l", "--", text)
        self._tmux("send-keys", "Enter")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names for them."""
        self._tmux("send-keys", *keys)

    def screen(self, *, colours: bool = False) -> str:
        return self._tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def wait(self, text: str) -> str:
        """Wait until `text` is on the screen, and no more is being drawn; the screen."""
        try:
            eventually(lambda: text in self.screen())
        except AssertionError:
            raise AssertionError(f"{text!r} did not come; the screen is:\n{self.screen()}") from None
        screen = self.screen()
        for _ in range(20):  # what moves for ever would never be at rest
            time.sleep(0.01)
            was, screen = screen, self.screen()
            if was == screen:
                break
        return screen

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

"""Calls of par as forks of one that has imported itself: two thirds of a call are Python's own start.

Each call is a process of its own, with its own words, folder, environment and streams. What a process
settles when it starts (its locale, mostly) is that of the first: a call that changes that needs a start.
"""

from __future__ import annotations

import gc
import importlib
import io
import marshal
import os
import pickle
import pkgutil
import resource
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

import doom
from scratch import SCRATCH

PARTS = ("cli", "commands", "doctor")
# What is run first: what Python notes in code as that runs would be noted, and copied, in each call
EXAMPLES = (["labels"], ["ls"], ["trash", "--json"]) * 3
# What many calls import late
OTHERS = ("difflib", "hashlib", "pty", "yaml", "par.config.layouts", "par.config.schema", "par.git.progress")
SECONDS = 60.0


class Call(NamedTuple):
    """The words after `par`, and where it runs with which environment.

    No file it writes can become larger than a `limit`. One that `is_apart` has a process group of its own.
    """

    words: tuple[str, ...]
    folder: str
    environment: dict[str, str]
    doom: doom.Doom | None = None
    tracer: tuple[str, ...] = ()
    limit: int = 0
    is_apart: bool = False


# What a call of forked.py begins with
FORKED = b"m"
# What a process takes from its environment only when it starts
SETTLED = ("LC_ALL", "LANG", "PYTHONPATH", "TZ")


class Parent:
    """A par that waits at `socket`, started with `environment`."""

    def __init__(self, source: Path, environment: dict[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="par-forks-", dir=SCRATCH)
        self._socket = Path(self._folder.name, "socket")
        self._environment, self._pythons = environment, 0
        entry = "import sys; sys.path[:0] = sys.argv[1:3]; import forks; forks.serve(sys.argv[3])"
        words = (
            sys.executable,
            "-I",
            "-c",
            entry,
            str(source),
            str(Path(__file__).parent),
            str(self._socket),
        )
        self._process = subprocess.Popen(
            words, env=environment, cwd="/", stdin=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + SECONDS
        while not self._socket.exists():
            assert self._process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def run(self, call: Call, text: str | None) -> tuple[int, str, str]:
        """Run par; its exit status (negative: the signal that ended it) and both streams."""
        with ExitStack() as stack:
            streams = [stack.enter_context(tempfile.TemporaryFile(dir=SCRATCH)) for _ in range(3)]
            streams[0].write((text or "").encode("utf-8", "surrogateescape"))
            streams[0].seek(0)
            connection = stack.enter_context(self._called(call, [each.fileno() for each in streams]))
            _, status = stack.enter_context(connection.makefile())
            return int(status), _content(streams[1]), _content(streams[2])

    def begin(self, call: Call) -> Running:
        """Begin to run par, with nothing on its standard input."""
        (stdout, out), (stderr, err) = os.pipe(), os.pipe()
        with Path(os.devnull).open() as nothing:
            connection = self._called(call, [nothing.fileno(), out, err])
        os.close(out)
        os.close(err)
        return Running(connection, stdout, stderr)

    def write_python(self, source: Path) -> Path:
        """A program that is a Python for the scripts/par beside `source`, a par like this one (forked.py)."""
        settled = {each.encode(): self._bytes(each) for each in SETTLED}
        call = f"forked.main({sys.executable!r}, {str(source)!r}, {str(self._socket)!r}, {settled!r})"
        code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import forked; {call}"
        self._pythons += 1
        program = Path(self._folder.name, f"python{self._pythons}")
        program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-I", "-S", "-c", code])} "$@"\n')
        program.chmod(0o755)
        return program

    def _bytes(self, variable: str) -> bytes | None:
        return os.fsencode(self._environment[variable]) if variable in self._environment else None

    def _called(self, call: Call, streams: Sequence[int]) -> socket.socket:
        """A connection that brings the id of a call's process and, when that has ended, its status."""
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        connection.connect(str(self._socket))
        socket.send_fds(connection, [b"."], streams)
        connection.sendall(pickle.dumps(call))
        connection.shutdown(socket.SHUT_WR)
        return connection

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


class Running:
    """A call that runs on its own: what tests need of a subprocess.Popen, which is for children only."""

    def __init__(self, connection: socket.socket, stdout: int, stderr: int) -> None:
        self._connection = connection
        self._said = connection.makefile()
        self.pid = int(self._said.readline())
        self.returncode: int | None = None
        self.stdout, self.stderr = (
            os.fdopen(each, encoding="utf-8", errors="surrogateescape") for each in (stdout, stderr)
        )

    def wait(self, timeout: float = SECONDS) -> int:
        """Wait for its end; its status."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            with self._connection, self._said:
                self.returncode = int(self._said.readline())
        return self.returncode

    def poll(self) -> int | None:
        """Its status, if it has ended."""
        has_ended = self.returncode is not None or select.select([self._connection], [], [], 0)[0]
        return self.wait() if has_ended else None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float = SECONDS) -> tuple[str, str]:
        """Wait for its end; what it said, and nobody has read, on both streams."""
        with ThreadPoolExecutor(2) as pool, self.stdout, self.stderr:
            said = [pool.submit(each.read) for each in (self.stdout, self.stderr)]
            self.wait(timeout)
            return said[0].result(timeout), said[1].result(timeout)


def _content(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def serve(path: str) -> None:
    """Answer calls for ever; in the process of a call this runs par and does not return."""
    _load()
    ended, child_ended = os.pipe()
    os.set_blocking(child_ended, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(child_ended)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path + ".new")
    listener.listen(100)
    Path(path + ".new").rename(path)
    running: dict[int, socket.socket] = {}
    callers: dict[socket.socket, int] = {}
    while True:
        waited: list[Any] = [listener, ended, *callers]
        ready = select.select(waited, [], [])[0]
        for connection in callers.keys() & {*ready}:  # killed: so would its par have been
            os.kill(callers.pop(connection), signal.SIGKILL)
        if listener in ready:
            connection, _ = listener.accept()
            with suppress(EOFError, OSError):  # of one that was killed as it called, or before it was told
                pid, is_forked = _begun(connection)
                running[pid] = connection
                if is_forked:
                    callers[connection] = pid
                connection.sendall(f"{pid}\n".encode())
        if ended in ready:
            os.read(ended, 1000)
            for pid, status in _reaped(running):
                callers.pop(running[pid], None)
                with running.pop(pid) as connection, suppress(OSError):
                    connection.sendall(f"{status}\n".encode())


def _load() -> None:
    """Import what calls import, run some where nothing is, and have as little memory copied as can be.

    What is made once in a process (click's commands, patterns) is not made by each call then.
    """
    for name in OTHERS:
        importlib.import_module(name)
    for part in PARTS:
        package = importlib.import_module(f"par.{part}")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    main = importlib.import_module("par.cli.main").par.main
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for words in EXAMPLES:
            main([*words], "par", standalone_mode=False)
    gc.collect()
    gc.freeze()


def _reaped(running: Container[int]) -> Iterator[tuple[int, int]]:
    """The calls that have ended, and how."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def _begun(connection: socket.socket) -> tuple[int, bool]:
    """The id of the process of a call, which runs from now on; whether it is one of forked.py."""
    kind, streams, _, _ = socket.recv_fds(connection, 1, 3)
    try:
        is_forked = kind == FORKED
        call = _forked_call(connection) if is_forked else _call(connection)
        pid = os.fork()
        if pid == 0:
            _run(call, streams)
        return pid, is_forked
    finally:
        for stream in streams:
            os.close(stream)


def _call(connection: socket.socket) -> Call:
    pieces = iter(lambda: connection.recv(65536), b"")
    call: Call = pickle.loads(b"".join(pieces))
    return call


def _forked_call(connection: socket.socket) -> Call:
    with connection.makefile("rb") as said:
        words, folder, environment = marshal.loads(said.read(int.from_bytes(said.read(4), "big")))
    decoded = {os.fsdecode(key): os.fsdecode(value) for key, value in environment.items()}
    return Call(tuple(words), folder, decoded, is_apart=True)


def _become(tracer: Sequence[str]) -> None:
    """Become strace, which may always attach itself to a child, and go on in that as soon as it has."""
    parent = os.getpid()
    if child := os.fork():
        os.execvp(tracer[0], [*tracer, "-p", str(child)])
    while "TracerPid:\t0\n" in Path("/proc/self/status").read_text():
        assert os.getppid() == parent
        time.sleep(0.001)


def _run(call: Call, streams: Sequence[int]) -> NoReturn:
    import par.__main__

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(call.environment)
    os.chdir(call.folder)
    sys.argv[1:] = call.words
    if call.is_apart:
        os.setsid()
    if call.limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (call.limit, call.limit))
    if call.tracer:
        _become(call.tracer)
    if call.doom:
        doom.await_(call.doom, call.environment["HOME"])
    status = 1
    try:
        status = par.__main__.main()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # to clean up takes as long as the rest

"""Other machines: a real sshd on loopback, in which each key is a host with a home of its own."""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path, PurePath

import psutil
import pytest

import copies
from conftest import ROOT, World, eventually, forked_python, sealed_world
from par.hosts import parcel
from scratch import SCRATCH

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
needed = pytest.mark.skipif(not (SSHD and shutil.which("ssh")), reason="needs OpenSSH's client and server")
SERVER = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile {folder}/pid
PermitUserEnvironment yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
StrictModes no
UsePAM no
PrintMotd no
MaxStartups 100
# The default of newer ones takes two thirds of what a connection costs
KexAlgorithms curve25519-sha256
"""
CLIENT = """
Include {folder}/hosts
Host *
  HostName 127.0.0.1
  Port {port}
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  StrictHostKeyChecking yes
"""


class Machines:
    """The machines that a world reaches by ssh: `worlds` are theirs, by name. `folder` has sshd's files."""

    def __init__(self, home: World, folder: Path) -> None:
        self.home, self.folder = home, folder
        self.worlds: dict[str, World] = {}
        self.port = _free_port()
        self._key("host_key")
        host_key = (folder / "host_key.pub").read_text()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host_key}")
        (folder / "server").write_text(SERVER.format(port=self.port, folder=folder))
        (folder / "client").write_text(CLIENT.format(port=self.port, folder=folder))
        programs = home.home / "programs"
        programs.mkdir()
        # ssh asks the system for the home folder, not HOME: this one has the tests' configuration
        (programs / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/client "$@"\n')
        (programs / "ssh").chmod(0o755)
        home.env["PATH"] = f"{programs}:{home.env['PATH']}"
        self._sshd = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        assert SSHD
        words = [SSHD, "-D", "-E", f"{self.folder}/log", "-f", f"{self.folder}/server"]
        started = subprocess.Popen(words, cwd="/")
        eventually((self.folder / "pid").exists, "sshd")
        return started

    def end(self) -> None:
        """End sshd and every connection to it."""
        self.cut()
        self._sshd.terminate()
        self._sshd.wait()

    def cut(self) -> None:
        """Cut every connection."""
        for pid in self.connections():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def connections(self) -> list[int]:
        """The processes of sshd that serve a connection."""
        if self._sshd.poll() is not None:
            return []
        return [each.pid for each in psutil.Process(self._sshd.pid).children()]

    def add(self, name: str, world: World, command: str = "", **env: str) -> None:
        """From now on `ssh name` reaches `world`, with more `env`; sshd runs `command`, if there is one.

        Where par was put before, its calls are forks.
        """
        key = self._key(f"key-{name}")
        self.worlds[name] = world
        self.configure(f"Host {name}\n  IdentityFile {key}\n")
        source = world.data / "remote" / _version() / "python"
        python = forked_python(source) if source.exists() else sys.executable
        given = {**world.env, "PAR_PYTHON": python, **env}
        options = [f'environment="{each}={value}"' for each, value in given.items() if '"' not in value]
        if command:
            escaped = command.replace('"', '\\"')
            options.append(f'command="{escaped}"')
        public = key.with_suffix(".pub").read_text()
        with (self.folder / "authorized_keys").open("a") as keys:
            keys.write(f"{','.join(options)} {public}")

    def configure(self, text: str) -> None:
        """Write more into the ssh_config of whoever uses these machines."""
        with (self.folder / "hosts").open("a") as hosts:
            hosts.write(text)

    def _key(self, name: str) -> Path:
        path = self.folder / name
        for file, text in zip((path, path.with_suffix(".pub")), _key_pair(name), strict=True):
            file.write_text(text)
            file.chmod(0o600)
        return path


@cache
def _key_pair(name: str) -> tuple[str, str]:
    """A private key and its public one, the same for all tests of a worker."""
    with tempfile.TemporaryDirectory(prefix="par-key-", dir=SCRATCH) as folder:
        path = Path(folder, "key")
        words = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path))
        subprocess.run(words, check=True)
        return path.read_text(), path.with_suffix(".pub").read_text()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(home: World) -> Iterator[Machines]:
    """An sshd that no machine is reached by yet."""
    folder = Path(tempfile.mkdtemp(prefix="par-sshd-", dir=SCRATCH)).resolve()
    made = Machines(home, folder)
    try:
        yield made
    finally:
        made.end()
        shutil.rmtree(folder)


def put_par(world: World) -> None:
    """Put this par into `world`, where `par host add` does, with the byte code that this one has.

    Without it each test would compile par over there: half of what it costs.
    """
    remote = world.data / "remote"
    remote.mkdir(mode=0o700, parents=True)
    copies.write(_copy(), remote / _version())


def know(world: World, *names: str) -> None:
    """Let the par of `world` know hosts that have par, as `par host add` leaves them: a call there less."""
    config = world.home / ".config/par/config.yaml"
    config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    config.write_text("".join(["hosts:\n", *(f"  {name}: {name}\n" for name in names)]))


@cache
def _version() -> str:
    return parcel._digest()  # as its version(), which would keep it in the home of whoever runs the tests


@cache
def _copy() -> copies.Tree:
    with tarfile.open(fileobj=io.BytesIO(parcel.packed())) as archive:
        entries = [(each.name, each.mode, archive.extractfile(each)) for each in archive]
        files = [copies.File(name, mode, 0, file.read()) for name, mode, file in entries if file]
    files += [code for each in files for code in _byte_code(each)]
    folders = {str(folder) for each in files for folder in PurePath(each.path).parents} - {"."}
    return copies.Tree([("", 0o700), *((each, 0o700) for each in sorted(folders))], files, [])


def _byte_code(file: copies.File) -> Iterator[copies.File]:
    """The byte code of this par's own file, as that of a file as old as tar leaves it."""
    here = ROOT / file.path
    code = Path(cache_from_source(str(here)))
    if here.suffix != ".py" or not code.exists():
        return
    magic, flags, changed, size, rest = struct.unpack(f"<4s3I{code.stat().st_size - 16}s", code.read_bytes())
    if (flags, changed, size) == (0, int(here.stat().st_mtime), len(file.content)):
        content = struct.pack("<4s3I", magic, 0, file.time, size) + rest
        yield copies.File(cache_from_source(file.path), 0o600, 0, content)


@pytest.fixture
def machines(world: World) -> Iterator[Machines]:
    """A machine `build1` that `world` reaches by ssh; par was put there before, but `world` does not know."""
    with running(world) as made, sealed_world() as build1:
        put_par(build1)
        made.add("build1", build1)
        yield made


@pytest.fixture
def new_machines(world: World) -> Iterator[Machines]:
    """As `machines`, but par was never there."""
    with running(world) as made, sealed_world() as build1:
        made.add("build1", build1)
        yield made

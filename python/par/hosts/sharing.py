"""One connection for all that is asked of a host: ssh's own multiplexing, unless the user has set it up."""

import os
import stat
import subprocess
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from par.config.hosts import Host
from par.state import host_rows, paths

# A socket's path has 104 bytes on macOS, and ssh binds it under a name that is 17 longer
MOST_BYTES = 104 - 17 - 1
PERSIST_SECONDS = 600
# A connection that died is noticed, as when the laptop wakes up, also by one that another ssh made itself
ALIVE = ("ServerAliveInterval=10", "ServerAliveCountMax=2")
# The ports that the user's ssh_config forwards are for the user's own ssh to take
OWN_PORTS = "ClearAllForwardings=yes"


def options(host: Host) -> list[str]:
    """The options of ssh that share a connection; none where the user's ssh_config has its own.

    ssh itself is asked for that only while par has no connection. Raises FileNotFoundError without ssh.
    """
    path = socket(host)
    if path is None:
        return []
    alive: tuple[str, ...] = ALIVE
    if not path.exists():
        said = _settings(host)
        if said.get("controlpath", "none") != "none" or said.get("controlmaster", "false") != "false":
            return []
        if said.get("serveraliveinterval", "0") != "0":
            alive = ()
    return spelled(*alive, "ControlMaster=auto", f"ControlPersist={PERSIST_SECONDS}", OWN_PORTS, named(path))


def unasked(host: Host) -> list[str]:
    """The options with which ssh never asks, does not wait for long, and runs only what par wants."""
    return spelled("BatchMode=yes", f"ConnectTimeout={host.timeout}", "RemoteCommand=none")


def spelled(*options: str) -> list[str]:
    """Options of ssh_config as words of its command line."""
    return [word for each in options for word in ("-o", each)]


def close(host: Host, kind: str = "") -> None:
    """End the connection that par shares, if there is one; or the one of that `kind`."""
    path = socket(host, kind)
    if path and path.exists():
        words = ("ssh", "-O", "exit", *spelled(named(path)), "--", host.destination)
        with suppress(subprocess.TimeoutExpired):  # it is stopped, and nobody needs it any more
            subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=5)


def named(path: Path) -> str:
    """The option of ssh that names the socket of a connection."""
    escaped = str(path).replace("%", "%%")
    return f'ControlPath="{escaped}"'


def socket(host: Host, kind: str = "") -> Path | None:
    """Where the connection is shared, or the one of that `kind`; None where there is no safe place for it."""
    name = f"{crc32(host.destination.encode()):08x}{kind}"
    for folder in (paths.hosts(), Path(f"/tmp/par-{os.getuid()}")):
        path = folder / name
        # ssh reads more in a name with one of these
        if len(os.fsencode(path)) <= MOST_BYTES and not set('"\\$') & set(str(path)) and _is_own(folder):
            return path
    return None


def _is_own(folder: Path) -> bool:
    """Whether `folder` is there, or could be made, and is nobody else's to use."""
    try:
        if folder == paths.hosts():
            host_rows.folder()
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _settings(host: Host) -> dict[str, str]:
    """What the user's ssh_config says for a host."""
    words = ("ssh", "-G", "--", host.destination)
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = done.stdout.decode("utf-8", "replace")  # a path in it may be in any encoding
    return dict(line.split(" ", 1) for line in said.splitlines() if " " in line)

"""A Python for scripts/par whose par is a fork of a loaded one (forks.py) where a key, popup or host calls.

All else becomes a Python of its own: what a person types, what is of another copy of par or has another
locale than the forks, and what another machine shows on a terminal. It imports only what costs nothing.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import posix
import sys

CALLERS = ("-S", "--words")  # the scripts of the plugin, and scripts/remote.sh
# From a terminal they come to all that is in its foreground, of which a fork is not
BY_KEYS = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT)


def main(python: str, source: str, path: str, settled: dict[bytes, bytes | None]) -> None:
    """Be `python` with the words of sys.argv, by a fork of the par of `source` that waits at `path`.

    `settled` is what that has of the environment that a process takes only when it starts.
    """
    words = sys.argv[1:]
    if _is_for_fork(words, source, settled) and (connection := _connected(path)):
        _end_as(_status(connection, words[5:]))
    posix.execv(python, [python, *words])


def _is_for_fork(words: list[str], source: str, settled: dict[bytes, bytes | None]) -> bool:
    if words[:2] != ["-I", "-c"] or not words[5:] or words[5] not in CALLERS:
        return False
    environment: dict[bytes, bytes] = posix.environ
    if any(environment.get(each) != value for each, value in settled.items()):
        return False
    try:
        ours, theirs = posix.stat(source), posix.stat(words[3])
    except OSError:
        return False
    is_shown = words[5] == "--words" and posix.isatty(0)
    return (ours.st_dev, ours.st_ino) == (theirs.st_dev, theirs.st_ino) and not is_shown


def _connected(path: str) -> _socket.socket | None:
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError:
        return None
    return connection


def _status(connection: _socket.socket, words: list[str]) -> int:
    """The exit status of par with these words, with the folder, environment and streams of this process."""
    call = marshal.dumps((words, posix.getcwd(), posix.environ))
    streams = b"".join(each.to_bytes(4, sys.byteorder) for each in range(3))
    connection.sendmsg([b"m"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
    connection.sendall(len(call).to_bytes(4, "big") + call)
    pid = int(_line(connection))

    def forward(number: int, _frame: object) -> None:
        (posix.killpg if number in BY_KEYS else posix.kill)(pid, number)

    for number in (*BY_KEYS, _signal.SIGTERM):
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, forward)
    return int(_line(connection))


def _line(connection: _socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1), b"\n"))


def _end_as(status: int) -> None:
    """End as a process did; a negative status is the signal that ended it."""
    if status < 0:
        _signal.signal(-status, _signal.SIG_DFL)
        posix.kill(posix.getpid(), -status)
    posix._exit(status)

"""Showing a session to the person at the keyboard: switching a client, or attaching one."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from par import names
from par.errors import CommandError, ConflictError, UsageError
from par.tmux import server
from par.tmux.sockets import default_socket

SHOWN_MILLISECONDS = 3000


def check_can_show(socket: Path) -> None:
    """Raise the error that says why no session of the server at `socket` can be shown here."""
    if os.environ.get("TMUX"):
        if default_socket().resolve() != socket.resolve():
            hint = f"detach, then run par again, or: tmux detach-client -E 'tmux -S {socket} attach-session'"
            raise ConflictError(f"this terminal is inside another tmux server than {socket}", hint=hint)
    elif not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("not a terminal: there is no tmux client to show a session in", hint="par ls")


def show(socket: Path, session_id: str, client: str | None = None) -> None:
    """Switch the caller's client, or the one named `client`, to a session; outside tmux attach.

    Attaching replaces this process: it does not return. Raises CommandError.
    """
    target = f"{session_id}:"
    if client or os.environ.get("TMUX"):
        pinned = ("-c", client) if client else ()
        server.run(socket, "switch-client", *pinned, "-t", target)
        return
    sys.stdout.flush()
    environment = server.environment()
    if "SSH_TTY" in environment:
        environment["TERM"] = _known_here(environment.get("TERM", ""))
    try:
        os.execvpe("tmux", server.argv(socket, "attach-session", "-t", target), environment)
    except OSError as error:
        raise CommandError(f"tmux cannot be started: {error.strerror}") from error


def showing(socket: Path, session_id: str) -> list[str]:
    """The names of the clients that show a session."""
    listed = server.attempt(socket, "list-clients", "-t", f"{session_id}:", "-F", "#{client_name}")
    return names.lines(listed.stdout)


def say(socket: Path, clients: Iterable[str], text: str) -> None:
    """Show `text` in the status lines of clients, as far as they are still there; tmux 3.2 shows nothing."""
    # By way of an option: in the text itself tmux would expand formats
    shown = server.script([("set-option", "-g", "@_par_message", server.line(text))])
    how = ("display-message", "-d", str(SHOWN_MILLISECONDS))
    each = [server.script([(*how, "-c", client, "#{q/e:@_par_message}")]) for client in clients]
    server.attempt_each(socket, [shown, *each])


def _known_here(terminal: str) -> str:
    """`terminal`, or where this machine has no such description what comes near and every one has."""
    try:
        done = subprocess.run(["infocmp", terminal], capture_output=True, check=False)
    except OSError:
        return terminal
    usual = "screen-256color" if terminal.startswith(("tmux", "screen")) else "xterm-256color"
    return usual if done.returncode else terminal


def last_session(socket: Path) -> str:
    """The name of the session that the caller's client showed before this one, or ''."""
    asked = ("display-message", "-p", "#{client_last_session}")
    return server.attempt(socket, *asked).stdout.rstrip("\n") if os.environ.get("TMUX") else ""

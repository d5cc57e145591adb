"""The local sessions that show contexts of hosts: the one pane of each runs `attach.sh`.

They are no contexts: their mark is one that nothing else counts or looks for.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from par import names
from par.errors import CommandError
from par.state import paths
from par.tmux import server
from par.tmux.sessions import NAME

ATTACH = Path(__file__).with_name("attach.sh")
# Of its window: one that stayed after its program would have to be closed by hand
OWN_WINDOW = ("remain-on-exit", "pane-border-status", "automatic-rename", "allow-rename")
FIELDS = ("#{session_id}", NAME, "#{@par_remote}", "#{session_last_attached}", "#{@par_data}")


class Shown(NamedTuple):
    """A session that shows the context `target`, HOST:LABEL; of any other session that is empty."""

    id: str
    name: str
    target: str
    last_attached: int


def every(socket: Path) -> tuple[Shown, ...]:
    """All sessions of the server at `socket`, none where no server runs. Raises CommandError.

    One of a par with another data folder shows nothing of this one's.
    """
    outcome = server.attempt(socket, "list-sessions", "-F", "\t".join(FIELDS))
    if outcome.status and not outcome.is_absent:
        raise CommandError(f"tmux list-sessions: {outcome.stderr.strip()}")
    rows = [line.split("\t") for line in names.lines(outcome.stdout)]
    return tuple(_shown(row) for row in rows if len(row) == len(FIELDS))


def _shown(row: list[str]) -> Shown:
    id_, name, target, last_attached, data = row
    return Shown(id_, name, "" if paths.is_anothers(Path(data)) else target, int(last_attached or 0))


def create(socket: Path, target: str, words: Sequence[str], taken: Sequence[str]) -> str:
    """Make a session that runs `words`, the ssh to the context `target`; its id. Raises CommandError.

    Nothing of it hides what is shown: no status line, and a pane without a border. `taken` are the names of
    sessions that there are.
    """
    host, _, label = target.partition(":")
    name = names.free(names.session_name(f"{host}-{label}"), frozenset(taken))
    at = f"={name}:"
    commands = [
        ("new-session", "-d", "-s", name, "-n", names.plain(label), "sh", str(ATTACH), host, *words),
        server.stays(at),
        ("set-option", "-t", at, "@par_remote", server.line(target)),
        ("set-option", "-w", "-t", at, "@par_shows", server.line(target)),
        ("set-option", "-t", at, "@par_data", server.line(str(paths.data()))),
        ("set-option", "-t", at, "status", "off"),
        *(("set-option", "-w", "-t", at, option, "off") for option in OWN_WINDOW),
        ("display-message", "-p", "-t", at, "#{session_id}"),
    ]
    return server.start_script(socket, commands, server.home()).strip()

"""`par hooks`: let a coding agent say what it does, by hooks in the user's own settings of that agent."""

from pathlib import Path
from typing import NamedTuple

from par.config import agent_hooks, coding_agents
from par.config.coding_agents import AGENTS, Agent
from par.errors import ConfigError, NotFoundError, StateError
from par.names import visible
from par.system import files
from par.tmux import agents

NAMES = tuple(AGENTS)
PLUGIN = Path(agent_hooks.__file__).with_name("opencode_plugin.js")


class Change(NamedTuple):
    """A settings file before and after; None where it is not there. `path` is what its link leads to."""

    agent: Agent
    path: Path
    before: str | None
    after: str | None

    @property
    def is_one(self) -> bool:
        return self.before != self.after

    @property
    def backup(self) -> Path | None:
        """Where the file is kept as it was before par's first entry; None where it is not for that."""
        is_first = (
            self.before is not None and self.agent.events and not agent_hooks.found(self.path, self.before)
        )
        return _backup(self.path) if is_first else None


def plan(name: str, with_hooks: bool) -> Change:
    """What `install` changes for the agent called `name`, or `uninstall`. Raises every refusal."""
    agent = AGENTS[name]
    path, before = _read(agent)
    if not agent.events:
        after = _plugin() if with_hooks else None if before == _plugin() or _is_ours(before) else before
        if with_hooks and before is not None and not _is_ours(before):
            raise ConfigError(f"'{visible(str(path))}' is not par's", hint=f"mv {path} {path}.mine")
        return Change(agent, path, before, after)
    entries = agent.entries(agents.SCRIPT)
    there = agent_hooks.found(path, before or "")
    if with_hooks and sorted(there) == sorted(entries):
        return Change(agent, path, before, before)
    text = agent_hooks.without(path, before) if there and before else before
    if with_hooks:
        start = text if text and text.strip() else "{}\n"
        return Change(agent, path, before, agent_hooks.with_entries(path, start, agent, entries))
    if there and text is not None and text.strip() == "{}":
        text = _before_par(path, text)
    return Change(agent, path, before, text)


def _before_par(path: Path, empty: str) -> str | None:
    """The text of a file that is `empty` without par's hooks as it was before them; None if par made it."""
    if not _backup(path).exists():
        return None
    backup = files.content(_backup(path)).decode("utf-8", "replace")
    return empty if backup.strip() else backup


def run(change: Change) -> None:
    """Make the change. Raises StateError.

    What was there before par came is kept as one backup, until the file is that again.
    """
    path = change.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if change.before is not None else 0o666
        if change.backup and change.before is not None:
            files.write(path.parent, change.backup.name, change.before.encode(), mode)
        if change.after is None:
            path.unlink()
            return
        files.write(path.parent, path.name, change.after.encode(), mode)
        if (
            not change.backup
            and _backup(path).exists()
            and _backup(path).read_bytes() == change.after.encode()
        ):
            _backup(path).unlink()
    except OSError as error:
        message = f"'{visible(str(path))}' cannot be written: {error.strerror or error}"
        raise StateError(message, hint=f"ls -l {path}") from error


class Standing(NamedTuple):
    """Whether an agent has par's hooks, as they are to be: `state` is installed, outdated or absent."""

    name: str
    path: Path
    state: str


def standing(name: str) -> Standing:
    """How it is with the agent called `name`. Raises ConfigError where its file cannot be understood."""
    agent = AGENTS[name]
    path, text = _read(agent)
    if not agent.events:
        state = "installed" if text == _plugin() else "outdated" if _is_ours(text) else "absent"
        return Standing(name, path, state)
    there = sorted(agent_hooks.found(path, text or ""))
    wanted = sorted(agent.entries(agents.SCRIPT))
    return Standing(name, path, "installed" if there == wanted else "outdated" if there else "absent")


def line() -> str:
    """What an agent that par does not know can run in a hook."""
    return coding_agents.command(agents.SCRIPT, "waiting")


def _read(agent: Agent) -> tuple[Path, str | None]:
    path = agent.path
    try:
        place = path.resolve()
        if path.is_symlink() and not place.exists():
            raise NotFoundError(f"'{visible(str(path))}' is a link to nothing", hint=f"ls -l {path}")
        return place, files.content(place).decode() if place.exists() else None
    except UnicodeDecodeError as error:
        line = bytes(error.object).count(b"\n", 0, error.start) + 1
        message = f"'{visible(str(path))}' cannot be understood: line {line}: it is not UTF-8"
        raise ConfigError(message, hint=f"edit {path}") from error
    except OSError as error:
        message = f"'{visible(str(path))}' cannot be read: {error.strerror or error}"
        raise StateError(message, hint=f"ls -l {path}") from error


def _plugin() -> str:
    escaped = str(agents.SCRIPT).replace("\\", "\\\\").replace('"', '\\"')
    return PLUGIN.read_text("utf-8").replace("@STATE@", escaped)


def _is_ours(text: str | None) -> bool:
    return text is not None and text.partition("\n")[0] == PLUGIN.read_text("utf-8").partition("\n")[0]


def _backup(path: Path) -> Path:
    return path.with_name(f"{path.name}.before-par")

"""The plugin as a user has it: a tmux.conf that runs par.tmux, a server that read it, and terminals."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conftest import ROOT, Result, Terminal, World, eventually, forked_python

PREFIX = "C-b"
MARK = "#{q:@_par_root}/scripts/"


@dataclass
class Plugin:
    """A tmux server of `world` whose tmux.conf runs the plugin, with a session `home` in `folder`.

    `before` and `after` are what the user wrote around the line of the plugin.
    """

    world: World
    root: Path = ROOT
    server: str = "default"
    folder: Path | None = None
    columns: int = 120
    lines: int = 30
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=lambda: {"PAR_PYTHON": forked_python()})
    terminals: dict[str, Terminal] = field(default_factory=dict)

    @property
    def conf(self) -> Path:
        return self.world.home / ".tmux.conf"

    def write(self) -> None:
        """Write tmux.conf. The path of the plugin is in a variable, so that it may hold anything."""
        load = "run-shell '\"$PLUGIN/par.tmux\"'"
        # Keys that come faster than a person types would be taken for a paste, and no prefix; and for half a
        # second Escape for the begin of another key
        begin = ("set -g assume-paste-time 0", "set -s escape-time 20")
        lines = (*begin, *self.before, load, *self.after, "")
        self.conf.write_text("\n".join(lines))

    def start(self) -> Plugin:
        """Start the server, as `tmux` typed at a shell does."""
        self.write()
        size = ("-x", str(self.columns), "-y", str(self.lines), "-c", str(self.folder or self.world.home))
        env = {"PLUGIN": str(self.root), **self.variables}
        words = ("tmux", "-u", "-L", self.server, "new-session", "-d", "-s", "home", *size, "sh")
        done = self.world.run(*words, cwd=None, text=None, **env)
        assert done.status == 0, done
        return self

    def reload(self, *before: str, after: tuple[str, ...] = ()) -> None:
        """Change what the user wrote around the plugin's line, and have the server read it again."""
        self.before, self.after = before, after
        self.write()
        assert self.run("source-file", str(self.conf)).status == 0

    def run(self, *words: str) -> Result:
        return self.world.run("tmux", "-u", "-L", self.server, *words)

    def tmux(self, *words: str) -> str:
        """Run tmux on this server; its standard output."""
        done = self.run(*words)
        assert done.status == 0, (words, done)
        return done.stdout.rstrip("\n")

    def par(self, *words: str, cwd: Path | None = None) -> Result:
        """Run par for this server, from outside; the test fails where par does."""
        return self.world.ok("-L", self.server, *words, cwd=cwd)

    def attach(self, name: str = "outer", session: str = "home") -> Terminal:
        """A terminal with a client of this server on it."""
        terminal = self.terminals[name] = Terminal(self.world, self.columns, self.lines, name)
        terminal.type(f"tmux -u -L {self.server} attach -t ={session}:")
        terminal.wait(f"[{session}]")
        eventually(
            lambda: self.client(name) in self.tmux("list-clients", "-F", "#{client_name}").splitlines()
        )
        return terminal

    def client(self, name: str = "outer") -> str:
        """tmux's name for the client on the terminal of that name."""
        return self.terminals[name].tty

    def titled(self, flow: str) -> str:
        """What the frame of a popup begins with; tmux gives it a title from 3.3 on."""
        is_old = self.tmux("display-message", "-p", "#{version}").startswith("3.2")
        return "┌──" if is_old else f"─ {flow} ─"

    def shown(self, name: str = "outer") -> str:
        """The label of the context that a terminal shows, else the name of the session."""
        rows = self.tmux("list-clients", "-F", "#{client_name}\t#{?@par_label,#{@par_label},#{session_name}}")
        return dict(line.split("\t") for line in rows.splitlines())[self.client(name)]

    def shows(self, what: str, name: str = "outer") -> None:
        """Wait until a terminal shows this context or session: tmux is asked where its screen is new."""
        screen, looks = "", 0

        def look() -> bool:
            nonlocal screen, looks
            before, screen, looks = screen, self.terminals[name].screen(), looks + 1
            return (screen != before or looks % 8 == 0) and self.shown(name) == what

        eventually(look, f"{what} on {name}")

    def context(self, label: str, state: str = "") -> str:
        """A session that is marked as the one of a context, without a worktree; its id."""
        made = ("new-session", "-d", "-P", "-F", "#{session_id}", "-s", f"par-{label}", "cat")
        marks = {"@par_label": label, **({"@par_state": state} if state else {})}
        return self.tmux(*made, *marking(f"=par-{label}:", marks))

    def keys(self) -> dict[str, str]:
        """The keys that run something of the plugin, and what."""
        found = {}
        for line in self.tmux("list-keys", "-T", "prefix").splitlines():
            key, _, command = line.partition("-T prefix")[2].strip().partition(" ")
            if MARK in command:
                # Some versions escape more of what a key may be than others
                # A popup has two commands; the last one tells its flow
                words = command.rpartition(MARK)[2].partition(" #{q:client_name}")[0]
                found[key.removeprefix("\\") or key] = words
        return found

    def state(self) -> tuple[str, str, str]:
        """All that a server keeps: its options, hooks and keys."""
        asked = (("show-options", "-g"), ("show-hooks", "-g"), ("list-keys",))
        return (self.tmux(*asked[0]), self.tmux(*asked[1]), self.tmux(*asked[2]))


def marking(target: str, marks: Mapping[str, str]) -> list[str]:
    """The rest of a chain of commands for tmux: options that are set on a session."""
    sets = [(";", "set-option", "-t", target, name, value) for name, value in marks.items()]
    return [word for words in sets for word in words]


def copy(target: Path) -> Path:
    """A copy of what a user's clone of the plugin has, at `target`."""
    for name in ("scripts", "python"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("par.tmux", "pyproject.toml"):
        shutil.copy(ROOT / name, target / name)
    return target

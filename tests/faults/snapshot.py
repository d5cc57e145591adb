"""A world as it was at a moment, to be brought back as often as needed: only what changed is copied."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISDIR

import copies
from conftest import World
from scratch import SCRATCH

Stamp = tuple[int, ...]
UNTOUCHED = "[core]\n checkStat = minimal\n trustctime = false\n"
SOCKETS = "tmux-"
NEW = re.compile(r'"new-session" .*?"-s" "([^"]*)"')
# Without ids: they are others in a session that is made again
WINDOW = "#{session_name}\t#{@par_label}\t#{@par_path}\t#{@par_context}\t#{@par_worktree}\t#{window_name}"


def stamps(folder: Path, *without: str) -> dict[str, Stamp]:
    """What each change makes another, of all below `folder`: what is in a folder comes after it.

    `without` has how what is left out begins: names in `folder`.
    """
    found, waiting = dict[str, Stamp](), [str(folder)]
    left_out = tuple(f"{folder}/{each}" for each in without)
    while waiting:
        with suppress(FileNotFoundError):  # what is deleted meanwhile
            for entry in os.scandir(waiting.pop()):
                if not entry.path.startswith(left_out):
                    found[entry.path] = stamp = _stamp(entry.stat(follow_symlinks=False))
                    waiting += [entry.path] if S_ISDIR(stamp[0]) else []
    return found


def _stamp(seen: os.stat_result) -> Stamp:
    if S_ISDIR(seen.st_mode):
        return (seen.st_mode,)
    return seen.st_mode, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()


class Snapshot:
    """A world as it was when this was made: its home, and its sessions.

    A file that is brought back is no change to git in this world, which writes no index for it.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        config = world.home / ".gitconfig"
        if UNTOUCHED not in config.read_text():
            config.write_text(config.read_text() + UNTOUCHED)
        self._noted = stamps(world.home, SOCKETS)
        self._store = Path(tempfile.mkdtemp(prefix="par-snapshot-", dir=SCRATCH))
        weakref.finalize(self, shutil.rmtree, self._store, ignore_errors=True)
        for path, stamp in self._noted.items():
            if S_ISDIR(stamp[0]):
                self._copy(path).mkdir()
            else:
                shutil.copy2(path, self._copy(path), follow_symlinks=False)
        self._sessions = self._shown()
        # By what it is made, for each session that was made again
        self._told: dict[str, str] = {}

    def back(self) -> None:
        """Bring all back to where it was; what was not touched since is not touched."""
        self._bring_files_back()
        now = self._shown()
        stay = {name for name, said in self._sessions.items() if now.get(name) == said}
        gone, ended = self._sessions.keys() - stay, now.keys() - stay
        is_told = gone <= self._told.keys()
        lines = [*(f"kill-session -t '={name}'" for name in ended)]
        lines += [self._told[name] for name in gone] if is_told else []
        if lines and not stay:  # a server ends with its last session
            lines = ["new-session -d -s between cat", *lines, "kill-session -t =between"]
        if lines:
            self._source("\n".join(lines))
        if not is_told:
            self._resurrect()
            self._sessions = self._shown()

    def _source(self, script: str) -> None:
        given = {key: value for key, value in self._world.env.items() if not key.startswith("GIT_")}
        words = ("tmux", "-u", "start-server", ";", "source-file", "-")  # with the environment that par gives
        World(self._world.home, given).run(*words, text=script)

    def _resurrect(self) -> None:
        """Have par make the sessions that are gone, and know by what it tells tmux for each."""
        with tempfile.TemporaryDirectory(prefix="par-calls-", dir=SCRATCH) as calls:
            copies.record(Path(calls))
            path = f"{calls}:{self._world.env['PATH']}"
            self._world.ok("resurrect", cwd=None, text=None, PATH=path)
            lines = [each for each in copies.recorded(Path(calls)) if "par-boot" not in each]
        made = [NEW.match(each) for each in lines]
        if all(made):  # else something was done in them after that
            self._told |= {each[1]: line for each, line in zip(made, lines, strict=True) if each}

    def _shown(self) -> dict[str, str]:
        """What tmux has of each session."""
        found: dict[str, str] = {}
        for line in self._world.tmux("list-windows", "-a", "-F", WINDOW).splitlines():
            name, _, said = line.partition("\t")
            found[name] = f"{found.get(name, '')}{said}\n"
        return found

    def _bring_files_back(self) -> None:
        now = stamps(self._world.home, SOCKETS)
        for path, stamp in now.items():
            if S_ISDIR(stamp[0]) and stamp[0] & 0o700 != 0o700:
                Path(path).chmod(0o700)
                now[path] = ()
        for path in reversed(now):
            if now[path] != self._noted.get(path) and not self._is_folder(path):
                _delete(Path(path))
        changed = [each for each, stamp in self._noted.items() if now.get(each) != stamp]
        for path in changed:
            if self._is_folder(path):
                Path(path).mkdir(exist_ok=True)
            else:
                shutil.copy2(self._copy(path), path, follow_symlinks=False)
                self._noted[path] = _stamp(Path(path).lstat())
        for path in reversed(changed):
            if self._is_folder(path):
                Path(path).chmod(S_IMODE(self._noted[path][0]))

    def _is_folder(self, path: str) -> bool:
        return S_ISDIR(self._noted.get(path, (0,))[0])

    def _copy(self, path: str) -> Path:
        return self._store / Path(path).relative_to(self._world.home)

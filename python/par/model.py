"""The nouns: a context, its worktrees, and what is seen of it in tmux."""

from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import NamedTuple

# What a bare repository is called in the folder of a project whose worktrees lie beside it
NAMELESS = frozenset({".git", ".bare", ".repo"})


class Kind(Enum):
    """How a context came to be."""

    SESSION = "session"
    CHECKOUT = "checkout"
    WORKSPACE = "workspace"


class Phase(Enum):
    """How far the last change of a context went; anything but READY belongs to a running operation."""

    CREATING, READY, REMOVING, PURGING = "creating", "ready", "removing", "purging"
    RESTORING, ADDING, DROPPING = "restoring", "adding", "dropping"
    RETURNING, RENAMING = "returning", "renaming"

    @property
    def verb(self) -> str:
        return "changing" if self in {Phase.ADDING, Phase.DROPPING} else self.value


class State(Enum):
    """What a context is doing, as `par ls` shows it."""

    ATTACHED, RUNNING, STOPPED, BROKEN = "attached", "running", "stopped", "broken"
    CREATING, REMOVING, PURGING, RESTORING = "creating", "removing", "purging", "restoring"
    ADDING, DROPPING, RETURNING, RENAMING = "adding", "dropping", "returning", "renaming"
    DAMAGED = "damaged"


class Repository(NamedTuple):
    """A git repository by its resolved folders; `path` is its main worktree, its git folder if it is bare."""

    path: Path
    common_dir: Path

    @property
    def name(self) -> str:
        """What its folder is called: that of the project where a bare one lies in it as `.git` or `.bare`."""
        name = (self.path.parent if self.is_bare and self.path.name in NAMELESS else self.path).name
        return name.removesuffix(".git") or self.path.name

    @property
    def is_bare(self) -> bool:
        return self.path == self.common_dir


class Worktree(NamedTuple):
    """One linked worktree of a context, in `folder`: text, as a listing of a thousand needs no Path.

    `branch` is the branch par put there; `is_branch_ours` says that par created it: a branch that
    existed before is never deleted. `deletable_oid` is the commit at which a removal that has begun may
    delete the branch, or empty. `port` is the first of its `port_count` ports, 0 where it has none, and
    `env` what its commands and panes find in their environment: `env_asked` with its placeholders filled in.
    `included` are the globs of the files copied into it. `base` is the full name of the ref that a branch
    of par's began at, empty where it began at a bare commit, and `base_oid` that commit.
    """

    repository: Repository
    folder: str
    branch: str
    is_branch_ours: bool = False
    deletable_oid: str = ""
    port: int = 0
    port_count: int = 0
    env: tuple[tuple[str, str], ...] = ()
    env_asked: tuple[tuple[str, str], ...] = ()
    included: tuple[str, ...] = ()
    base: str = ""
    base_oid: str = ""

    @property
    def path(self) -> Path:
        return Path(self.folder)

    def at(self, path: Path) -> "Worktree":
        """This worktree, lying at `path`."""
        return self._replace(folder=str(path))

    @property
    def name(self) -> str:
        """The last part of its folder: in a workspace what its repository is called.

        The older par-cli put it a folder deeper, in one that is called as the branch.
        """
        path = self.path
        above, name = path.parent.name, path.name
        is_older = name == self.branch.rpartition("/")[2] != self.repository.name == above
        return above if is_older else name


class Context(NamedTuple):
    """A label with its worktrees and its tmux session; one record of the index.

    `folder` is where the session starts. `session` is the session's name and `socket` the tmux
    server it lives on. `operation` is the id of the operation that last changed the record,
    `created_at` an aware time in UTC. One that `is_adopted` has a worktree which par did not make: its
    folder and branch are never touched. One that `is_review` holds a stranger's code. `new_label` is what
    one is called when it is renamed. `command` is what it begins with, or '', `prompt` the last word of that.
    """

    label: str
    kind: Kind
    phase: Phase
    folder: str
    worktrees: tuple[Worktree, ...]
    session: str
    socket: Path
    created_at: datetime
    operation: str
    is_adopted: bool = False
    is_review: bool = False
    new_label: str = ""
    command: str = ""
    prompt: str | None = None

    @property
    def root(self) -> Path:
        return Path(self.folder)

    @property
    def is_ready(self) -> bool:
        return self.phase is Phase.READY

    @property
    def repository(self) -> Repository:
        return self.worktrees[0].repository

    @property
    def branch(self) -> str:
        return self.worktrees[0].branch

    @property
    def place(self) -> str:
        """What its repository is called, or one after the other what those of a workspace are."""
        is_one = self.kind is not Kind.WORKSPACE
        return self.repository.name if is_one else ", ".join(each.name for each in self.worktrees)


class Session(NamedTuple):
    """A live tmux session of a context; ids are tmux's own, times seconds since the epoch, 0 for never.

    `folder` is where it was started, `pane_id` its first pane, if any; `attached` counts clients, the caller
    is in the `is_current` one; from `agent` on see `tmux.agents`. An `is_adopted` one was there before.
    """

    id: str
    name: str
    folder: str
    label: str
    attached: int
    last_attached: int
    pane_id: str
    init: str
    agent: str
    agent_since: int = 0
    ended_panes: tuple[str, ...] = ()
    is_current: bool = False
    is_adopted: bool = False

    @property
    def is_ours(self) -> bool:
        # One that lost its marks may be the user's
        return bool(self.label) and not self.is_adopted


class ContextStatus(NamedTuple):
    """A context, its live session, and each worktree's branch: '' on a bare commit, None where it is gone."""

    context: Context
    session: Session | None
    branches: tuple[str | None, ...] = ()

    @property
    def gone(self) -> tuple[Path, ...]:
        """The folders where its worktrees are no more."""
        pairs = zip(self.context.worktrees, self.branches, strict=True)
        return tuple(worktree.path for worktree, seen in pairs if seen is None)

    @property
    def state(self) -> State:
        if not self.context.is_ready:
            return State(self.context.phase.value)
        if None in self.branches:
            return State.BROKEN
        if self.session is None:
            return State.STOPPED
        return State.ATTACHED if self.session.attached else State.RUNNING

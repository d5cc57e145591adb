"""What a new context will be, and what may be in its way."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from par import names, paths
from par.errors import ConflictError
from par.git import repository
from par.git.remotes import ORIGIN
from par.git.repository import Upstream
from par.index import Index
from par.model import Kind, Repository
from par.preparation import Consent, Preparation, prepare
from par.recipe import Recipe
from par.tmux import sessions


@dataclass(frozen=True, slots=True)
class BranchPlan:
    """How the branch of a new worktree comes to be.

    One that exists (`is_new` false) is used as it is. A new one starts at the commit `start`, or at
    `source`, a remote or URL and a full ref there, which is fetched first.
    """

    name: str
    is_new: bool
    start: str = ""
    source: tuple[str, str] | None = None
    upstream: Upstream | None = None


@dataclass(frozen=True, slots=True)
class WorktreePlan:
    """A worktree that can be made in the new folder `path`, and what is done there then."""

    repository: Repository
    path: Path
    branch: BranchPlan
    preparation: Preparation = Preparation()


@dataclass(frozen=True, slots=True)
class CreationPlan:
    """A context that can be made: nothing is in its way.

    The name of its session is made of `named_after`, a name and a folder, and is not in `taken`. The code
    in one that `is_review` is a stranger's.
    """

    label: str
    kind: Kind
    root: Path
    worktrees: tuple[WorktreePlan, ...]
    named_after: tuple[str, Path]
    taken: frozenset[str]
    socket: Path
    consent: Consent = Consent()

    @property
    def is_review(self) -> bool:
        return self.consent.is_review

    @property
    def is_held(self) -> bool:
        """Whether something that was asked for waits for approval."""
        return any(each.preparation.is_held for each in self.worktrees)

    @property
    def init(self) -> str:
        """What `@par_init` is when the context is made."""
        if any(each.preparation.recipe.commands for each in self.worktrees):
            return "running"
        return "held" if self.is_held else ""

    @property
    def unapproved(self) -> tuple[tuple[Repository, Recipe], ...]:
        """The recipes that the user could approve now."""
        pairs = [(each.repository, each.preparation.unapproved) for each in self.worktrees]
        return tuple((home, recipe) for home, recipe in pairs if recipe)

    def reconsidered(self) -> "CreationPlan":
        """This plan, after the user approved what was to be approved, or did not."""
        again = (replace(each, preparation=prepare(each.repository, self.consent)) for each in self.worktrees)
        return replace(self, worktrees=tuple(again))


def plan(
    label: str, kind: Kind, home: Repository, branch: BranchPlan, socket: Path, consent: Consent
) -> CreationPlan:
    """The plan of a new context in the repository `home`. Raises ConfigError."""
    path = paths.worktrees(home.path, consent.is_review) / label
    worktree = WorktreePlan(home, path, branch, prepare(home, consent))
    after = (home.name, home.path)
    return CreationPlan(label, kind, path, (worktree,), after, live_names(socket), socket, consent)


def own_branch(home: Repository, label: str, base: str | None, folder: Path) -> BranchPlan:
    """How the branch `label` of a new context comes to be: one that is here, that of origin, or a new one.

    A new one starts at the commit `base`, else at what is checked out in `folder`. Raises every refusal.
    """
    remote_ref = f"refs/remotes/{ORIGIN}/{label}"
    known = repository.refs(home, [*repository.neighbours(label), remote_ref])
    if f"refs/heads/{label}" in known:
        if base is not None:
            told = f"branch '{label}' already exists, so --base {names.visible(base)} cannot apply"
            raise ConflictError(told, hint=f"par start {label}")
        check_holder(home, label)
        return BranchPlan(label, is_new=False)
    repository.check_branch_is_free(known, label)
    if base is not None:
        return BranchPlan(label, is_new=True, start=repository.find_oid(home, base))
    if remote_ref in known:
        upstream = Upstream(ORIGIN, f"refs/heads/{label}")
        return BranchPlan(label, is_new=True, start=known[remote_ref], upstream=upstream)
    return BranchPlan(label, is_new=True, start=repository.head_oid(folder))


def live_names(socket: Path) -> frozenset[str]:
    """The names of the sessions that a new one cannot have."""
    return frozenset(session.name for session in sessions.sessions(socket))


def check_label(found: Index, label: str) -> None:
    """Raise ConflictError where a context has this label."""
    if twin := found.like(label):
        raise ConflictError(f"context '{twin.label}' already exists", hint=f"par open {twin.label}")


def check_path(found: Index, path: Path) -> None:
    """Raise ConflictError where the folder is taken, or would lie in a context's folder or around it."""
    for context in found.contexts:
        for known in {context.root, *(worktree.path for worktree in context.worktrees)}:
            if path in known.parents or known in path.parents:
                inside = f"its folder would overlap that of context '{context.label}'"
                raise ConflictError(f"the label cannot be used: {inside}", hint="choose another label")
    if path.exists() or path.is_symlink():
        raise ConflictError(f"the folder '{path}' is in the way", hint="look into it, then move it away")


def check_holder(home: Repository, branch: str) -> None:
    """Raise ConflictError where a worktree has the branch checked out: git allows only one."""
    if holder := repository.holder_of(home, branch):
        raise ConflictError(f"branch '{branch}' is checked out at '{holder}'", hint=f"cd '{holder}'")


def session_name(planned: CreationPlan, known: Iterable[str]) -> str:
    """A name for the session that no live session has, and none of the contexts `known`."""
    return names.session(*planned.named_after, planned.label, planned.taken | frozenset(known))

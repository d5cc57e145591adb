"""How a context is made: planned whole, reserved in the index, then made or undone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from par import index, interrupts, locks, names, paths, repair
from par.errors import ConflictError, ParError
from par.git import remotes, repository
from par.git.repository import Upstream
from par.index import Index
from par.locks import Operation
from par.model import Context, Kind, Phase, Repository, Worktree
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
class CreationPlan:
    """A context that can be made: nothing is in its way. `with_hooks`: git runs the user's hooks."""

    label: str
    kind: Kind
    repository: Repository
    path: Path
    branch: BranchPlan
    session: str
    socket: Path
    with_hooks: bool


def plan(
    label: str, kind: Kind, home: Repository, branch: BranchPlan, socket: Path, with_hooks: bool = True
) -> CreationPlan:
    """The plan of a new context in the repository `home`. Raises ConflictError for what is taken."""
    path = paths.worktrees(home.path) / label
    taken = {session.name for session in sessions.sessions(socket)}
    name = names.session(home.name, home.path, label, taken)
    return CreationPlan(label, kind, home, path, branch, name, socket, with_hooks)


def check_label(found: Index, label: str) -> None:
    """Raise ConflictError where a context has this label."""
    if twin := found.like(label):
        raise ConflictError(f"context '{twin.label}' already exists", hint=f"par open {twin.label}")


def check_path(found: Index, path: Path) -> None:
    """Raise ConflictError where the folder is taken, or would lie in a context's folder or around it."""
    for context in found.contexts:
        for worktree in context.worktrees:
            if path in worktree.path.parents or worktree.path in path.parents:
                inside = f"its folder would overlap that of context '{context.label}'"
                raise ConflictError(f"the label cannot be used: {inside}", hint="choose another label")
    if path.exists() or path.is_symlink():
        raise ConflictError(f"the folder '{path}' is in the way", hint="look into it, then move it away")


def check_holder(home: Repository, branch: str) -> None:
    """Raise ConflictError where a worktree has the branch checked out: git allows only one."""
    if holder := repository.holder_of(home, branch):
        raise ConflictError(f"branch '{branch}' is checked out at '{holder}'", hint=f"cd '{holder}'")


def create(planned: CreationPlan) -> Context:
    """Make the context, or leave nothing of it. Raises ParError with what failed."""
    with locks.operation() as operation:
        context = _reserve(planned, operation)
        try:
            _check_out(planned, context, operation)
            sessions.create(context)
            return finish(context)
        except BaseException as error:
            with interrupts.ignored():
                failed = repair.roll_back(context, operation)
            _tell(error, failed)
            raise


def _reserve(planned: CreationPlan, operation: Operation) -> Context:
    with locks.index():
        found = index.load(planned.socket)
        check_label(found, planned.label)
        check_path(found, planned.path)
        context = _record(planned, operation, {each.session for each in found.contexts})
        index.save(found.with_(context))
    return context


def _record(planned: CreationPlan, operation: Operation, taken: Iterable[str]) -> Context:
    taken_names = frozenset(taken)
    name = planned.session
    if name in taken_names:
        name = names.session(planned.repository.name, planned.repository.path, planned.label, taken_names)
    worktree = Worktree(planned.repository, planned.path, planned.branch.name, planned.branch.is_new)
    return Context(
        label=planned.label,
        kind=planned.kind,
        phase=Phase.CREATING,
        root=planned.path,
        worktrees=(worktree,),
        session=name,
        socket=planned.socket,
        created_at=datetime.now(timezone.utc).replace(microsecond=0),
        operation=operation.id,
    )


def _check_out(planned: CreationPlan, context: Context, operation: Operation) -> None:
    home, branch = planned.repository, planned.branch
    with locks.repository(home.common_dir):
        if branch.is_new:
            start = remotes.fetch(home, *branch.source, operation) if branch.source else branch.start
            repository.create_branch(home, branch.name, start, operation, is_fetched=bool(branch.source))
            if branch.source:
                remotes.drop_fetched(home, operation)
        if branch.upstream:
            repository.track(home, branch.name, branch.upstream)
        planned.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        repository.add_worktree(home, context.root, branch.name, operation, planned.with_hooks)


def finish(context: Context) -> Context:
    """Write in the index that the context is ready; the context as it is then."""
    ready = replace(context, phase=Phase.READY)
    with locks.index():
        index.save(index.load(context.socket).with_(ready))
    return ready


def _tell(error: BaseException, failed: list[str]) -> None:
    if failed and isinstance(error, ParError):
        error.message += f" ({'; '.join(failed)})"

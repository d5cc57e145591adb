"""`par workspace add` and `par workspace drop`: a workspace gets, or loses, one repository."""

from pathlib import Path
from typing import NamedTuple

from par import names
from par.commands import workspace
from par.commands.workspace import Source
from par.contexts import adding, dropping, recovery, survey
from par.contexts.plans import CreationPlan, WorktreePlan
from par.contexts.survey import Survey
from par.errors import (
    CommandError,
    ConfigError,
    ConflictError,
    NotFoundError,
    StateError,
    UnsafeError,
    UsageError,
)
from par.model import Context, Kind, Phase, Worktree
from par.names import visible
from par.setup import before_remove, workspace_jobs
from par.setup.before_remove import Hooks
from par.setup.jobs import Init
from par.setup.preparation import Consent, prepare
from par.state import index, locks
from par.system import narration, signals
from par.trash import obstacles
from par.trash.removal import Removed


class AddRequest(NamedTuple):
    """The workspace to add to, and a repository: a path, or a name in `folder` or beside its others."""

    label: str
    repo: str
    folder: Path
    socket: Path
    base: str | None = None
    consent: Consent = Consent()


class DropRequest(NamedTuple):
    """The workspace to take something out of, and what: the name of a repository in it.

    One that `is_forced` goes on where what the repository wants done before fails.
    """

    label: str
    repo: str
    socket: Path
    is_forced: bool = False

    @property
    def forced(self) -> str:
        """The same with force, to be pasted."""
        return f"par workspace drop --force {self.label} {visible(self.repo)}"


class DropPlan(NamedTuple):
    """A workspace and the worktree that can be taken out of it; `hooks` are done before."""

    context: Context
    worktree: Worktree
    hooks: Hooks
    request: DropRequest


def plan_add(request: AddRequest) -> tuple[Context, CreationPlan]:
    """Decide how the worktree is made. Raises every refusal; touches nothing."""
    seen = survey.survey(request.socket)
    context = _workspace(request.label, seen)
    source = _source(context, request)
    for known in context.worktrees:
        if known.repository.common_dir == source.home.common_dir:
            message = f"'{visible(known.name)}' is already in the workspace '{context.label}'"
            raise ConflictError(message, hint=f"par open {context.label}")
    taken = {names.key(each.name) for each in context.root.glob("*")}
    name = names.folder(source.home.name, taken | {names.key(each.name) for each in context.worktrees})
    branch = workspace.branch_of(source, context.label, request.base, seen.known)
    wanted = WorktreePlan(source.home, context.root / name, branch, prepare(source.home, request.consent))
    return context, CreationPlan(
        label=context.label,
        kind=Kind.WORKSPACE,
        root=context.root,
        worktrees=(wanted,),
        named_after="",
        taken=frozenset(),
        socket=context.socket,
        consent=request.consent,
    )


def _workspace(label: str, seen: Survey) -> Context:
    context = seen.find_ready(label).context
    if context.kind is not Kind.WORKSPACE or context.is_adopted:
        message = f"'{context.label}' is not a workspace: it has one repository"
        raise ConflictError(message, hint="par ls --kind workspace")
    return context


def _source(context: Context, request: AddRequest) -> Source:
    hint = f"par workspace add {context.label} PATH"
    if not request.repo.strip() or "," in request.repo:
        raise UsageError("one repository is added at a time", hint=hint)
    beside = dict.fromkeys(each.repository.path.parent for each in context.worktrees)
    places = [request.folder, *beside]
    found = next((each for each in places if (each / request.repo).is_dir()), request.folder)
    (source,) = workspace.named(found, request.repo, hint)
    return source


def run_add(context: Context, planned: CreationPlan) -> Context:
    """Make what was planned, or leave nothing of it; the workspace as it is then."""
    return adding.add_repository(context, planned)


def plan_drop(request: DropRequest) -> DropPlan:
    """Find the worktree, and see that it can be moved. Raises every refusal; touches nothing."""
    context = _workspace(request.label, survey.survey(request.socket))
    worktree = _named(context, request.repo)
    if len(context.worktrees) == 1:
        message = f"'{visible(worktree.name)}' is the last repository of '{context.label}'"
        raise ConflictError(message, hint=f"par rm {context.label}")
    if any(run.state.init is Init.RUNNING for run in workspace_jobs.runs_of(context, worktree)):
        message = f"the commands of '{visible(worktree.name)}' are running"
        raise ConflictError(message, hint=f"par init {context.label} --wait")
    if obstacle := obstacles.to_moving(worktree):
        raise UnsafeError(
            f"'{visible(worktree.name)}' cannot be dropped: it {obstacle.message}", hint=obstacle.hint
        )
    alone = context._replace(worktrees=(worktree,))
    hooks = before_remove.plan([alone], request.is_forced)
    for fault in hooks.faults.values():
        raise ConfigError(fault.message, hint=f"correct it, or: {request.forced}")
    return DropPlan(context, worktree, hooks, request)


def _named(context: Context, repo: str) -> Worktree:
    home = str(Path(repo).resolve())
    found = [w for w in context.worktrees if repo == w.name or home == str(w.repository.path)]
    if found:
        return found[0]
    known = [worktree.name for worktree in context.worktrees]
    message = f"there is no repository '{visible(repo)}' in '{context.label}'"
    hint, near = f"it has {', '.join(map(visible, known))}", names.nearest(repo, known)
    raise NotFoundError(message, hint=hint, meant=(repo, near))


def run_drop(planned: DropPlan) -> Removed:
    """Do what the repository wants done before, then move the worktree into the trash; what was done."""
    _run_hooks(planned)
    context, gone = planned.context, planned.worktree
    with signals.ignored(), locks.operation() as operation:
        going = recovery.with_deletable_oid(gone)
        dropped = _record(context, gone, going, operation.id)
        had_folder = gone.path.is_dir()
        try:
            dropping.drop_repository(dropped, going, operation)
        except OSError as error:
            message = f"'{visible(gone.name)}' cannot be moved away: {error.strerror or error}"
            raise StateError(message, hint="par ls") from error
    return Removed(
        label=f"{context.label}/{gone.name}",
        folders=(gone.path,) if had_folder else (),
        branches=(gone.branch,) if going.deletable_oid else (),
        session=None,
        trash_id=operation.id,
        is_part=True,
    )


def _record(context: Context, gone: Worktree, going: Worktree, operation: str) -> Context:
    """Write down what is dropped, so that a par that dies is followed by one that ends it."""
    worktrees = tuple(going if each == gone else each for each in context.worktrees)
    dropped = context._replace(phase=Phase.DROPPING, operation=operation, worktrees=worktrees)
    with locks.index():
        found = index.load(context.socket)
        if found.like(context.label) != context:
            message = f"context '{context.label}' was changed by another par"
            raise ConflictError(message, hint="par ls")
        index.save(found.with_(dropped))
    return dropped


def _run_hooks(planned: DropPlan) -> None:
    for note in planned.hooks.notes:
        narration.report(note)
    try:
        for each in planned.hooks.by_label[planned.context.label]:
            before_remove.run(each, planned.request.is_forced)
    except CommandError as error:
        raise CommandError(error.message, hint=planned.request.forced) from error

"""`par rename`: a context gets another label, with all that is called as it: all of it, or nothing."""

from pathlib import Path
from typing import NamedTuple

from par import names
from par.contexts import holders, plans, renaming, survey
from par.errors import ConflictError, NotFoundError, StateError, UnsafeError
from par.git import links, repository, unfinished
from par.model import Context, ContextStatus, Phase, State, Worktree
from par.names import visible
from par.setup import jobs, running
from par.setup.jobs import Init
from par.state import index, locks, paths
from par.state.index import Index
from par.system import signals
from par.tmux import marks
from par.trash import obstacles


class Request(NamedTuple):
    """The context to rename, and its new label."""

    label: str
    new_label: str
    socket: Path


class Plan(NamedTuple):
    """A context as it is, what it does, and what it will be; nothing is in the way."""

    context: Context
    state: State
    now: Context


class Renamed(NamedTuple):
    """What a context was called and is called now, what it does, and how its commands had gone."""

    was: Context
    state: State
    now: Context
    init: str


def plan(request: Request) -> Plan:
    """See that the label, folders and branches are free and can be moved. Raises every refusal."""
    label = names.label(request.new_label)
    found = survey.survey(request.socket)
    status = found.find_ready(request.label)
    context = status.context
    if label == context.label:
        raise ConflictError(f"'{label}' is called so already", hint=f"par open {label}")
    others = found.known.without(context.label)
    holders.check_label(others, label)
    taken = {each.session for each in others.contexts} | marks.taken_names(context.socket)
    live = {status.session.name} if status.session else set()
    now = _with_branches(context, renaming.becoming(context, label, taken - live))
    _check_commands(context)
    if not context.is_adopted:
        _check_folders(status, now, found.known, others)
    for was, after in zip(context.worktrees, now.worktrees, strict=True):
        if was.branch != after.branch:
            _check_branch(was, after.branch)
    return Plan(context, status.state, now)


def _with_branches(context: Context, now: Context) -> Context:
    """`now`, where a branch keeps its name that somebody deleted or renamed by hand."""
    pairs = zip(context.worktrees, now.worktrees, strict=True)
    return now._replace(
        worktrees=tuple(
            after._replace(branch=was.branch) if was.branch != after.branch and _is_gone(was) else after
            for was, after in pairs
        )
    )


def _is_gone(worktree: Worktree) -> bool:
    home = worktree.repository
    return home.common_dir.is_dir() and repository.branch_oid(home, worktree.branch) is None


def _check_commands(context: Context) -> None:
    if jobs.worst(jobs.runs(paths.init(context.root))) is Init.RUNNING:
        message = f"the commands of '{context.label}' are running"
        raise ConflictError(message, hint=f"par init {context.label} --wait")


def _check_folders(status: ContextStatus, now: Context, known: Index, others: Index) -> None:
    context = status.context
    for each in context.worktrees:
        if not each.repository.common_dir.is_dir():
            gone = f"the repository '{visible(str(each.repository.path))}' is gone"
            raise NotFoundError(gone, hint="par doctor")
        if not each.path.is_dir():
            message = f"the worktree of '{context.label}' is gone: '{visible(str(each.path))}'"
            raise NotFoundError(message, hint="par doctor --fix")
        if not links.is_linked(each):
            message = f"'{visible(str(each.path))}' and its repository do not know each other"
            raise StateError(message, hint="par doctor --fix")
    if obstacle := obstacles.to_removing(context, known.contexts):
        raise UnsafeError(f"'{context.label}' cannot be moved: it {obstacle.message}", hint=obstacle.hint)
    for place in {now.root, *(each.path for each in now.worktrees)}:
        plans.check_path(others, place)
        if context.root in place.parents or place in context.root.parents:
            message = f"the folders of '{context.label}' and '{now.label}' would lie in each other"
            raise ConflictError(message, hint="choose another label")


def _check_branch(worktree: Worktree, branch: str) -> None:
    """Raise ConflictError where git could not call the branch so, or something else needs its name."""
    home = worktree.repository
    known = repository.refs(home, repository.neighbours(branch))
    if f"refs/heads/{branch}" in known:
        message = f"branch '{branch}' already exists in {visible(home.name)}"
        raise ConflictError(message, hint="choose another label")
    repository.check_branch_is_free(known, branch)
    if repository.settings_of(home, branch):
        message = f"something is configured for a branch '{branch}' in {visible(home.name)}"
        hint = f"git -C {names.quoted(home.path)} config --remove-section branch.{branch}"
        raise ConflictError(message, hint=hint)
    # A merge that is not finished names no branch; a rebase or a bisect comes back to one by its name
    is_here = links.checked_out(worktree.path) == worktree.branch
    if not is_here or unfinished.is_used(home.common_dir, worktree.branch, links.admin_dir(worktree.path)):
        holders.check_is_free(home, worktree.branch)


def run(planned: Plan) -> Renamed:
    """Give it the label, or leave all as it was. Raises ParError."""
    was = planned.context
    with signals.ignored(), locks.operation() as operation:
        begun = was._replace(phase=Phase.RENAMING, operation=operation.id, new_label=planned.now.label)
        with locks.index():
            found = index.load(was.socket)
            if found.like(was.label) != was:
                message = f"context '{was.label}' was changed by another par"
                raise ConflictError(message, hint="par ls")
            holders.check_label(found.without(was.label), planned.now.label)
            index.save(found.with_(begun))
        try:
            now = renaming.carry_out(begun, planned.now._replace(operation=operation.id))
        except OSError as error:
            message = f"'{was.label}' cannot be renamed: {error.strerror or error}"
            raise StateError(message, hint="par doctor") from error
    return Renamed(was, planned.state, now, running.last_init(now))

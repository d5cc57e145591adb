"""`par start`: a new context on a new branch, or on an existing branch of the same name."""

from dataclasses import dataclass
from pathlib import Path

from par import locks, names, plans, survey
from par.errors import ConflictError, NotFoundError
from par.git import remotes, repository
from par.git.remotes import ORIGIN
from par.git.repository import Upstream
from par.model import Kind, Repository
from par.plans import BranchPlan, CreationPlan
from par.preparation import Consent

FETCH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """What `par start` was asked for; `folder` is any folder in the repository.

    `is_trusted` approves what the repository asks for, for this once.
    """

    label: str
    folder: Path
    socket: Path
    base: str | None = None
    with_fetch: bool = False
    is_trusted: bool = False


def plan(request: Request) -> CreationPlan:
    """Decide how the context is made. Raises every refusal; touches nothing but what `--fetch` asks."""
    label = names.label(request.label)
    found = survey.known(request.socket)
    plans.check_label(found, label)
    home = repository.containing(request.folder)
    if request.with_fetch:
        _fetch(home)
    branch = _branch(request, home, label)
    planned = plans.plan(label, Kind.SESSION, home, branch, request.socket, Consent(request.is_trusted))
    plans.check_path(found, planned.root)
    return planned


def _fetch(home: Repository) -> None:
    if ORIGIN not in (each.name for each in remotes.remotes(home)):
        raise NotFoundError(f"{home.name} has no remote '{ORIGIN}' to fetch from", hint="git remote -v")
    with locks.operation() as operation, locks.repository(home.common_dir):
        remotes.fetch_all(home, ORIGIN, operation, FETCH_SECONDS)


def _branch(request: Request, home: Repository, label: str) -> BranchPlan:
    remote_ref = f"refs/remotes/{ORIGIN}/{label}"
    known = repository.refs(home, [*repository.neighbours(label), remote_ref])
    if f"refs/heads/{label}" in known:
        if request.base is not None:
            told = f"branch '{label}' already exists, so --base {names.visible(request.base)} cannot apply"
            raise ConflictError(told, hint=f"par start {label}")
        plans.check_holder(home, label)
        return BranchPlan(label, is_new=False)
    repository.check_branch_is_free(known, label)
    if request.base is not None:
        return BranchPlan(label, is_new=True, start=repository.find_oid(home, request.base))
    if remote_ref in known:
        upstream = Upstream(ORIGIN, f"refs/heads/{label}")
        return BranchPlan(label, is_new=True, start=known[remote_ref], upstream=upstream)
    return BranchPlan(label, is_new=True, start=repository.head_oid(request.folder))

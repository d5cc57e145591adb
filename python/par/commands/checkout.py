"""`par checkout`: a context on an existing branch, a remote's or a fork's, or on a pull request."""

from dataclasses import dataclass
from pathlib import Path

from par import names, plans, survey, targets
from par.errors import ConflictError, NotFoundError, UsageError
from par.git import process, remotes, repository
from par.git.remotes import ORIGIN, Remote
from par.git.repository import Upstream
from par.model import Kind, Repository
from par.names import visible
from par.plans import BranchPlan, CreationPlan
from par.preparation import Consent
from par.targets import BranchTarget, ForkTarget, RequestTarget


@dataclass(frozen=True, slots=True)
class Request:
    """What `par checkout` was asked for; `folder` is any folder in the repository.

    `is_trusted` approves what the repository asks for, for this once; `with_init` does it in the code of a
    stranger too.
    """

    target: str
    folder: Path
    socket: Path
    label: str | None = None
    is_trusted: bool = False
    with_init: bool = False


def plan(request: Request) -> CreationPlan:
    """Decide which branch the context is on and where it comes from. Raises every refusal."""
    found = survey.known(request.socket)
    home = repository.containing(request.folder)
    known = remotes.remotes(home)
    target = targets.parse(request.target, [remote.name for remote in known])
    if not isinstance(target, RequestTarget):
        _check_form(target.branch, home)
    branch = _branch(target, home, known)
    label = names.from_ref(branch.name) if request.label is None else names.label(request.label)
    plans.check_label(found, label)
    is_strange = not isinstance(target, BranchTarget)
    consent = Consent(request.is_trusted, is_strange, request.with_init)
    planned = plans.plan(label, Kind.CHECKOUT, home, branch, request.socket, consent)
    plans.check_path(found, planned.root)
    return planned


def _check_form(branch: str, home: Repository) -> None:
    # As refs these are sound, but git reads them as an option or as another name of what is checked out
    is_odd = branch.startswith("-") or branch in {"HEAD", "@"}
    if is_odd or process.attempt(home.path, "check-ref-format", f"refs/heads/{branch}").status:
        raise UsageError(f"'{visible(branch)}' is not a valid branch name", hint=targets.FORMS)


def _branch(target: targets.Target, home: Repository, known: list[Remote]) -> BranchPlan:
    match target:
        case RequestTarget():
            remote = _remote_of(target, home, known)
            return _unless_there(home, target.branch, remote.name, target.ref)
        case ForkTarget():
            local = f"{target.user}-{target.branch}"
            named = [remote for remote in known if remote.name == target.user]
            source = named[0].name if named else _default(home, known).fork_of(target.user)
            return _unless_there(home, local, source, f"refs/heads/{target.branch}")
        case BranchTarget():
            return _plain(target, home, known)


def _plain(target: BranchTarget, home: Repository, known: list[Remote]) -> BranchPlan:
    is_default = target.remote in {"", ORIGIN}
    local = target.branch if is_default else f"{target.remote}-{target.branch}"
    if is_default and repository.branch_oid(home, local):
        plans.check_holder(home, local)
        return BranchPlan(local, is_new=False)
    if not target.remote and not known:
        raise NotFoundError(
            f"there is no branch '{visible(target.branch)}' in {home.name}", hint="git branch"
        )
    remote = target.remote or _default(home, known).name
    tracking = f"refs/remotes/{remote}/{target.branch}"
    ref = f"refs/heads/{target.branch}"
    return _unless_there(home, local, remote, ref, repository.refs(home, [tracking]).get(tracking, ""))


def _unless_there(home: Repository, local: str, source: str, ref: str, start: str = "") -> BranchPlan:
    """A new branch `local` that tracks `ref` of `source`; or the one that already does."""
    known = repository.refs(home, repository.neighbours(local))
    upstream = Upstream(source, ref)
    if f"refs/heads/{local}" in known:
        if repository.upstream_of(home, local) != upstream:
            taken = f"branch '{visible(local)}' already exists and does not track {ref} of {source}"
            raise ConflictError(taken, hint=f"par checkout {local}")
        plans.check_holder(home, local)
        return BranchPlan(local, is_new=False)
    repository.check_branch_is_free(known, local)
    fetched = None if start else (source, ref)
    return BranchPlan(local, is_new=True, start=start, source=fetched, upstream=upstream)


def _default(home: Repository, known: list[Remote]) -> Remote:
    if not known:
        raise NotFoundError(f"{home.name} has no remote to fetch from", hint="git remote add origin URL")
    return next((remote for remote in known if remote.name == ORIGIN), known[0])


def _remote_of(target: RequestTarget, home: Repository, known: list[Remote]) -> Remote:
    if not target.owner:
        return _default(home, known)
    place = (target.owner.casefold(), target.project.casefold())
    for remote in known:
        same_place = (remote.owner.casefold(), remote.project.casefold()) == place
        if same_place and remote.host in {"", target.host}:
            return remote
    where = f"{target.owner}/{target.project} on {target.host}"
    raise NotFoundError(f"no remote of {home.name} is {where}", hint="git remote -v")

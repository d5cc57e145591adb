"""`par checkout`: a context on an existing branch, a remote's or a fork's, or on a pull request."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from par import names
from par.commands import checkout_target
from par.commands.checkout_target import BranchTarget, ForkTarget, RequestTarget
from par.contexts import holders, plans, survey
from par.contexts.plans import BranchPlan, CreationPlan
from par.errors import ConflictError, NotFoundError, UsageError
from par.git import discovery, process, remotes, repository
from par.git.remotes import ORIGIN, Config, Place, Remote, Upstream
from par.model import Kind, Repository
from par.names import visible
from par.setup.preparation import Consent
from par.state.index import Index
from par.tmux import marks

if TYPE_CHECKING:
    from par.commands import checkout_update
    from par.setup.programs import Program


class Request(NamedTuple):
    """What `par checkout` was asked for; `folder` is any folder in the repository.

    `is_trusted` approves what the repository asks for, for this once; `with_init` does it in the code of a
    stranger too. `program` is what starts in the context.
    """

    target: str
    folder: Path
    socket: Path
    label: str | None = None
    is_trusted: bool = False
    with_init: bool = False
    is_update: bool = False
    program: "Program | None" = None


def plan(request: Request) -> "CreationPlan | checkout_update.Plan":
    """Decide which branch the context is on and where it comes from. Raises every refusal.

    Where a context has it already, and the request `is_update`, that is brought up to date.
    """
    found = survey.recovered_index(request.socket)
    with marks.names_asked(request.socket) as taken:
        return _plan(request, found, taken)


def _plan(
    request: Request, found: Index, taken: Callable[[], frozenset[str]]
) -> "CreationPlan | checkout_update.Plan":
    home = discovery.containing(request.folder)
    known = remotes.load(home)
    target = checkout_target.parse(request.target, [remote.name for remote in known.remotes])
    if not isinstance(target, RequestTarget):
        _check_word(target.branch)
    branch = _branch(target, home, known)
    if not branch.is_new:
        holder = repository.holder_of(home, branch.name) if request.is_update else None
        if context := holders.context_at(found, holder):
            if request.program:
                message = f"context '{context.label}' has it already, so nothing begins in it"
                raise ConflictError(message, hint=f"par send {context.label} COMMAND")
            from par.commands import checkout_update  # noqa: PLC0415 - only with --update

            return checkout_update.plan(context, home, branch.name)
        holders.check_is_free(home, branch.name, found)
    label = names.from_ref(branch.name) if request.label is None else names.label(request.label)
    holders.check_label(found, label, home, _with_label(request, f"{home.name}-{label}", found))
    is_strange = branch.is_strange or not isinstance(target, BranchTarget)
    consent = Consent(request.is_trusted, is_strange, request.with_init)
    planned = plans.plan_context(label, Kind.CHECKOUT, home, branch, request.socket, taken(), consent)
    plans.check_path(found, planned.root)
    return planned._replace(program=request.program)


def _with_label(request: Request, label: str, found: Index) -> str:
    """The command that gives the context about this label, '' where that would not do, or not be pasted."""
    try:
        label = names.from_ref(label)
    except UsageError:
        return ""
    folder = [] if request.folder == Path() else ["-p", str(request.folder)]
    command = shlex.join(["par", "checkout", request.target, *folder, "--label", label])
    is_taken = names.key(label) in map(names.key, found.labels())
    return "" if is_taken or not command.isprintable() else command


def _check_word(branch: str) -> None:
    # As refs these are sound, but git reads them as an option or as another name of what is checked out
    if branch.startswith("-") or branch in {"HEAD", "@"}:
        raise UsageError(f"'{visible(branch)}' is not a valid branch name", hint=checkout_target.FORMS)


def _check_form(branch: str, home: Repository) -> None:
    if process.attempt(home, "check-ref-format", f"refs/heads/{branch}").status:
        raise UsageError(f"'{visible(branch)}' is not a valid branch name", hint=checkout_target.FORMS)


def _branch(target: checkout_target.Target, home: Repository, known: Config) -> BranchPlan:
    match target:
        case RequestTarget():
            remote = _remote_of(target, home, known)
            return _unless_there(home, known, target.branch, Upstream(remote.name, target.ref))
        case ForkTarget():
            _check_form(target.branch, home)
            local = f"{target.user}-{target.branch}"
            is_remote = any(remote.name == target.user for remote in known.remotes)
            source = target.user if is_remote else _default(home, known).fork_of(target.user)
            return _unless_there(home, known, local, Upstream(source, f"refs/heads/{target.branch}"))
        case BranchTarget():
            return _plain(target, home, known)


def _plain(target: BranchTarget, home: Repository, known: Config) -> BranchPlan:
    default = known.default.name if known.default else ""
    is_default = target.remote in {"", ORIGIN, default}
    local = target.branch if is_default else f"{target.remote}-{target.branch}"
    if is_default and (tip := repository.branch_oid(home, local)):
        return plans.judged(home, known, BranchPlan(local, is_new=False), tip)
    _check_form(target.branch, home)  # what is there has a good name
    if not target.remote and not default:
        raise _no_branch(target.branch, home)
    seen = repository.refs(home, [f"refs/remotes/{each.name}/{target.branch}" for each in known.remotes])
    remote = target.remote
    if not remote:
        found = plans.holding(known, target.branch, seen)
        remote = found.name if found else default
    start = seen.get(f"refs/remotes/{remote}/{target.branch}", "")
    return _unless_there(home, known, local, Upstream(remote, f"refs/heads/{target.branch}"), start)


def _no_branch(branch: str, home: Repository) -> NotFoundError:
    from par.git import branch_names  # noqa: PLC0415 - only where something is missing

    message = f"there is no branch '{visible(branch)}' in {home.name}"
    meant = (branch, branch_names.nearest(home, branch))
    return NotFoundError(message, hint="git branch --all", meant=meant)


def _unless_there(
    home: Repository, config: Config, local: str, upstream: Upstream, start: str = ""
) -> BranchPlan:
    """A new branch `local` that tracks `upstream`; or the one that already does."""
    known = repository.refs(home, repository.neighbours(local))
    if tip := known.get(f"refs/heads/{local}"):
        if repository.upstream_of(home, local) != upstream:
            what = f"{upstream.ref} of {upstream.remote}"
            taken = f"branch '{visible(local)}' already exists and does not track {what}"
            raise ConflictError(taken, hint=f"par checkout {shlex.quote(visible(local))}")
        return plans.judged(home, config, BranchPlan(local, is_new=False), tip)
    repository.check_branch_is_free(known, local)
    source = None if start else (upstream.remote, upstream.ref)
    new = BranchPlan(local, is_new=True, start=start, source=source, upstream=upstream)
    return plans.judged(home, config, new)


def _default(home: Repository, known: Config) -> Remote:
    if known.default is None:
        raise NotFoundError(f"{home.name} has no remote to fetch from", hint="git remote add origin URL")
    return known.default


def _remote_of(target: RequestTarget, home: Repository, known: Config) -> Remote:
    if not target.owner:
        return _default(home, known)
    for remote in known.remotes:
        if any(_is_of(target, remotes.place(url)) for url in (remote.url, remote.target)):
            return remote
    where = f"{target.owner}/{target.project} on {target.host}"
    raise NotFoundError(f"no remote of {home.name} is {where}", hint="git remote -v")


def _is_of(target: RequestTarget, place: Place) -> bool:
    """Whether a remote at `place` may be what a URL names; `~/.ssh/config` may call the host otherwise."""
    if (place.owner, place.project) != (target.owner.casefold(), target.project.casefold()):
        return False
    is_alias = "." not in place.host or re.search(rf"(^|[-.]){re.escape(target.host)}($|[-.])", place.host)
    return place.host == target.host or bool(is_alias)

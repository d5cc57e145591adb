"""`par start`: a new context on a new branch, or on an existing branch of the same name."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from par import names
from par.contexts import holders, plans, survey
from par.contexts.plans import BranchPlan, CreationPlan
from par.errors import NotFoundError
from par.git import discovery
from par.model import Kind, Repository
from par.setup.preparation import Consent
from par.state.index import Index
from par.tmux import marks

if TYPE_CHECKING:
    from par.git.changes import Changes
    from par.setup.programs import Program


class Request(NamedTuple):
    """What `par start` was asked for; `folder` is any folder in the repository.

    `is_trusted` approves what the repository asks for, for this once. `program` is what starts in it.
    `with_changes` takes along what is not committed in the worktree that `folder` lies in.
    """

    label: str
    folder: Path
    socket: Path
    base: str | None = None
    with_fetch: bool = False
    is_trusted: bool = False
    program: "Program | None" = None
    with_changes: bool = False


def plan(request: Request) -> CreationPlan:
    """Decide how the context is made. Raises every refusal; touches nothing but what `--fetch` asks."""
    label = names.label(request.label)
    found = survey.recovered_index(request.socket)
    home, head = discovery.with_head(request.folder)
    holders.check_label(found, label, home)
    if request.with_fetch:
        _fetch(home)
    with marks.names_asked(request.socket) as taken:
        branch = plans.plan_branch(home, label, request.base, request.folder, found, head)
        consent = Consent(request.is_trusted, branch.is_strange)
        planned = plans.plan_context(label, Kind.SESSION, home, branch, request.socket, taken(), consent)
    plans.check_path(found, planned.root)
    if request.with_changes:
        planned = planned._replace(changes=_changes(request.folder, home, branch, label))
    is_stacked = branch.is_new and not (request.base or branch.upstream)
    stacked_on = _label_of(found, request.folder) if is_stacked else ""
    return planned._replace(stacked_on=stacked_on, program=request.program)


def _label_of(found: Index, folder: Path) -> str:
    """The label of the context that `folder` lies in, or ''."""
    here = folder.resolve()
    above = {*map(str, (here, *here.parents))}
    around = (
        context.label
        for context in found.contexts
        if any(str(each.path) in above for each in context.worktrees)
    )
    return next(around, "")


def _changes(folder: Path, home: Repository, branch: BranchPlan, label: str) -> "Changes":
    from par.contexts import carrying  # noqa: PLC0415 - few take changes along
    from par.git import changes, repository  # noqa: PLC0415 - as above

    oid = branch.start if branch.is_new else repository.branch_oid(home, label) or ""
    return carrying.check(changes.read(folder), label, oid)


def _fetch(home: Repository) -> None:
    from par.git import fetching, remotes  # noqa: PLC0415 - few ask for it
    from par.state import locks  # noqa: PLC0415 - as above

    remote = remotes.load(home).default
    if remote is None:
        raise NotFoundError(f"{home.name} has no remote to fetch from", hint="git remote add origin URL")
    with locks.operation() as operation:
        fetching.fetch_all(home, remote, operation)

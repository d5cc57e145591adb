"""`par start`: a new context on a new branch, or on an existing branch of the same name."""

from pathlib import Path
from typing import NamedTuple

from par import names
from par.contexts import plans, survey
from par.contexts.plans import CreationPlan
from par.errors import NotFoundError
from par.git import discovery, fetching, remotes
from par.model import Kind, Repository
from par.setup.preparation import Consent
from par.state import locks


class Request(NamedTuple):
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
    found = survey.recovered_index(request.socket)
    plans.check_label(found, label)
    home, head = discovery.with_head(request.folder)
    if request.with_fetch:
        _fetch(home)
    branch = plans.plan_branch(home, label, request.base, request.folder, found, head)
    consent = Consent(request.is_trusted, branch.is_strange)
    planned = plans.plan_context(label, Kind.SESSION, home, branch, request.socket, consent)
    plans.check_path(found, planned.root)
    return planned


def _fetch(home: Repository) -> None:
    remote = remotes.load(home).default
    if remote is None:
        raise NotFoundError(f"{home.name} has no remote to fetch from", hint="git remote add origin URL")
    with locks.operation() as operation:
        fetching.fetch_all(home, remote, operation)

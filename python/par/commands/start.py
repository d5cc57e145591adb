"""`par start`: a new context on a new branch, or on an existing branch of the same name."""

from dataclasses import dataclass
from pathlib import Path

from par import locks, names, plans, survey
from par.errors import NotFoundError
from par.git import remotes, repository
from par.git.remotes import ORIGIN
from par.model import Kind, Repository
from par.plans import CreationPlan
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
    branch = plans.own_branch(home, label, request.base, request.folder)
    planned = plans.plan(label, Kind.SESSION, home, branch, request.socket, Consent(request.is_trusted))
    plans.check_path(found, planned.root)
    return planned


def _fetch(home: Repository) -> None:
    if ORIGIN not in (each.name for each in remotes.remotes(home)):
        raise NotFoundError(f"{home.name} has no remote '{ORIGIN}' to fetch from", hint="git remote -v")
    with locks.operation() as operation, locks.repository(home.common_dir):
        remotes.fetch_all(home, ORIGIN, operation, FETCH_SECONDS)

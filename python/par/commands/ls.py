"""`par ls`: the contexts there are, as they are now."""

from pathlib import Path
from typing import NamedTuple

from par.contexts import survey
from par.errors import CommandError, NotFoundError
from par.model import ContextStatus, Kind, Repository
from par.state.records import Damaged


class Request(NamedTuple):
    """Which contexts to list: of a kind, of the repositories of a name, or all."""

    socket: Path
    kind: Kind | None = None
    repository: str | None = None
    with_heads: bool = False


class Listing(NamedTuple):
    """The contexts asked for, of `total`, and the commit checked out in each worktree's folder if wanted.

    Of what is `damaged` the kind and the repository are not known: it is there where all are asked for.
    """

    statuses: tuple[ContextStatus, ...]
    total: int
    heads: dict[Path, str]
    damaged: tuple[Damaged, ...] = ()


def run(request: Request) -> Listing:
    """Look; nothing is changed but what a dead par left half done."""
    seen = survey.survey(request.socket)
    wanted = tuple(each for each in seen.statuses if _is_wanted(each, request))
    damaged = () if request.kind or request.repository else seen.known.damaged
    total = len(seen.statuses) + len(seen.known.damaged)
    return Listing(wanted, total, _heads(wanted) if request.with_heads else {}, damaged)


def _is_wanted(status: ContextStatus, request: Request) -> bool:
    context = status.context
    repositories = {worktree.repository.name for worktree in context.worktrees}
    return request.kind in {None, context.kind} and (
        request.repository is None or request.repository in repositories
    )


def _heads(statuses: tuple[ContextStatus, ...]) -> dict[Path, str]:
    homes = {worktree.repository for each in statuses for worktree in each.context.worktrees}
    return {folder: oid for home in homes for folder, oid in _heads_of(home).items()}


def _heads_of(home: Repository) -> dict[Path, str]:
    from par.git import repository  # noqa: PLC0415 - only --json runs git

    try:
        return {Path(folder): oid for folder, oid in repository.heads(home).items()}
    except (CommandError, NotFoundError):  # a repository that is gone: its contexts are shown as broken
        return {}

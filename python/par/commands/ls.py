"""`par ls`: the contexts there are, as they are now."""

from pathlib import Path
from typing import NamedTuple

from par.contexts import selection, survey
from par.contexts.selection import Wanted
from par.errors import CommandError, NotFoundError
from par.model import ContextStatus, Repository
from par.state.records import Damaged


class Request(NamedTuple):
    """Which contexts to list."""

    socket: Path
    wanted: Wanted = Wanted()
    with_heads: bool = False


class Listing(NamedTuple):
    """The contexts asked for, and the commit checked out in each worktree's folder if wanted.

    Of what is `damaged` only the label is known: it is there where all are asked for.
    """

    statuses: tuple[ContextStatus, ...]
    heads: dict[str, str]
    damaged: tuple[Damaged, ...] = ()


def run(request: Request) -> Listing:
    """Look; nothing is changed but what a dead par left half done.

    Raises NotFoundError where contexts of some kind are asked for and there is none such.
    """
    seen = survey.survey(request.socket)
    is_all = not (request.wanted.words or request.wanted.is_filtered)
    found = seen.statuses if is_all else selection.statuses(seen, request.wanted)
    damaged = seen.known.damaged if is_all else ()
    return Listing(found, _heads(found) if request.with_heads else {}, damaged)


def _heads(statuses: tuple[ContextStatus, ...]) -> dict[str, str]:
    homes = {worktree.repository for each in statuses for worktree in each.context.worktrees}
    return {folder: oid for home in homes for folder, oid in _heads_of(home).items()}


def _heads_of(home: Repository) -> dict[str, str]:
    from par.git import repository  # noqa: PLC0415 - only --json runs git

    try:
        return repository.heads(home)
    except (CommandError, NotFoundError):  # a repository that is gone: its contexts are shown as broken
        return {}

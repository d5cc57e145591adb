"""`par conflicts`: which contexts would conflict with each other, or with the branch they came from."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par.contexts import survey
from par.errors import CommandError, NotFoundError
from par.git import base, merging, repository, uncommitted
from par.git.merging import TooOldError
from par.model import Context, Repository, Worktree
from par.names import nearest, visible
from par.state import conflicts_tsv
from par.state.index import Index
from par.system import narration


class Request(NamedTuple):
    """Which contexts to compare: those of the repositories called `repository`, or all.

    `with_uncommitted` takes what is not committed yet for committed.
    """

    socket: Path
    repository: str | None = None
    with_uncommitted: bool = False


class Conflict(NamedTuple):
    """Two contexts, or one and the branch `base`, and the files in which merging them would conflict."""

    labels: tuple[str, ...]
    base: str
    repository: str
    files: tuple[str, ...]


class Report(NamedTuple):
    """What would conflict, and how many worktrees were compared."""

    conflicts: tuple[Conflict, ...]
    compared: int


class _Tip(NamedTuple):
    """A commit that is compared: that of a context's worktree, or of a branch, which has no label."""

    label: str
    name: str
    oid: str


def run(request: Request) -> Report:
    """Merge in memory; only what the picker reads is written. Raises CommandError where git is too old.

    A repository that git cannot look at is left out, and reported.
    """
    found = survey.recovered_index(request.socket)
    if request.repository is not None:
        _check_repository(request.repository, found)
    homes: dict[Repository, list[tuple[Context, Worktree]]] = {}
    for context in found.contexts:
        for worktree in context.worktrees if context.is_ready else ():
            is_wanted = request.repository in {None, worktree.repository.name}
            if is_wanted and worktree.repository.common_dir.is_dir() and worktree.path.is_dir():
                homes.setdefault(worktree.repository, []).append((context, worktree))
    conflicts: list[Conflict] = []
    compared = 0
    for home, places in homes.items():
        try:
            conflicts += _conflicts(home, places, request.with_uncommitted)
            compared += len(places)
        except TooOldError:
            raise
        except CommandError as error:
            narration.report(f"{visible(str(home.path))} is left out: {error.message}")
    rows = [(label, each.repository, _others(each, label)) for each in conflicts for label in each.labels]
    conflicts_tsv.write(rows, request.repository)
    return Report(tuple(conflicts), compared)


def _check_repository(name: str, found: Index) -> None:
    known = {each.repository.name for context in found.contexts for each in context.worktrees}
    if name not in known:
        message = f"no context is in a repository called '{visible(name)}'"
        raise NotFoundError(message, hint="par ls", meant=(name, nearest(name, known)))


def _others(conflict: Conflict, label: str) -> str:
    """What the context called `label` conflicts with."""
    return " ".join(each for each in (*conflict.labels, conflict.base) if each and each != label)


def _conflicts(
    home: Repository, places: list[tuple[Context, Worktree]], with_uncommitted: bool
) -> Iterable[Conflict]:
    heads, bases = repository.heads(home), base.load(home)
    tips: list[_Tip] = []
    pairs: list[tuple[_Tip, _Tip]] = []
    for context, worktree in places:
        if oid := heads.get(worktree.folder):
            tip = _Tip(context.label, "", uncommitted.commit(worktree) if with_uncommitted else oid)
            pairs += [(other, tip) for other in tips]
            tips.append(tip)
            if target := bases.of(worktree):
                pairs.append((tip, _Tip("", target.name, target.oid)))
    merged = merging.conflicts(home, [(one.oid, other.oid) for one, other in pairs])
    for (one, other), files in zip(pairs, merged, strict=True):
        if files:
            labels = tuple(each.label for each in (one, other) if each.label)
            yield Conflict(labels, other.name, home.name, files)

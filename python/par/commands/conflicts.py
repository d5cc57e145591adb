"""`par conflicts`: which contexts would conflict with each other, or with the branch they came from."""

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from par.contexts import survey
from par.git import base, merging, repository
from par.model import Context, Repository


class Request(NamedTuple):
    """Which contexts to compare: those of the repositories called `repository`, or all."""

    socket: Path
    repository: str | None = None


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
    """Compare what is committed; nothing is changed. Raises CommandError, also where git is too old."""
    found = survey.recovered_index(request.socket)
    homes: dict[Repository, dict[Path, Context]] = {}
    for context in found.contexts:
        for worktree in context.worktrees if context.is_ready else ():
            is_wanted = request.repository in {None, worktree.repository.name}
            if is_wanted and worktree.repository.common_dir.is_dir() and worktree.path.is_dir():
                homes.setdefault(worktree.repository, {})[worktree.path] = context
    conflicts = [conflict for home, places in homes.items() for conflict in _of(home, places)]
    return Report(tuple(conflicts), sum(map(len, homes.values())))


def _of(home: Repository, places: dict[Path, Context]) -> Iterable[Conflict]:
    heads = repository.heads(home)
    tips = [
        _Tip(context.label, "", heads[str(folder)])
        for folder, context in places.items()
        if heads.get(str(folder))
    ]
    pairs = [*combinations(tips, 2)]
    if trunk := base.default(home):
        pairs += [(tip, _Tip("", trunk.name, trunk.oid)) for tip in tips]
    merged = merging.conflicts(home, [(one.oid, other.oid) for one, other in pairs])
    for (one, other), files in zip(pairs, merged, strict=True):
        if files:
            labels = tuple(each.label for each in (one, other) if each.label)
            yield Conflict(labels, other.name, home.name, files)

"""Taking in what no context has: a record for it, led by its session's marks and by git alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from shlex import quote

from par import index, locks, names, paths
from par.git import relink, repository
from par.health.findings import Fault, Finding
from par.health.strays import Stray
from par.index import Index
from par.model import Context, Kind, Phase
from par.names import visible
from par.tmux.marks import Marked


def examine(strays: Iterable[Stray], live: Mapping[Path, list[Marked]], socket: Path) -> Iterator[Finding]:
    """A finding for each folder that no context has."""
    for stray in strays:
        told = f"{visible(str(stray.root))} belongs to no context"
        if stray.worktrees:
            marked = [each for sessions in live.values() for each in sessions if each.label]
            session = next((each for each in marked if each.path == str(stray.root)), None)
            how = "take it in, with its branch" + (" and session" if session else "")
            mend = partial(take_in, stray, session, socket)
            label = session.label if session else stray.label
            yield Finding(Fault.WORKTREE_UNKNOWN, visible(label), f"worktree {told}", how, mend=mend)
        else:
            why = f": {stray.told}" if stray.told else ", and no repository knows it"
            hint = f"look into it, then move it away: {quote(str(stray.root))}"
            yield Finding(Fault.WORKTREE_FOREIGN, visible(stray.label), f"{told}{why}", hint=hint)


def take_in(stray: Stray, session: Marked | None, socket: Path) -> None:
    """Write a record for the worktrees of `stray`, led by its session's marks and by git alone."""
    with locks.operation() as operation, locks.index():
        found = index.load(socket)
        taken = {worktree.path for context in found.contexts for worktree in context.worktrees}
        if taken.isdisjoint(worktree.path for worktree in stray.worktrees):
            context = _record(stray, session, socket, operation.id)
            label = _free(context.label, found)
            index.save(found.with_(replace(context, label=label)))


def _record(stray: Stray, session: Marked | None, socket: Path, operation: str) -> Context:
    label = session.label if session else names.from_ref(stray.label)
    worktrees = tuple(
        replace(each, branch=each.branch or (session.branch if session else "") or label)
        for each in stray.worktrees
    )
    return Context(
        label=label,
        kind=_kind(stray, session),
        phase=Phase.READY,
        root=stray.root,
        worktrees=worktrees,
        session=session.name if session else _session(stray, label),
        socket=session.socket if session else socket,
        created_at=stray.made_at.replace(microsecond=0),
        operation=operation,
        is_adopted=not paths.is_ours(stray.root),
        is_review=paths.is_review(stray.root),
    )


def _session(stray: Stray, label: str) -> str:
    home = stray.worktrees[0].repository
    if stray.root == stray.worktrees[0].path:
        return names.session(home.name, home.path, label, ())
    digits = paths.workspaces_of(stray.root).name
    # That it was started in the folder above its repositories is likely, and can be told
    started_in = next((each.name for each in home.path.parents if names.digest(each) == digits), "")
    return names.workspace_session(started_in, digits, label, ())


def _kind(stray: Stray, session: Marked | None) -> Kind:
    if stray.root != stray.worktrees[0].path:
        return Kind.WORKSPACE
    if session and session.kind in {each.value for each in Kind}:
        return Kind(session.kind)
    first = stray.worktrees[0]
    made = relink.made_by_par(first.repository, first.branch)
    return Kind.SESSION if made.startswith(repository.CREATED) else Kind.CHECKOUT


def _free(label: str, found: Index) -> str:
    candidates = (label, *(f"{label}-{number}" for number in range(2, len(found.contexts) + 3)))
    return next(each for each in candidates if not found.like(each))

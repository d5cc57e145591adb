"""Taking in what no context has: a record for it, led by its session's marks and by git alone."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from shlex import quote

from par import names
from par.doctor.findings import Fault, Finding
from par.doctor.strays import Stray
from par.git import owners, repository, worktree_repair
from par.model import Context, Kind, Phase
from par.names import visible
from par.state import index, locks, paths, session_names
from par.state.index import Index
from par.tmux import marks
from par.tmux.marks import Marked


def examine(strays: Iterable[Stray], live: Mapping[Path, list[Marked]], socket: Path) -> Iterator[Finding]:
    """A finding for each folder that no context has."""
    for stray in strays:
        message = f"{visible(str(stray.root))} belongs to no context"
        if stray.worktrees:
            marked = [each for sessions in live.values() for each in sessions if each.label]
            session = next((each for each in marked if each.path == str(stray.root)), None)
            how = "take it in, with its branch" + (" and session" if session else "")
            fix = partial(add_record, stray, session, socket)
            label = session.label if session else stray.label
            yield Finding(Fault.WORKTREE_UNKNOWN, visible(label), f"worktree {message}", how, fix=fix)
        else:
            why = f": {stray.message}" if stray.message else ", and no repository knows it"
            hint = f"look into it, then move it away: {quote(str(stray.root))}"
            yield Finding(Fault.WORKTREE_FOREIGN, visible(stray.label), f"{message}{why}", hint=hint)


def add_record(stray: Stray, session: Marked | None, socket: Path) -> None:
    """Write a record for the worktrees of `stray`, led by its session's marks and by git alone."""
    with locks.operation() as operation, locks.index():
        found = index.load(socket)
        taken = {worktree.path for context in found.contexts for worktree in context.worktrees}
        if taken.isdisjoint(worktree.path for worktree in stray.worktrees):
            label = _free(session.label if session else names.from_ref(stray.label), found)
            name = _session(label, stray, session, found)
            index.save(found.with_(_record(label, name, stray, session, socket, operation.id)))


def _session(label: str, stray: Stray, session: Marked | None, found: Index) -> str:
    """The name of the context's session: never that of one that was there before par and is only lent."""
    home = stray.worktrees[0].repository
    if session and not session.is_adopted:
        return session.name
    taken = {*marks.taken_names(session.socket)} if session else set()
    taken |= {context.session for context in found.contexts}
    workspace = stray.root if stray.root != stray.worktrees[0].path else None
    return session_names.session_name(label, taken, home.path, workspace)


def _record(
    label: str, name: str, stray: Stray, session: Marked | None, socket: Path, operation: str
) -> Context:
    worktrees = tuple(
        each._replace(branch=each.branch or (session.branch if session else "") or label)
        for each in stray.worktrees
    )
    return Context(
        label=label,
        kind=_kind(stray, session),
        phase=Phase.READY,
        folder=str(stray.root),
        worktrees=worktrees,
        session=name,
        socket=session.socket if session else socket,
        created_at=stray.made_at.replace(microsecond=0),
        operation=operation,
        is_adopted=not paths.is_ours(stray.root),
        is_review=paths.is_review(stray.root) or any(map(owners.is_review, worktrees)),
    )


def _kind(stray: Stray, session: Marked | None) -> Kind:
    if stray.root != stray.worktrees[0].path:
        return Kind.WORKSPACE
    if session and session.kind in {each.value for each in Kind}:
        return Kind(session.kind)
    first = stray.worktrees[0]
    made = worktree_repair.made_by_par(first.repository, first.branch)
    return Kind.SESSION if made.startswith(repository.CREATED) else Kind.CHECKOUT


def _free(label: str, found: Index) -> str:
    taken = set(map(names.key, found.labels()))
    candidates = (label, *(f"{label}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in candidates if names.key(each) not in taken)

"""`par adopt`: take a worktree or a tmux session that something else made; it is never moved or deleted."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from par import names
from par.contexts import creation, survey
from par.errors import ConflictError, NotFoundError, ParError
from par.git import discovery, links, owners, version
from par.model import Context, Kind, Phase, Session, Worktree
from par.names import quoted, visible
from par.state import index, locks, paths
from par.state.index import Index
from par.state.locks import Operation
from par.system import signals
from par.tmux import marks, sessions
from par.trash import removal

LISTED = "git worktree list"


class Request(NamedTuple):
    """What to adopt: any folder in a linked worktree, or the name of a session in one."""

    place: str
    folder: Path
    socket: Path
    label: str | None = None


class Plan(NamedTuple):
    """A worktree that can be a context called `label`, and the session it comes with, if any."""

    label: str
    worktree: Worktree
    session: Session | None
    socket: Path
    is_review: bool = False


class Adopted(NamedTuple):
    """The context that was made of it, and the name of its session: its own, or the one adopted."""

    context: Context
    session: str
    has_own_session: bool


def plan(request: Request) -> Plan:
    """Find what is meant, and see that nothing is in the way. Raises every refusal."""
    found = survey.recovered_index(request.socket)
    session = None if request.folder.is_dir() else _session(request, found)
    folders = marks.folders(request.socket, session.id) if session else [request.folder.resolve()]
    worktree = _first_worktree(folders)
    label = _label(request, worktree, session)
    _check(found, label, worktree.path)
    return Plan(label, worktree, session, request.socket, owners.is_review(worktree))


def run(planned: Plan) -> Adopted:
    """Make the record, and the session or its marks; or leave all as it was."""
    with locks.operation() as operation:
        context = _reserve(planned, operation)
        try:
            if planned.session:
                sessions.adopt(context, planned.session.id)
            else:
                sessions.create(context)
            ready = creation.mark_ready(context)
        except BaseException:
            # What fails here too the next par does: the record says that it was not finished
            with signals.ignored(), suppress(ParError, OSError):
                removal.forget_adopted(context, sessions.session_of(context))
            raise
    name = planned.session.name if planned.session else ready.session
    return Adopted(ready, name, planned.session is None)


def _session(request: Request, found: Index) -> Session:
    live = {each.name: each for each in sessions.sessions(request.socket)}
    if request.place not in live:
        message = f"there is no folder and no session '{visible(request.place)}'"
        meant = (request.place, names.nearest(request.place, live))
        raise NotFoundError(message, hint=LISTED, meant=meant)
    session = live[request.place]
    if session.name == names.CENTER:
        raise ConflictError(f"the session '{session.name}' is par's own", hint="par ls")
    if session.label:
        taken = f"the session '{visible(session.name)}' belongs to the context '{visible(session.label)}'"
        is_known = any(each.label == session.label for each in found.contexts)
        hint = f"par open {session.label}" if is_known else "par doctor"
        raise ConflictError(taken, hint=hint)
    return session


def _first_worktree(folders: Sequence[Path]) -> Worktree:
    """The first linked worktree that one of `folders` lies in; the refusal of the last where none does."""
    if not folders:
        raise NotFoundError("the folder of the session is gone", hint=LISTED)
    for folder in folders[:-1]:
        with suppress(ParError):
            return _worktree(folder)
    return _worktree(folders[-1])


def _worktree(folder: Path) -> Worktree:
    home = discovery.containing(folder, hint=LISTED)
    top = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), home.path)
    worktree = Worktree(home, str(top), links.checked_out(top) or "")
    if links.is_linked(worktree):
        return worktree
    shown = visible(str(top))
    if links.names_repository(worktree):
        moved = f"'{shown}' was moved, and its repository does not know"
        repair = f"git -C {quoted(home.path)} worktree repair {quoted(top)}"
        raise ConflictError(moved, hint=version.needing(version.WITH_REPAIR, repair))
    what = "the main worktree" if top == home.path else "not a linked worktree"
    message = f"'{shown}' is {what} of {visible(home.name)}: par adopts linked ones"
    raise ConflictError(message, hint=f"par start LABEL -p {quoted(top)}")


def _label(request: Request, worktree: Worktree, session: Session | None) -> str:
    if request.label is not None:
        return names.label(request.label)
    return names.from_ref(session.name if session else worktree.branch or worktree.path.name)


def _check(found: Index, label: str, path: Path) -> None:
    """Raise ConflictError where the folder is a context's or par's own, or the label is taken."""
    shown = visible(str(path))
    data = paths.data()
    around = {each.path: context.label for context in found.contexts for each in context.worktrees}
    if path in around:
        message = f"'{shown}' is already the context '{around[path]}'"
        raise ConflictError(message, hint=f"par open {around[path]}")
    outside = f"git -C {quote(str(path))} worktree move {quote(str(path))} ELSEWHERE, and adopt it there"
    for other, held in around.items():
        if path in other.parents or other in path.parents:
            relation = "lies in" if other in path.parents else "is around"
            raise ConflictError(f"'{shown}' {relation} the context '{held}'", hint=outside)
    if holder := paths.another(path):
        message = f"'{shown}' belongs to the data folder '{visible(str(holder))}' of another par"
        raise ConflictError(message, hint=f"XDG_DATA_HOME={quote(str(holder.parent))} par ls")
    if paths.is_ours(path):
        raise ConflictError(f"'{shown}' lies where par makes worktrees", hint="par doctor --fix")
    if path == data or data in path.parents:
        raise ConflictError(f"'{shown}' lies in par's own folder", hint=outside)
    if path in data.parents:
        raise ConflictError(f"'{shown}' is around par's own folder '{visible(str(data))}'", hint=outside)
    if twin := found.like(label):
        hint = f"par adopt {quoted(path)} --label LABEL"
        raise ConflictError(f"context '{twin.label}' already exists", hint=hint)


def _reserve(planned: Plan, operation: Operation) -> Context:
    home, live = planned.worktree.repository, sessions.sessions(planned.socket)
    with locks.index():
        found = index.load(planned.socket)
        _check(found, planned.label, planned.worktree.path)
        taken = {each.name for each in live} | {each.session for each in found.contexts}
        context = Context(
            label=planned.label,
            kind=Kind.CHECKOUT,
            phase=Phase.CREATING,
            folder=planned.worktree.folder,
            worktrees=(planned.worktree,),
            # Also where a session is adopted: should that end, par makes one of its own
            session=names.session(planned.label, names.digest(home.path), taken),
            socket=planned.socket,
            created_at=datetime.now(timezone.utc).replace(microsecond=0),
            operation=operation.id,
            is_adopted=True,
            is_review=planned.is_review,
        )
        index.save(found.with_(context))
    return context

"""`par restore`: bring back what was removed, as it was."""

from dataclasses import dataclass, replace
from pathlib import Path

from par import creation, index, interrupts, locks, names, paths, removal, survey, trash
from par.errors import ConflictError, NotFoundError
from par.git import burial, repository
from par.git.burial import Kept
from par.model import Context, Kind, Phase, Worktree
from par.tmux import sessions
from par.trash import Entry


@dataclass(frozen=True, slots=True)
class Request:
    """The label or id of what to bring back, or None for the last one removed; `new_label` renames it."""

    name: str | None
    socket: Path
    new_label: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An entry of the trash and the context that it becomes."""

    entry: Entry
    context: Context


def plan(request: Request) -> Plan:
    """Find the entry and see that its label, places and branches are free. Raises every refusal."""
    found = survey.known(request.socket)
    entry = trash.find(request.name)
    label = names.label(request.new_label) if request.new_label else entry.context.label
    if twin := found.like(label):
        raise ConflictError(f"context '{twin.label}' already exists", hint=_otherwise(entry))
    if request.new_label and entry.context.kind is Kind.WORKSPACE:
        raise ConflictError("a workspace comes back under its own label only", hint=f"par restore {entry.id}")
    targets = tuple(_target(kept, entry, label) for kept in entry.kept)
    for kept, target in zip(entry.kept, targets, strict=True):
        creation.check_path(found, target.path)
        _check_branch(kept, target, entry)
    return Plan(entry, _context(entry, label, targets))


def _context(entry: Entry, label: str, targets: tuple[Worktree, ...]) -> Context:
    before = entry.context
    name, root = before.session, before.root
    if label != before.label:
        name = names.session(before.repository.name, before.repository.path, label, ())
        root = targets[0].path
    taken = {session.name for session in sessions.sessions(before.socket) if not session.label}
    free = name if name not in taken else f"{name}-{entry.id[:4]}"
    return replace(
        before,
        label=label,
        phase=Phase.RESTORING,
        root=root,
        worktrees=targets,
        session=free,
        operation=entry.id,
    )


def _target(kept: Kept, entry: Entry, label: str) -> Worktree:
    was = kept.worktree
    if not was.repository.common_dir.is_dir():
        gone = f"the repository '{was.repository.path}' is gone"
        raise NotFoundError(gone, hint=f"its files are in {entry.folder}")
    if label == entry.context.label:
        return was
    branch = label if kept.tip and was.branch == entry.context.label else was.branch
    return replace(was, path=paths.worktrees(was.repository.path) / label, branch=branch)


def _check_branch(kept: Kept, target: Worktree, entry: Entry) -> None:
    known = repository.refs(target.repository, repository.neighbours(target.branch))
    if kept.tip and f"refs/heads/{target.branch}" in known:
        taken = f"branch '{target.branch}' already exists"
        raise ConflictError(taken, hint=_otherwise(entry))
    if kept.tip:
        repository.check_branch_is_free(known, target.branch)
    elif kept.head:
        creation.check_holder(target.repository, kept.head.removeprefix("refs/heads/"))


def _otherwise(entry: Entry) -> str:
    return f"par restore {entry.id} --as NEWLABEL"


def run(planned: Plan) -> Context:
    """Put everything back, or leave it whole in the trash."""
    entry, context = planned.entry, planned.context
    with locks.adopted(entry.id) as operation:
        if operation is None or trash.load(entry.id) is None:
            raise ConflictError("another par is at it", hint="par trash")
        _reserve(context)
        try:
            for place, (kept, target) in enumerate(zip(entry.kept, context.worktrees, strict=True)):
                with locks.repository(target.repository.common_dir):
                    burial.unbury(kept, entry.grave(place), target)
            sessions.create(context)
            ready = creation.finish(context)
        except BaseException:
            with interrupts.ignored():
                removal.take_back(entry, context)
            raise
        with interrupts.ignored():
            trash.forget(entry)
    return ready


def _reserve(context: Context) -> None:
    with locks.index():
        found = index.load(context.socket)
        creation.check_label(found, context.label)
        index.save(found.with_(context))

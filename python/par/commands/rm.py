"""`par rm`: put contexts away where they can be brought back; with `--purge` delete them at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from par import index, interrupts, locks, paths, processes, removal, survey
from par.errors import ConflictError, NotFoundError, UnsafeError, UsageError
from par.git import links, repository, work
from par.model import Context, Phase, Sighting, Worktree
from par.names import visible
from par.removal import Removed
from par.tmux import panes

ALL = "all"
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Request:
    """The labels to remove, or just `all`.

    `is_purge` deletes at once, and `is_forced` then gives up work that is nowhere else.
    """

    labels: tuple[str, ...]
    socket: Path
    is_purge: bool = False
    is_forced: bool = False

    @property
    def is_all(self) -> bool:
        return [label.casefold() for label in self.labels] == [ALL]


@dataclass(frozen=True, slots=True)
class Plan:
    """The contexts that can be removed, that of the caller's own session last."""

    sightings: tuple[Sighting, ...]
    is_purge: bool
    is_forced: bool


def plan(request: Request) -> Plan:
    """Find the contexts and judge each. Raises UnsafeError for what is not par's, or would be lost."""
    if request.is_forced and not request.is_purge:
        raise UsageError(
            "--force goes with --purge: what is only removed can be brought back", hint="par rm LABEL"
        )
    seen = survey.survey(request.socket)
    labels = [each.label for each in seen.index.contexts] if request.is_all else request.labels
    if not labels:
        raise NotFoundError("there is no context to remove", hint="par start LABEL")
    wanted = {each.context.label: each for each in map(seen.find_ready, labels)}.values()
    _check(wanted, judges_loss=request.is_purge and not request.is_forced)
    own_last = sorted(wanted, key=lambda each: bool(each.session and each.session.is_current))
    return Plan(tuple(own_last), request.is_purge, request.is_forced)


def run(planned: Plan) -> tuple[Removed, ...]:
    """Remove what was planned; what was done for each, truly."""
    with interrupts.ignored():
        return tuple(_remove(sighting, planned) for sighting in planned.sightings)


def _remove(sighting: Sighting, planned: Plan) -> Removed:
    with locks.operation() as operation:
        with locks.index():
            found = index.load(sighting.context.socket)
            if found.find(sighting.context.label) != sighting.context:
                told = f"context '{sighting.context.label}' was changed by another par"
                raise ConflictError(told, hint=f"par rm {sighting.context.label}")
            doomed = _doomed(sighting.context, operation.id)
            index.save(found.with_(doomed))
        session_id = sighting.session.id if sighting.session else None
        if planned.is_purge:
            return removal.finish(doomed, operation, session_id, keeps=not planned.is_forced)
        shells = panes.pids(doomed.socket, session_id) if session_id else ()
        running = processes.inside([each.path for each in doomed.worktrees], shells)
        return replace(removal.put_away(doomed, operation, session_id), processes=running)


def _doomed(context: Context, operation_id: str) -> Context:
    worktrees = tuple(replace(each, doomed_oid=_tip(each)) for each in context.worktrees)
    return replace(context, phase=Phase.REMOVING, operation=operation_id, worktrees=worktrees)


def _tip(worktree: Worktree) -> str:
    if not worktree.is_branch_ours or not worktree.repository.common_dir.is_dir():
        return ""
    holder = repository.holder_of(worktree.repository, worktree.branch)
    is_elsewhere = holder is not None and Path(holder) != worktree.path
    return "" if is_elsewhere else repository.branch_oid(worktree.repository, worktree.branch) or ""


def _check(sightings: Iterable[Sighting], judges_loss: bool) -> None:
    if barred := _faults(sightings, _bar):
        hint = "git worktree unlock, or move away what is not par's: par does neither"
        raise UnsafeError(f"cannot be removed: {_listed(barred)}", hint=hint)
    if judges_loss and (losing := _faults(sightings, _loss)):
        hint = f"save the work, or give it up: par rm --purge --force {' '.join(losing)}"
        raise UnsafeError(f"work would be lost: {_listed(losing)}", hint=hint)


def _faults(sightings: Iterable[Sighting], judge: Callable[[Worktree], str]) -> dict[str, str]:
    said = {each.context.label: list(map(judge, each.context.worktrees)) for each in sightings}
    return {label: next(filter(None, faults)) for label, faults in said.items() if any(faults)}


def _listed(faults: dict[str, str]) -> str:
    return "; ".join(f"'{label}' {fault}" for label, fault in faults.items())


def _bar(worktree: Worktree) -> str:
    if not worktree.repository.common_dir.is_dir():
        return ""
    # Also where its folder is gone: that is what a lock is for, a disk that is not always there
    if (reason := links.lock_reason(worktree)) is not None:
        return f"is locked by git worktree lock: {visible(reason)}"
    path = worktree.path
    if path.is_symlink() or (path.exists() and not (paths.is_ours(path) and links.is_linked(worktree))):
        return f"is no longer a worktree of par's at '{path}'"
    return ""


def _loss(worktree: Worktree) -> str:
    if not worktree.repository.common_dir.is_dir():
        return ""
    files = work.uncommitted(worktree.path) if worktree.path.exists() else []
    commits = work.unmerged(worktree)
    said = [_counted("uncommitted file", files), _counted("commit on no other branch", commits)]
    return " and ".join(f"has {each}" for each in said if each)


def _counted(noun: str, found: list[str]) -> str:
    if not found:
        return ""
    first, _, rest = noun.partition(" ")
    many = f"{first}s {rest}" if rest.startswith("on ") else f"{noun}s"
    shown = ", ".join(visible(each) for each in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{len(found)} {noun if len(found) == 1 else many} ({shown}{more})"

"""What forbids a removal: what is not par's, or holds work that would be lost."""

from collections.abc import Iterable, Mapping, Sequence
from shlex import quote

from par.contexts.selection import Target
from par.errors import ConfigError, ConflictError, UnsafeError
from par.git import unsaved
from par.git.unsaved import Losses
from par.model import Context, ContextStatus
from par.state import index
from par.state.index import Index
from par.trash import obstacles, workspace_folder
from par.trash.entries import Entry

LISTED = 1000


def whole(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The same. Raises NotFoundError for one repository of a workspace: another command takes it out."""
    for each in targets:
        if each.worktree:
            from par.state import missing  # noqa: PLC0415 - only where something is missing

            hint = f"par workspace drop {quote(each.context.label)} {quote(each.worktree.name)}"
            raise missing.whole_only(each.label, each.context, hint)
    return targets


def check(
    statuses: Sequence[ContextStatus], known: Iterable[Context], is_purge: bool, is_forced: bool
) -> None:
    """Raise UnsafeError for what is not par's, or where work would be lost."""
    in_the_way = {
        each.context.label: obstacles.to_removing(each.context, known, is_purge) for each in statuses
    }
    if blocked := {label: obstacle for label, obstacle in in_the_way.items() if obstacle}:
        for context in (each.context for each in statuses if each.context.label in blocked):
            check_same(index.load(context.socket), context)  # what is in the way may be a par that removes it
        said = "; ".join(f"'{label}' {obstacle.message}" for label, obstacle in blocked.items())
        raise UnsafeError(f"cannot be removed: {said}", hint=next(iter(blocked.values())).hint)
    judges_loss = is_purge and not is_forced
    found = {each.context.label: _losses(each.context) for each in statuses if judges_loss}
    if losing := {label: lost for label, lost in found.items() if any(lost)}:
        message = "; ".join(f"'{label}' has {counted(lost)}" for label, lost in losing.items())
        hint = f"save the work, or give it up: par rm --purge --force {' '.join(losing)}"
        details = tuple(f"{label}: {line}" for label, lost in losing.items() for line in listed(lost))
        raise UnsafeError(f"work would be lost: {message}", hint, details)


def check_put_away(entry: Entry) -> None:
    """Raise UnsafeError where work came in between, which a purge would lose."""
    from par.trash import emptying, holding  # noqa: PLC0415 - nearly all goes into the trash

    emptying.check(entry)
    if any(lost := holding.losses(entry)):
        label = entry.context.label
        message = f"'{label}' has {counted(lost)} since it was looked at, so it is back where it was"
        hint = f"save the work, or give it up: par rm --purge --force {label}"
        raise UnsafeError(message, hint, tuple(f"{label}: {line}" for line in listed(lost)))


def check_same(found: Index, context: Context) -> None:
    """Raise ConflictError where another par has changed the context, NotFoundError where it is gone."""
    if found.find(context.label) != context:
        message = f"context '{context.label}' was changed by another par"
        raise ConflictError(message, hint=f"par rm {context.label}")


def _losses(context: Context) -> Losses:
    """What a workspace would lose, in all its repositories and beside them, as one."""
    lost = unsaved.losses(context.worktrees)
    return lost._replace(files=(*lost.files, *workspace_folder.user_files(context)))


def kept(faults: Mapping[str, ConfigError]) -> ConfigError:
    """The error that says which contexts stay, and why."""
    first = next(iter(faults.values()))
    if len(faults) == 1:
        return ConfigError(f"'{next(iter(faults))}' stays: {first.message}", hint=first.hint)
    details = tuple(f"{label}: {fault.message}" for label, fault in faults.items())
    hint = f"correct it, or go without its before_remove: par rm --force {' '.join(faults)}"
    return ConfigError(f"{len(faults)} contexts stay: {', '.join(faults)}", hint, details)


def counted(lost: Losses) -> str:
    """How many files and commits `lost` has, in words."""
    return " and ".join(lost.counted(" on no other branch"))


def listed(lost: Losses) -> list[str]:
    """What is in `lost`, a line each, and how many more."""
    lines = [*(f"uncommitted {each}" for each in lost.files), *(f"commit {each}" for each in lost.commits)]
    more = len(lines) - LISTED
    return [*lines[:LISTED], *([f"and {more} more"] if more > 0 else [])]

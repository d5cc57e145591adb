"""What a person reads after contexts were adopted or made again, and of the environment's checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.names import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from par.commands.adopt import Adopted
    from par.commands.environment import Check
    from par.commands.resurrect import Rise


def adopted(done: Adopted) -> str:
    """What `par adopt` says when it is done."""
    context = done.context
    return "\n".join(
        [
            f"adopted '{context.label}' in {visible(context.repository.name)}",
            f"  worktree  {visible(str(context.root))}",
            f"  branch    {visible(context.branch) or '(no branch)'}",
            f"  session   {visible(done.session)}" + ("" if done.has_own_session else " (existing)"),
            "par never moves or deletes what it did not make: par rm only forgets it",
            f"open it: par open {context.label}",
        ]
    )


def resurrected(found: Iterable[Rise]) -> str:
    """A receipt for each context that had no session."""
    return "\n".join(map(_rise, found)) or "Every context has its session."


def _rise(rise: Rise) -> str:
    if rise.is_broken:
        return f"{rise.context.label}: skipped, {visible(rise.fault)} (par rm {rise.context.label})"
    if rise.fault:
        return f"{rise.context.label}: not made, {visible(rise.fault)}"
    return f"{rise.context.label}: session " + ("found again" if rise.unmarked_id else "made")


def environment(found: Iterable[Check]) -> str:
    """A line for each check: ok, or what bites and what to do."""
    return "\n".join(map(_check, found))


def _check(check: Check) -> str:
    said = f": {visible(check.told)}" if check.told else ""
    if not check.bites:
        return f"ok     {check.name}{said}"
    return f"BITES  {check.name}{said}; do: {visible(check.remedy)}"

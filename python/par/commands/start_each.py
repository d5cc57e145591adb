"""`par start --each` and `--count`: several contexts for one task, from one commit, all of them or none."""

import re
from collections.abc import Sequence

from par import names
from par.commands import start
from par.contexts.plans import CreationPlan
from par.errors import ConflictError
from par.names import visible
from par.setup import programs
from par.setup.programs import Program


def labels(label: str, commands: Sequence[str]) -> list[str]:
    """A label for each of these commands, called after its program; numbered where several are called so.

    Where there is no command at all they have numbers only.
    """
    if not any(commands):
        return [f"{label}-{number}" for number in range(1, len(commands) + 1)]
    parts = [re.sub(r"[^\w.-]+", "-", programs.name(each)).strip(".-") or "run" for each in commands]
    keys = [names.key(part) for part in parts]
    numbers = [keys[: place + 1].count(key) if keys.count(key) > 1 else 0 for place, key in enumerate(keys)]
    pairs = zip(parts, numbers, strict=True)
    return [f"{label}-{part}-{number}" if number else f"{label}-{part}" for part, number in pairs]


def plan(
    request: start.Request, wanted: Sequence[Program | None], is_named: bool
) -> tuple[CreationPlan, ...]:
    """Decide how each of the contexts is made; where it `is_named` its label says what starts in it.

    Raises every refusal, of whichever context; touches nothing but what `--fetch` asks.
    """
    names.label(request.label)
    commands = [each.command if each and is_named else "" for each in wanted]
    made: list[CreationPlan] = []
    for label, program in zip(labels(request.label, commands), wanted, strict=True):
        one = request._replace(label=label, program=program, with_fetch=request.with_fetch and not made)
        planned = start.plan(one)
        branch = planned.worktrees[0].branch
        if not branch.is_new or branch.upstream:
            message = f"branch '{visible(branch.name)}' already exists, and all are to begin at one commit"
            raise ConflictError(message, hint="choose another label")
        made.append(_beside(planned, made[0]) if made else planned)
    return tuple(made)


def _beside(planned: CreationPlan, first: CreationPlan) -> CreationPlan:
    """The plan with the commit of the first: what is checked out may have changed in between."""
    (worktree,), began = planned.worktrees, first.worktrees[0].branch
    branch = worktree.branch._replace(start=began.start, base=began.base)
    return planned._replace(worktrees=(worktree._replace(branch=branch),))

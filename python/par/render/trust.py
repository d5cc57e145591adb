"""What repositories ask to run, as the person reads it who may approve it; and what was approved."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING, Any

from par.names import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from par.commands.trust import Plan, Standing
    from par.config.recipe import Recipe, Step
    from par.contexts.plans import CreationPlan, WorktreePlan
    from par.model import Repository

VERSION = 1


def asked(home: Repository, own: Recipe, previous: Recipe | None) -> str:
    """All that the recipe of `home` would run; or where it was approved before, what has changed since."""
    place = visible(f"{home.name} ({home.path})")
    now = list(lines(own))
    if changed := _difference(list(lines(previous)), now) if previous else []:
        return "\n".join([f".par.yaml of {place} has changed since it was approved:", *changed])
    return "\n".join([f".par.yaml of {place} asks to run for each new context:", *now])


def lines(recipe: Recipe) -> Iterator[str]:
    """All that `recipe` can run.

    Each line says what it is, or is indented below one that does: no text can pass for another's.
    """
    if recipe.shell:
        yield visible(f"  shell: {recipe.shell}")
    for name, value in recipe.env:
        yield visible(f"  env: {name}={value}")
    for step in recipe.commands:
        yield from _step("command", step)
    for step in recipe.before_remove:
        yield from _step("before_remove", step)
    if recipe.layout:
        yield "  layout:"
        layout = json.dumps(json.loads(recipe.layout), indent=2, ensure_ascii=False)
        yield from (f"    {visible(line)}" for line in layout.split("\n"))


def _step(key: str, step: Step) -> Iterator[str]:
    yield f"  {key}: {visible(step.name)}".rstrip()
    yield from (f"    {visible(line)}".rstrip() for line in step.command.split("\n"))


def _difference(old: list[str], new: list[str]) -> list[str]:
    from difflib import unified_diff  # noqa: PLC0415 - only wanted when something has changed

    return list(unified_diff(old, new, lineterm=""))[2:]


def pages(text: str, columns: int, lines: int) -> list[str]:
    """`text` in parts that a screen of this size shows whole."""
    rows = [row for line in text.split("\n") for row in _folded(line, columns)]
    height = max(lines, 1)
    return ["\n".join(rows[first : first + height]) for first in range(0, len(rows), height)]


def _folded(line: str, columns: int) -> list[str]:
    width = max(columns if line.isascii() else columns // 2, 1)  # other characters may be twice as wide
    return [line[first : first + width] for first in range(0, max(len(line), 1), width)]


def summary(recipe: Recipe) -> str:
    """How much a recipe asks to run, in a few words."""
    count = len(recipe.commands)
    parts = [
        *([f"{count} command{'' if count == 1 else 's'}"] if count else []),
        *(key for key in ("env", "shell", "layout", "before_remove") if getattr(recipe, key)),
    ]
    return ", ".join(parts)


def held(planned: CreationPlan) -> list[str]:
    """A line for each worktree in which something waits for the user, with what to do about it."""
    return [_held(each, planned) for each in planned.worktrees if each.preparation.is_held]


def _held(worktree: WorktreePlan, planned: CreationPlan) -> str:
    own, home = worktree.preparation.unapproved, worktree.repository
    if own is None:
        message = f"{worktree.branch.name} is a stranger's code, so nothing of .par.yaml was done in it"
        return visible(f"held: {message}: par init {planned.label}")
    message = f".par.yaml of {home.name} asks for things that were not approved ({summary(own)})"
    remedy = f"{command(home)}, then: par init {planned.label} --retry"
    return visible(f"held: {message}; review and approve them: {remedy}")


def command(home: Repository, *options: str) -> str:
    """The command line that approves what a repository asks for."""
    return " ".join(["par trust", *options, quote(str(home.path))])


def approved(planned: Plan) -> str:
    """What `par trust` says when it is done."""
    return visible(f"approved for {planned.home.path}: {summary(planned.own)}")


def needless(planned: Plan) -> str:
    """What `par trust` says where there is nothing to approve."""
    name = visible(planned.home.name)
    if planned.own.runs_code:
        return f".par.yaml of {name} is approved as it stands now."
    return f"{name} does not ask to run anything: there is nothing to approve."


def approvals(found: Iterable[Standing]) -> str:
    """A line for each repository with an approval."""
    return "\n".join(map(_standing, found)) or "Nothing is approved."


def _standing(standing: Standing) -> str:
    approval = standing.approval
    since = approval.approved_at.astimezone().strftime("%Y-%m-%d %H:%M")
    return visible(f"{approval.path}: {summary(approval.recipe)}, since {since}, {standing.state.value}")


def approvals_document(found: Iterable[Standing]) -> str:
    """The document of `par trust --list --json`."""
    rows: list[dict[str, Any]] = [
        {
            "repository": str(each.approval.path),
            "commands": len(each.approval.recipe.commands),
            "approved_at": each.approval.approved_at.isoformat(),
            "hash": each.approval.digest,
            "state": each.state.name.lower(),
        }
        for each in found
    ]
    return json.dumps({"version": VERSION, "approvals": rows}, indent=2)

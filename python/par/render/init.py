"""What `par init` prints: how the commands of a context went."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from par.names import visible
from par.render import trust
from par.setup import logs
from par.setup.jobs import Init, Run
from par.setup.programs import Stage

if TYPE_CHECKING:
    from par.commands.init import Plan
    from par.commands.init_report import Report
    from par.config.recipe import Recipe

VERSION = 1


def report(found: Report) -> str:
    """What `par init` says: a line for each repository, where its log is, and what can be done."""
    lines = [line for run in found.runs for line in _lines(run)]
    lines = lines or [f"init: '{found.label}' has no commands to run"]
    if found.stage:
        why = ", as no shell was at its prompt in the first pane" if found.stage is Stage.BUSY else ""
        lines.append(f"program: {found.stage.value}: '{visible(found.command)}'{why}")
    if found.stage is Stage.BUSY:
        lines.append(f"start it: par init {found.label} --retry")
    if found.init in {Init.FAILED, Init.HELD}:
        lines += [f"approve it first: {trust.command(home)}" for home in found.unapproved]
        lines.append(f"run again: par init {found.label} --retry")
        lines.append(f"or leave it at that: par init {found.label} --dismiss")
    return "\n".join(lines)


def _lines(run: Run) -> list[str]:
    state = run.state
    has_failed = state.init is Init.FAILED or (state.init is Init.DISMISSED and state.fault)
    message = f": {state.fault}" if has_failed else ""
    if state.init is Init.RUNNING and state.step:
        message = f": '{state.step}'"
    log = [f"  log  {run.files.log}"] if run.files.log.exists() else []
    return [visible(line) for line in (f"{state.repository}: {state.init.value}{message}", *log)]


def log(found: Report) -> str:
    """What the commands said; where there are several repositories, under the name of each."""
    parts = []
    for run in found.runs:
        parts += [f"--- {visible(run.state.repository)}"] if len(found.runs) > 1 else []
        parts += logs.lines(run.files)
    return "\n".join(parts)


def document(found: Report) -> str:
    """The document of `par init --json`."""
    rows = [
        {
            "repository": run.state.repository,
            "init": run.state.init.value,
            "step": run.state.step or None,
            "status": run.state.status,
            "reason": run.state.reason or None,
            "since": run.state.at.isoformat(),
            "log": str(run.files.log) if run.files.log.exists() else None,
        }
        for run in found.runs
    ]
    init = found.init.value if found.init else ""
    stage = found.stage.value if found.stage else ""
    said = {"label": found.label, "init": init, "runs": rows, "program": stage}
    return json.dumps({"version": VERSION, **said}, indent=2)


def strange(planned: Plan) -> str:
    """What running the commands of a context with a stranger's code means, and all that would be done."""
    pairs = zip(planned.context.worktrees, planned.preparations, strict=True)
    shown = [line for worktree, each in pairs for line in _asked(worktree.repository.name, each.recipe)]
    label = planned.context.label
    message = f"'{label}' holds the code of a stranger. These run it, and let it read what is copied:"
    return "\n".join([visible(message), *shown])


def _asked(repository: str, recipe: Recipe) -> list[str]:
    return [
        visible(f"{repository}:"),
        *(visible(f"  include: {pattern}") for pattern in recipe.include),
        *(visible(f"  symlink: {pattern}") for pattern in recipe.symlink),
        *trust.lines(recipe._replace(before_remove=())),
    ]

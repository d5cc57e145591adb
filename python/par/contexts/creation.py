"""How a context is made: reserved in the index as it was planned, then made, or undone."""

import os
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import partial

from par import names
from par.config.recipe import Recipe
from par.contexts import holders, plans
from par.contexts.plans import CreationPlan, WorktreePlan
from par.errors import ParError
from par.git import repository, usable
from par.model import Context, Kind, Phase, Worktree
from par.setup import ports, preparation
from par.setup.preparation import Preparation
from par.state import index, locks, paths
from par.state.index import Index
from par.state.locks import Operation
from par.system import signals
from par.system.narration import report
from par.tmux import sessions


def create(planned: CreationPlan) -> Context:
    """Make the context, or leave nothing of it. Raises ParError with what failed."""
    return create_all([planned])[0]


def create_all(planned: Sequence[CreationPlan]) -> list[Context]:
    """Make all of these contexts, or leave nothing of any. Raises ParError with what failed."""
    if is_carrying := any(each.changes for each in planned):
        from par.contexts import carrying  # noqa: PLC0415 - few take changes along
    with locks.operation() as operation:
        contexts = _reserve(planned, operation)
        pairs = [*zip(planned, contexts, strict=True)]
        try:
            for each, context in pairs:
                _make_worktrees(each, context, operation)
                if each.changes:
                    carrying.bring(each.changes, context.worktrees[0].path, operation.id)
            for each, context, session_id in [(*pair, sessions.create(pair[1])) for pair in pairs]:
                _begin(context, session_id, [worktree.preparation for worktree in each.worktrees])
            if is_carrying:
                carrying.arrive(operation.id)
            ready = _mark_all_ready(contexts)
        except BaseException as error:
            with signals.ignored():
                from par.contexts import rollback  # noqa: PLC0415 - few fail

                failed = [line for each in contexts for line in rollback.roll_back(each, operation)]
            add_failures(error, failed)
            raise
        if is_carrying:
            with signals.ignored():
                carrying.leave(ready[0], operation.id)
    return ready


def _reserve(planned: Sequence[CreationPlan], operation: Operation) -> list[Context]:
    with locks.index():
        found, made = index.load(planned[0].socket), []
        for each in planned:
            holders.check_label(found, each.label)
            for place in {each.root, *(worktree.path for worktree in each.worktrees)}:
                plans.check_path(found, place)
            made.append(_record(each, operation, found))
            found = found.with_(made[-1])
        index.save(found)
    return made


def _record(planned: CreationPlan, operation: Operation, found: Index) -> Context:
    return Context(
        label=planned.label,
        kind=planned.kind,
        phase=Phase.CREATING,
        folder=str(planned.root),
        worktrees=tuple(planned_worktrees(planned, found)),
        session=plans.session_name(planned, (each.session for each in found.contexts)),
        socket=planned.socket,
        created_at=datetime.now(timezone.utc).replace(microsecond=0),
        operation=operation.id,
        is_review=planned.is_review,
        command=planned.program.command if planned.program else "",
        prompt=planned.program.prompt if planned.program else None,
    )


def planned_worktrees(planned: CreationPlan, found: Index) -> list[Worktree]:
    """The worktrees as they will be, each with the ports that it is given. The caller holds the index."""
    made: list[Worktree] = []
    for each in planned.worktrees:
        recipe = each.preparation.recipe
        leased = [(one.port, one.port_count) for one in made]
        port = ports.lease(found, recipe.ports, leased) if recipe.ports else 0
        branch = each.branch
        bare = Worktree(each.repository, str(each.path), branch.name, branch.is_new, "", port, recipe.ports)
        env = preparation.environment(recipe, planned.label, bare)
        began = "" if branch.upstream else branch.start
        made.append(
            bare._replace(
                env=env, env_asked=recipe.env, included=recipe.include, base=branch.base, base_oid=began
            )
        )
    return made


def _make_worktrees(planned: CreationPlan, context: Context, operation: Operation) -> None:
    pairs = [*zip(planned.worktrees, context.worktrees, strict=True)]
    with_hooks = not planned.is_review
    if len(pairs) == 1:
        make_worktree(*pairs[0], operation, with_hooks)
    else:
        from par.contexts import at_once  # noqa: PLC0415 - most contexts have one worktree

        workers = max(1, (os.cpu_count() or 1) // min(len(pairs), at_once.MOST))
        at_once.take([partial(_make_named, *pair, operation, with_hooks, workers) for pair in pairs])
    if context.kind is Kind.WORKSPACE:
        from par.setup import workspace_file  # noqa: PLC0415 - few are workspaces

        workspace_file.write(context)


def _make_named(
    planned: WorktreePlan, worktree: Worktree, operation: Operation, with_hooks: bool, workers: int
) -> None:
    try:
        make_worktree(planned, worktree, operation, with_hooks, workers)
    except ParError as error:
        error.message += f" in '{names.visible(str(worktree.repository.path))}'"
        raise


def make_worktree(
    planned: WorktreePlan, worktree: Worktree, operation: Operation, with_hooks: bool, workers: int = 0
) -> None:
    """Make the branch and the worktree, and bring what git does not track. Raises ParError."""
    home, branch, start = planned.repository, planned.branch, planned.branch.start
    if branch.source:
        from par.git import fetching  # noqa: PLC0415 - most begin at what is here

        start = fetching.fetch(home, *branch.source, operation)
    with locks.repository(home.common_dir):
        if branch.is_new:
            began = worktree.base or worktree.base_oid
            repository.create_branch(home, branch.name, start, operation, bool(branch.source), began)
            if branch.source:
                fetching.drop_fetched(home, operation)
        if branch.upstream:
            repository.track(home, branch.name, branch.upstream)
        planned.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        repository.add_worktree(home, worktree.path, branch.name, operation, with_hooks, workers)
        usable.check(worktree)
    recipe = planned.preparation.recipe
    if file := planned.preparation.file:
        report(f"note: .par.yaml of {names.visible(home.name)} is '{names.visible(str(file))}'")
    if recipe.include or recipe.symlink:
        from par.setup import files  # noqa: PLC0415 - few ask for files

        files.copy_and_link(worktree, recipe)


def _begin(context: Context, session_id: str, prepared: Sequence[Preparation]) -> None:
    """Build the layouts and run the commands, where there are any: what is kept of earlier ones goes too."""
    is_asked = context.command or any(each.is_held or each.recipe != Recipe() for each in prepared)
    if is_asked or paths.init(context.root).exists():
        from par.setup import layouts, running  # noqa: PLC0415 - most ask for nothing

        layouts.build(context, session_id, prepared)
        running.begin(context, session_id, prepared)


def mark_ready(context: Context) -> Context:
    """Write in the index that the context is ready; the context as it is then."""
    return _mark_all_ready([context])[0]


def _mark_all_ready(contexts: Sequence[Context]) -> list[Context]:
    ready = [each._replace(phase=Phase.READY) for each in contexts]
    with locks.index():
        found = index.load(contexts[0].socket)
        for each in ready:
            found = found.with_(each)
        index.save(found)
    return ready


def add_failures(error: BaseException, failed: list[str]) -> None:
    """Let `error` say too what could not be undone."""
    if failed and isinstance(error, ParError):
        error.message += f" ({'; '.join(failed)})"

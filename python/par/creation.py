"""How a context is made: reserved in the index as it was planned, then made, or undone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial

from par import copying, index, interrupts, locks, plans, ports, preparation, repair
from par.errors import ParError
from par.git import remotes, repository
from par.index import Index
from par.init import windows
from par.locks import Operation
from par.model import Context, Phase, Worktree
from par.plans import CreationPlan, WorktreePlan
from par.tmux import sessions

MOST_AT_ONCE = 4


def create(planned: CreationPlan) -> Context:
    """Make the context, or leave nothing of it. Raises ParError with what failed."""
    with locks.operation() as operation:
        context = _reserve(planned, operation)
        try:
            _make_worktrees(planned, context, operation)
            session_id = sessions.create(context)
            windows.begin(context, session_id, [each.preparation for each in planned.worktrees])
            return finish(context)
        except BaseException as error:
            with interrupts.ignored():
                failed = repair.roll_back(context, operation)
            _tell(error, failed)
            raise


def _reserve(planned: CreationPlan, operation: Operation) -> Context:
    with locks.index():
        found = index.load(planned.socket)
        plans.check_label(found, planned.label)
        for each in {planned.root, *(worktree.path for worktree in planned.worktrees)}:
            plans.check_path(found, each)
        context = _record(planned, operation, found)
        index.save(found.with_(context))
    return context


def _record(planned: CreationPlan, operation: Operation, found: Index) -> Context:
    return Context(
        label=planned.label,
        kind=planned.kind,
        phase=Phase.CREATING,
        root=planned.root,
        worktrees=tuple(_worktrees(planned, found)),
        session=plans.session_name(planned, (each.session for each in found.contexts)),
        socket=planned.socket,
        created_at=datetime.now(timezone.utc).replace(microsecond=0),
        operation=operation.id,
        is_review=planned.is_review,
    )


def _worktrees(planned: CreationPlan, found: Index) -> list[Worktree]:
    made: list[Worktree] = []
    for each in planned.worktrees:
        recipe = each.preparation.recipe
        leased = [(one.port, one.port_count) for one in made]
        port = ports.lease(found, recipe.ports, leased) if recipe.ports else 0
        branch = each.branch
        bare = Worktree(each.repository, each.path, branch.name, branch.is_new, "", port, recipe.ports)
        env = preparation.environment(recipe, planned.label, bare)
        made.append(replace(bare, env=env, env_asked=recipe.env, included=recipe.include))
    return made


def _make_worktrees(planned: CreationPlan, context: Context, operation: Operation) -> None:
    pairs = zip(planned.worktrees, context.worktrees, strict=True)
    steps = [partial(make_worktree, *pair, operation, not planned.is_review) for pair in pairs]
    if len(steps) == 1:
        steps[0]()
    else:
        _at_once(steps)


def _at_once(steps: Sequence[Callable[[], None]]) -> None:
    """Take all steps, some at a time; once they have ended, raise what the first that failed raised."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - most contexts have one worktree

    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        begun = [pool.submit(step) for step in steps]
        try:
            for each in begun:
                each.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def make_worktree(planned: WorktreePlan, worktree: Worktree, operation: Operation, with_hooks: bool) -> None:
    """Make the branch and the worktree, and bring what git does not track. Raises ParError."""
    home, branch = planned.repository, planned.branch
    with locks.repository(home.common_dir):
        if branch.is_new:
            start = remotes.fetch(home, *branch.source, operation) if branch.source else branch.start
            repository.create_branch(home, branch.name, start, operation, is_fetched=bool(branch.source))
            if branch.source:
                remotes.drop_fetched(home, operation)
        if branch.upstream:
            repository.track(home, branch.name, branch.upstream)
        planned.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        repository.add_worktree(home, worktree.path, branch.name, operation, with_hooks)
    copying.bring(worktree, planned.preparation.recipe)


def finish(context: Context) -> Context:
    """Write in the index that the context is ready; the context as it is then."""
    ready = replace(context, phase=Phase.READY)
    with locks.index():
        index.save(index.load(context.socket).with_(ready))
    return ready


def _tell(error: BaseException, failed: list[str]) -> None:
    if failed and isinstance(error, ParError):
        error.message += f" ({'; '.join(failed)})"

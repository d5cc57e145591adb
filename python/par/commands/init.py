"""`par init`: how the commands that a context began with went; and running them again."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par.commands import init_report
from par.commands.init_report import Report
from par.config.recipe import Recipe
from par.contexts import selection, survey
from par.errors import ConflictError, NotFoundError
from par.model import Context, Kind, Repository, State, Worktree
from par.setup import files, jobs, layouts, logs, ports, preparation, running, workspace_jobs
from par.setup.jobs import Init
from par.setup.preparation import Consent, Preparation
from par.state import index, locks, paths
from par.state.index import Index
from par.system import narration
from par.tmux import init_window


class Plan(NamedTuple):
    """A context, those of its worktrees whose commands run again in its session, and what they are now."""

    context: Context
    session_id: str
    worktrees: tuple[Worktree, ...]
    preparations: tuple[Preparation, ...]

    @property
    def unapproved(self) -> tuple[tuple[Repository, Recipe], ...]:
        """The recipes that the user could approve now."""
        pairs = zip(self.worktrees, self.preparations, strict=True)
        return tuple((each.repository, has.unapproved) for each, has in pairs if has.unapproved)

    def reconsidered(self, is_given: bool = False) -> "Plan":
        """This plan, after the user approved what was to be approved, or with `is_given` this once."""
        return self._replace(preparations=_preparations(self.context, self.worktrees, is_given))


def look(label: str, socket: Path) -> Report:
    """How the commands of the context LABEL went, or those of LABEL/REPO. Raises NotFoundError."""
    return init_report.report(selection.target(survey.recovered_index(socket), label))


def wait(label: str, socket: Path) -> Report:
    """As `look`, once all have ended; what they print is reported until then.

    An interruption ends the waiting, and nothing else: that is reported too.
    """
    target = selection.target(survey.recovered_index(socket), label)
    context, folder = target.context, paths.init(target.context.root)
    was_there = folder.is_dir()
    try:
        logs.follow(folder, context.label)
    except KeyboardInterrupt:
        narration.report(f"\nthe commands of '{context.label}' go on: par init {context.label} --wait")
        raise
    if was_there and not folder.is_dir():
        raise NotFoundError(f"'{context.label}' was removed", hint=f"par restore {context.label}")
    return init_report.report(target)


def dismiss(label: str, socket: Path) -> Report:
    """Let what failed or is held count as settled, and tmux show it no more; the runs then.

    Raises ConflictError while they run.
    """
    seen = survey.survey(socket)
    target = selection.target(seen.known, label)
    status = seen.find_ready(target.context.label)
    context, session = status.context, status.session
    _check_idle(context)
    for each in init_report.runs(target):
        if each.state.init in {Init.FAILED, Init.HELD}:
            jobs.save_state(each.files, each.state._replace(init=Init.DISMISSED))
    if session and (init := running.last_init(context)):
        init_window.set_init(context.socket, session.id, init)
    return init_report.report(target)


def plan(label: str, socket: Path) -> Plan:
    """Decide what runs again: what .par.yaml asks for now. Raises every refusal of state.

    Of a workspace that is what did not go well or is another than it was, or all where there is no such.
    """
    seen = survey.survey(socket)
    target = selection.target(seen.known, label)
    status = seen.find_ready(target.context.label)
    context, session = status.context, status.session
    if status.state is State.BROKEN:
        message = f"the worktree of '{context.label}' is gone: '{context.folder}'"
        raise NotFoundError(message, hint="par doctor --fix")
    if session is None:
        raise ConflictError(f"the session of '{context.label}' is stopped", hint=f"par open {context.label}")
    _check_idle(context)
    pairs = [*zip(target.worktrees, _preparations(context, target.worktrees), strict=True)]
    again = [pair for pair in pairs if not workspace_jobs.went_well(context, *pair)] or pairs
    return Plan(context, session.id, *map(tuple, zip(*again, strict=True)))


def _preparations(
    context: Context, worktrees: Iterable[Worktree], is_given: bool = False
) -> tuple[Preparation, ...]:
    consent = Consent(is_given, context.is_review, with_init=True)
    return tuple(preparation.prepare(each.repository, consent) for each in worktrees)


def _check_idle(context: Context) -> None:
    if jobs.worst(run for run in jobs.runs(paths.init(context.root)) if run.state.init is Init.RUNNING):
        message = f"the commands of '{context.label}' are running"
        raise ConflictError(message, hint=f"par init {context.label} --wait")


def run(planned: Plan) -> Report:
    """Run the commands again, from the first; what they find in their environment is made anew.

    Where something was held before, the session gets the layouts too. Raises CommandError.
    """
    if planned.context.is_review:  # nothing was brought when it was made
        for worktree, each in zip(planned.worktrees, planned.preparations, strict=True):
            files.copy_and_link(worktree, each.recipe)
    with locks.index():
        found = index.load(planned.context.socket)
        if found.like(planned.context.label) != planned.context:
            raise ConflictError("it was changed by another par", hint="try again")
        _check_idle(planned.context)
        context = _with_environment(planned, found)
        index.save(found.with_(context))
        if context.kind is not Kind.WORKSPACE:
            init_window.share(context.socket, planned.session_id, context.worktrees[0].env)
        before = {each.state.init for each in jobs.runs(paths.init(context.root))}
        places = {each.path for each in planned.worktrees}
        chosen = tuple(each for each in context.worktrees if each.path in places)
        if chosen == context.worktrees:
            running.begin(context, planned.session_id, planned.preparations)
        else:
            again = [*zip(chosen, planned.preparations, strict=True)]
            workspace_jobs.begin_again(context, planned.session_id, again)
    if before & {Init.HELD, Init.DISMISSED}:
        layouts.build_missing(context._replace(worktrees=chosen), planned.session_id, planned.preparations)
    return look(context.label, context.socket)


def _with_environment(planned: Plan, found: Index) -> Context:
    """The context with the ports and the environment that its recipes ask for now."""
    worktrees: list[Worktree] = []
    given = dict(zip(planned.worktrees, planned.preparations, strict=True))
    for worktree in planned.context.worktrees:
        if worktree not in given:
            worktrees.append(worktree)
            continue
        each = given[worktree]
        count, port = worktree.port_count, worktree.port
        if each.recipe.ports > count:
            leased = [(one.port, one.port_count) for one in worktrees]
            count, port = each.recipe.ports, ports.lease(found, each.recipe.ports, leased)
        bare = worktree._replace(port=port, port_count=count)
        env = preparation.environment(each.recipe, planned.context.label, bare)
        included = each.recipe.include if planned.context.is_review else worktree.included
        worktrees.append(bare._replace(env=env, env_asked=each.recipe.env, included=included))
    return planned.context._replace(worktrees=tuple(worktrees))

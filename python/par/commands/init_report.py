"""How the commands that a context began with went, and what has to be approved before they can run."""

from contextlib import suppress
from shlex import quote
from typing import NamedTuple

from par.contexts.selection import Target
from par.errors import CommandError, ConfigError, UnsafeError
from par.model import Repository
from par.setup import jobs, preparation, programs, workspace_jobs
from par.setup.jobs import Init, Run
from par.setup.preparation import Consent
from par.setup.programs import Stage
from par.state import paths


class Report(NamedTuple):
    """How the commands of a context went, or go: a run for each worktree that has any.

    `command` is what starts after them, if anything does, and `stage` how that stands. `unapproved` are the
    repositories whose .par.yaml is to be approved before what is held can run.
    """

    label: str
    runs: tuple[Run, ...]
    command: str = ""
    stage: Stage | None = None
    unapproved: tuple[Repository, ...] = ()

    @property
    def init(self) -> Init | None:
        return jobs.worst(self.runs)


def report(target: Target) -> Report:
    """How the commands of a context went, or of one repository of it."""
    context = target.context
    found = Report(target.label, runs(target), context.command, programs.stage(context))
    if found.init is not Init.HELD or context.is_review:  # a stranger's code is agreed to each time
        return found
    homes = dict.fromkeys(each.repository for each in target.worktrees)
    return found._replace(unapproved=tuple(filter(_is_unapproved, homes)))


def _is_unapproved(home: Repository) -> bool:
    with suppress(ConfigError):  # that is told when it runs again
        return preparation.prepare(home, Consent()).unapproved is not None
    return False


def runs(target: Target) -> tuple[Run, ...]:
    """The runs of its repositories, or of the one that is meant."""
    if target.worktree:
        return tuple(workspace_jobs.runs_of(target.context, target.worktree))
    return tuple(jobs.runs(paths.init(target.context.root)))


def check(found: Report) -> None:
    """Raise the error that says what failed, or that something was held."""
    again = f"par init {found.label} --retry"
    if found.init is Init.FAILED:
        failed = next(run.state for run in found.runs if run.state.init is Init.FAILED)
        raise CommandError(f"init of '{found.label}' in {failed.repository}: {failed.fault}", hint=again)
    if found.init is Init.HELD:
        first = f"par trust {quote(str(found.unapproved[0].path))}" if found.unapproved else again
        raise UnsafeError(f"init of '{found.label}' waits for your approval", hint=first)

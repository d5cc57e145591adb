"""What repositories want done before a worktree of theirs is removed, and doing it."""

import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from par.config.recipe import SHELL, Step
from par.errors import CommandError, ConfigError
from par.model import Context, Kind, Repository, Worktree
from par.names import quoted, visible
from par.setup.preparation import Consent, Preparation, prepare
from par.system import narration
from par.tmux import server

GRACE_SECONDS = 2.0
QUIET_SECONDS = 1.0


class Hook(NamedTuple):
    """The commands to run in one worktree before it goes, in order, each by `shell`.

    `place` is its context's label, in a workspace with the name of its repository after it.
    """

    label: str
    place: str
    worktree: Worktree
    steps: tuple[Step, ...]
    shell: str


class Hooks(NamedTuple):
    """What is run for each context, by its label, and what is reported first: why something is not run.

    `faults` has, by their labels too, those where that cannot be known.
    """

    by_label: Mapping[str, tuple[Hook, ...]]
    notes: tuple[str, ...]
    faults: Mapping[str, ConfigError]


def plan(contexts: Iterable[Context], is_forced: bool) -> Hooks:
    """Find what is run before `contexts` are removed; nothing in a stranger's code, or where par made none.

    Where a repository's file is wrong what it wants cannot be known: a fault, unless it `is_forced`.
    """
    known: dict[Repository, Preparation | ConfigError] = {}
    notes: list[str] = []
    found: dict[str, tuple[Hook, ...]] = {}
    faults: dict[str, ConfigError] = {}
    for context in contexts:
        hooks: list[Hook] = []
        for each in (one for one in _asked(context) if one.path.is_dir()):
            if each.repository not in known:
                known[each.repository], note = _prepared(each.repository, is_forced)
                notes += [note] if note else []
            prepared = known[each.repository]
            if isinstance(prepared, ConfigError):
                hint = f"correct it, or go without its before_remove: par rm --force {context.label}"
                faults.setdefault(context.label, ConfigError(prepared.message, hint=hint))
            else:
                hooks.append(_hook(context, each, prepared))
        found[context.label] = tuple(each for each in hooks if each.steps)
    return Hooks(found, tuple(notes), faults)


def _asked(context: Context) -> tuple[Worktree, ...]:
    return () if context.is_adopted or context.is_review else context.worktrees


def _prepared(home: Repository, is_forced: bool) -> tuple[Preparation | ConfigError, str]:
    try:
        preparation = prepare(home, Consent())
    except ConfigError as error:
        if not is_forced:
            return error, ""
        return Preparation(), f"going on without its before_remove, which cannot be read: {error}"
    if preparation.unapproved and preparation.unapproved.before_remove:
        return (
            preparation,
            f"before_remove is not approved, so it is not run: par trust {quoted(home.path)}",
        )
    return preparation, ""


def _hook(context: Context, worktree: Worktree, preparation: Preparation) -> Hook:
    label, recipe = context.label, preparation.recipe
    place = f"{label}/{worktree.name}" if context.kind is Kind.WORKSPACE else label
    return Hook(label, place, worktree, recipe.before_remove, recipe.shell or SHELL)


def run(hook: Hook, is_forced: bool) -> None:
    """Run the commands, their output going to standard error, until one fails.

    Raises CommandError then; where it `is_forced` that is only reported, and the others run too.
    """
    for step in hook.steps:
        fault = _failure(hook, step)
        message = f"before_remove of '{visible(hook.place)}': {visible(step.name or step.command)}: {fault}"
        if fault and not is_forced:
            raise CommandError(message, hint=f"par rm --force {hook.label}")
        if fault:
            narration.report(f"{message}; going on, as --force says")


def _failure(hook: Hook, step: Step) -> str:
    """How a command failed, or '' where it did not, or where its worktree is gone by now."""
    folder = hook.worktree.path
    try:
        status = _status(hook, step)
    except FileNotFoundError:
        return f"there is no program '{visible(hook.shell)}'" if folder.is_dir() else ""
    except (OSError, ValueError) as error:
        return str(error)
    return f"killed by signal {-status}" if status < 0 else f"exit status {status}" if status else ""


def _status(hook: Hook, step: Step) -> int:
    env = {**server.environment(), **dict(hook.worktree.env)}
    words, folder = [hook.shell, "-c", step.command], hook.worktree.path
    with subprocess.Popen(words, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=2) as process:
        try:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(QUIET_SECONDS)
            what = visible(step.name or step.command)
            narration.report(f"before_remove of '{visible(hook.place)}' is running: {what}")
            return process.wait()
        except BaseException:
            # Ctrl-C reached it too; SIGTERM and SIGHUP only par
            process.terminate()
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise

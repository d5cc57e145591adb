"""What repositories want done before a worktree of theirs is removed, and doing it."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from par.config.recipe import SHELL, Step
from par.errors import CommandError, ConfigError
from par.model import Context, Kind, Repository, Worktree
from par.names import visible
from par.setup.preparation import Consent, Preparation, prepare
from par.system import narration
from par.tmux import server

GRACE_SECONDS = 2.0


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
    """What is run for each context, by its label, and what is reported first: why something is not run."""

    by_label: Mapping[str, tuple[Hook, ...]]
    notes: tuple[str, ...]


def plan(contexts: Iterable[Context], is_forced: bool) -> Hooks:
    """Find what is run before `contexts` are removed; nothing in a stranger's code, or where par made none.

    Raises ConfigError where a repository's file is wrong, and so what it wants cannot be known; one that
    `is_forced` goes without.
    """
    known: dict[Repository, Preparation] = {}
    notes: list[str] = []
    found: dict[str, tuple[Hook, ...]] = {}
    for context in contexts:
        here = [each for each in _asked(context) if each.path.is_dir()]
        for home in dict.fromkeys(each.repository for each in here if each.repository not in known):
            known[home], note = _prepared(home, context.label, is_forced)
            notes += [note] if note else []
        hooks = (_hook(context, each, known[each.repository]) for each in here)
        found[context.label] = tuple(each for each in hooks if each.steps)
    return Hooks(found, tuple(notes))


def _asked(context: Context) -> tuple[Worktree, ...]:
    return () if context.is_adopted or context.is_review else context.worktrees


def _prepared(home: Repository, label: str, is_forced: bool) -> tuple[Preparation, str]:
    try:
        preparation = prepare(home, Consent())
    except ConfigError as error:
        if not is_forced:
            hint = f"correct it, or go without its before_remove: par rm --force {label}"
            raise ConfigError(error.message, hint=hint) from error
        return Preparation(), f"its before_remove is not known, going on without: {error}"
    if preparation.unapproved and preparation.unapproved.before_remove:
        place = visible(str(home.path))
        return preparation, f"before_remove is not approved, so it is not run: par trust '{place}'"
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
        fault = _fault(hook, step)
        message = f"before_remove of '{visible(hook.place)}': {visible(step.name or step.command)}: {fault}"
        if fault and not is_forced:
            raise CommandError(message, hint=f"par rm --force {hook.label}")
        if fault:
            narration.report(f"{message}; going on, as --force says")


def _fault(hook: Hook, step: Step) -> str:
    """How a command failed, or '' where it did not, or where its worktree is gone by now."""
    folder = hook.worktree.path
    try:
        status = _status([hook.shell, "-c", step.command], folder, dict(hook.worktree.env))
    except FileNotFoundError:
        return f"there is no program '{visible(hook.shell)}'" if folder.is_dir() else ""
    except (OSError, ValueError) as error:
        return str(error)
    return f"killed by signal {-status}" if status < 0 else f"exit status {status}" if status else ""


def _status(command: list[str], folder: Path, env: dict[str, str]) -> int:
    whole = {**server.environment(), **env}
    with subprocess.Popen(command, cwd=folder, env=whole, stdin=subprocess.DEVNULL, stdout=2) as process:
        try:
            return process.wait()
        except BaseException:
            # Ctrl-C reached it too; SIGTERM and SIGHUP only par
            process.terminate()
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise

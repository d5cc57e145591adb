"""What repositories want done before a worktree of theirs is removed, and doing it."""

import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from par import narration
from par.errors import CommandError, ConfigError
from par.model import Context, Kind, Repository, Worktree
from par.names import visible
from par.preparation import Consent, Preparation, prepare
from par.recipe import SHELL, Step
from par.tmux import server

GRACE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Parting:
    """The commands to run in one worktree before it goes, in order, each by `shell`.

    `place` is its context's label, in a workspace with the name of its repository after it.
    """

    label: str
    place: str
    worktree: Worktree
    steps: tuple[Step, ...]
    shell: str


@dataclass(frozen=True, slots=True)
class Partings:
    """What is run for each context, by its label, and what is told first: why something is not run."""

    by_label: Mapping[str, tuple[Parting, ...]]
    notes: tuple[str, ...]


def plan(contexts: Iterable[Context], is_forced: bool) -> Partings:
    """Find what is run before `contexts` are removed; nothing in a stranger's code, or where par made none.

    Raises ConfigError where a repository's file is wrong, and so what it wants cannot be known; one that
    `is_forced` goes without.
    """
    known: dict[Repository, Preparation] = {}
    notes: list[str] = []
    found: dict[str, tuple[Parting, ...]] = {}
    for context in contexts:
        here = [each for each in _asked(context) if each.path.is_dir()]
        for home in dict.fromkeys(each.repository for each in here if each.repository not in known):
            known[home], note = _prepared(home, context.label, is_forced)
            notes += [note] if note else []
        partings = (_parting(context, each, known[each.repository]) for each in here)
        found[context.label] = tuple(each for each in partings if each.steps)
    return Partings(found, tuple(notes))


def _asked(context: Context) -> tuple[Worktree, ...]:
    return () if context.is_adopted or context.is_review else context.worktrees


def _prepared(home: Repository, label: str, is_forced: bool) -> tuple[Preparation, str]:
    try:
        preparation = prepare(home, Consent())
    except ConfigError as error:
        if not is_forced:
            hint = f"mend it, or go without its before_remove: par rm --force {label}"
            raise ConfigError(error.message, hint=hint) from error
        return Preparation(), f"its before_remove is not known, going on without: {error}"
    if preparation.unapproved and preparation.unapproved.before_remove:
        place = visible(str(home.path))
        return preparation, f"before_remove is not approved, so it is not run: par trust '{place}'"
    return preparation, ""


def _parting(context: Context, worktree: Worktree, preparation: Preparation) -> Parting:
    label, recipe = context.label, preparation.recipe
    place = f"{label}/{worktree.name}" if context.kind is Kind.WORKSPACE else label
    return Parting(label, place, worktree, recipe.before_remove, recipe.shell or SHELL)


def run(parting: Parting, is_forced: bool) -> None:
    """Run the commands, their output going to standard error, until one fails.

    Raises CommandError then; where it `is_forced` that is only told, and the others run too.
    """
    for step in parting.steps:
        fault = _fault(parting, step)
        told = f"before_remove of '{visible(parting.place)}': {visible(step.name or step.command)}: {fault}"
        if fault and not is_forced:
            raise CommandError(told, hint=f"par rm --force {parting.label}")
        if fault:
            narration.tell(f"{told}; going on, as --force says")


def _fault(parting: Parting, step: Step) -> str:
    """How a command failed, or '' where it did not, or where its worktree is gone by now."""
    folder = parting.worktree.path
    try:
        status = _status([parting.shell, "-c", step.command], folder, dict(parting.worktree.env))
    except FileNotFoundError:
        return f"there is no program '{visible(parting.shell)}'" if folder.is_dir() else ""
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

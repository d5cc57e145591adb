"""The commits that a merge makes, found out in memory."""

from enum import Enum
from shlex import quote
from typing import NamedTuple

from par.commands import merge_checks
from par.errors import ConflictError, NotFoundError
from par.git import heads, merging, process, replaying
from par.git.commits import Step
from par.git.merging import TooOldError
from par.model import Repository, Worktree
from par.names import quoted, visible

MAIN = ("main", "master")


class How(Enum):
    """What merging makes: what `git merge` would, one commit, the same commits on top, or only that."""

    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"
    FF_ONLY = "ff-only"


class Wish(NamedTuple):
    """How to merge the context `label`, into which branch, if that is named, and with what message."""

    label: str
    how: How = How.MERGE
    into: str | None = None
    message: str | None = None


def plan(worktree: Worktree, wish: Wish, target: str, was: str, tip: str) -> tuple[Step, ...]:
    """The commits that come on the branch `target`, which is at `was`; none where it goes forward to `tip`.

    Raises every refusal: ConflictError, NotFoundError, CommandError.
    """
    home = worktree.repository
    can_go = replaying.is_in(home, was, tip)
    asked = process.attempt(home, "config", "--get", "merge.ff").stdout.strip().casefold()
    is_only = wish.how is How.FF_ONLY or (wish.how is How.MERGE and asked == "only")
    if is_only and not can_go:
        message = f"'{visible(target)}' has commits that '{wish.label}' does not have"
        raise ConflictError(message, hint=f"par merge {wish.label} --rebase")
    makes_commit = asked in {"false", "no", "off", "0"} or wish.message is not None
    if is_only or (can_go and wish.how is How.MERGE and not makes_commit):
        return ()
    try:
        if wish.how is How.REBASE:
            return () if can_go and _is_linear(home, was, tip) else _rebased(worktree, wish, target, was, tip)
        return (_joined(worktree, wish, target, was, tip),)
    except TooOldError as error:
        again = f"git -C {quoted(worktree.path)} merge {quote(visible(target))} && par merge {wish.label}"
        raise TooOldError(error.message, hint=again) from error


def _is_linear(home: Repository, was: str, tip: str) -> bool:
    return not process.run(home, "rev-list", "--merges", "--max-count=1", f"{was}..{tip}")


def _rebased(worktree: Worktree, wish: Wish, target: str, was: str, tip: str) -> tuple[Step, ...]:
    home = worktree.repository
    merge_checks.check_related(home, wish.label, target, was, tip)
    found = replaying.rebased(home, was, tip)
    what = f"rebasing '{wish.label}' onto '{visible(target)}'"
    way_on = f"git -C {quoted(worktree.path)} rebase {quote(visible(target))}"
    merge_checks.check_conflicts(what, found.files, way_on, found.stopped_at)
    if not found.steps:
        message = f"all that '{wish.label}' has is in '{visible(target)}' already, in other commits"
        raise NotFoundError(message, hint=f"par rm {wish.label}")
    return found.steps


def _joined(worktree: Worktree, wish: Wish, target: str, was: str, tip: str) -> Step:
    """The commit of a merge, or of all that was done together."""
    home = worktree.repository
    found = merging.Merged(replaying.tree(home, tip), ())
    if not replaying.is_in(home, was, tip):
        merge_checks.check_related(home, wish.label, target, was, tip)
        found = merging.merged(home, was, tip)
    what = f"merging '{wish.label}' into '{visible(target)}'"
    way_on = f"git -C {quoted(worktree.path)} merge {quote(visible(target))}"
    merge_checks.check_conflicts(what, found.files, way_on)
    if wish.how is How.SQUASH:
        if found.tree == replaying.tree(home, was):
            message = f"what '{wish.label}' has changes nothing in '{visible(target)}'"
            raise NotFoundError(message, hint=f"par rm {wish.label}")
        return Step(found.tree, wish.message or _squash_message(worktree, was, tip))
    return Step(found.tree, wish.message or _merge_message(worktree, target, tip), also=(tip,))


def _merge_message(worktree: Worktree, target: str, tip: str) -> str:
    head = heads.standing(worktree).head
    what = f"branch '{head.removeprefix('refs/heads/')}'" if head else f"commit '{tip[:10]}'"
    return f"Merge {what}" + ("" if target in MAIN else f" into {target}") + "\n"


def _squash_message(worktree: Worktree, was: str, tip: str) -> str:
    """That of the only commit, else the branch with the first lines of all."""
    home = worktree.repository
    asked = ("rev-list", "--no-merges", "--max-count=2", f"{was}..{tip}")
    alone = process.run(home, *asked).split()
    if len(alone) == 1:
        return replaying.message(home, alone[0])
    lines = (f"* {each}" for each in replaying.subjects(home, was, tip))
    return "\n".join([worktree.branch, "", *lines]) + "\n"

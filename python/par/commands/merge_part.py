"""What merging one worktree into a branch makes, found out before anything changes: every refusal of it."""

from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from par.errors import ConflictError, NotFoundError, UnsafeError
from par.git import (
    base,
    branch_moves,
    commits,
    edits,
    heads,
    merging,
    process,
    replaying,
    repository,
    unfinished,
)
from par.git.branch_moves import Move
from par.git.commits import Step
from par.git.merging import TooOldError
from par.model import ContextStatus, Repository, Worktree
from par.names import quoted, visible

MAIN = ("main", "master")


class How(Enum):
    """What merging makes: what `git merge` would, one commit, the same commits on top, or only that."""

    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"
    FF_ONLY = "ff-only"


class Part(NamedTuple):
    """What is merged in one repository: `ahead` commits are new there, and `steps` come on top.

    Without a step the branch goes to the commit `tip` itself.
    """

    worktree: Worktree
    move: Move
    tip: str
    ahead: int
    steps: tuple[Step, ...]

    @property
    def made(self) -> str:
        """What is made, in a word: '' where the branch only goes forward."""
        if not self.steps:
            return ""
        if self.steps[0].also:
            return "merge"
        return "rebase" if self.steps[0].author else "squash"


class Wish(NamedTuple):
    """How to merge the context `label`, into which branch, if that is named, and with what message."""

    label: str
    how: How = How.MERGE
    into: str | None = None
    message: str | None = None


def plan(worktree: Worktree, wish: Wish, seen: Iterable[ContextStatus]) -> Part | None:
    """What merging `worktree` makes; None where its branch has nothing new. Raises every refusal.

    `seen` are all contexts, as they are now.
    """
    check_committed(worktree, wish.label)
    home, tip = worktree.repository, _tip(worktree, wish.label)
    target = _target(worktree, wish)
    was = repository.branch_oid(home, target) or ""
    if replaying.is_in(home, tip, was):
        return None
    holder = holder_of(home, target, seen)
    steps = _steps(worktree, wish, target, was, tip)
    if steps:
        commits.check_identity(worktree.path)
    now = steps[-1].tree if steps else tip
    move = Move(home, target, was, now, holder)
    check_way(move)
    return Part(worktree, move, tip, replaying.count(home, was, tip), steps)


def check_committed(worktree: Worktree, label: str) -> None:
    """Raise UnsafeError where something in the worktree is not committed, or git has not finished there."""
    path = worktree.path
    if doing := unfinished.operation(path):
        raise UnsafeError(f"'{label}' has {doing} in progress", hint=f"git -C {quoted(path)} status")
    if files := edits.uncommitted(path, worktree.repository):
        message = f"'{label}' has {counted(files)} not committed"
        raise UnsafeError(message, f"git -C {quoted(path)} status", tuple(map(visible, files)))


def counted(files: Iterable[str]) -> str:
    """How many files these are, in words."""
    count = len([*files])
    return "1 file" if count == 1 else f"{count} files"


def _tip(worktree: Worktree, label: str) -> str:
    standing = heads.standing(worktree)
    if not standing.oid:
        raise NotFoundError(f"'{label}' has no commit yet", hint=f"git -C {quoted(worktree.path)} status")
    if standing.tip and not replaying.is_in(worktree.repository, standing.tip, standing.oid):
        message = f"'{label}' has something else than its branch '{visible(worktree.branch)}' checked out"
        raise UnsafeError(message, hint=f"git -C {quoted(worktree.path)} switch {quote(worktree.branch)}")
    return standing.oid


def _target(worktree: Worktree, wish: Wish) -> str:
    """The branch to merge into: what is named, or what the work was begun from. Raises NotFoundError."""
    home, again = worktree.repository, f"par merge {wish.label} --into BRANCH"
    if wish.into is not None:
        branch = wish.into
        if repository.branch_oid(home, branch) is None:
            raise NotFoundError(f"there is no branch '{visible(branch)}' in {visible(home.name)}", hint=again)
    else:
        known = base.load(home)
        found = known.of(worktree)
        if found is None:
            raise NotFoundError(f"par does not know what '{wish.label}' was begun from", hint=again)
        branch = found.name if found.ref.startswith("refs/heads/") else found.name.partition("/")[2]
        if f"refs/heads/{branch}" not in known.oids:
            message = f"'{wish.label}' was begun from '{visible(found.name)}', which is no branch here"
            raise NotFoundError(message, hint=again)
    if branch in {worktree.branch, heads.standing(worktree).head.removeprefix("refs/heads/")}:
        raise ConflictError(f"'{wish.label}' is on '{visible(branch)}' itself", hint=again)
    return branch


def holder_of(home: Repository, branch: str, seen: Iterable[ContextStatus]) -> Path | None:
    """Where the branch is checked out, if it is. Raises ConflictError or UnsafeError where it cannot move."""
    if busy := unfinished.comes_back(home.common_dir, branch):
        message = f"'{visible(branch)}' is in use by a rebase or bisect at '{visible(str(busy))}'"
        raise ConflictError(message, hint=f"git -C {quoted(busy)} status")
    found = repository.holder_of(home, branch)
    holder = Path(found) if found else None
    if holder is None:
        return None
    place = visible(str(holder))
    if not holder.is_dir():
        message = f"'{visible(branch)}' is checked out at '{place}', which is gone"
        raise ConflictError(message, hint=f"git -C {quoted(home.path)} worktree list")
    if doing := unfinished.operation(holder):
        message = f"'{visible(branch)}' is checked out at '{place}', with {doing} in progress"
        raise UnsafeError(message, hint=f"git -C {quoted(holder)} status")
    for status in seen:
        if holder in {each.path for each in status.context.worktrees}:
            check_idle(status)
    return holder


def check_idle(status: ContextStatus) -> None:
    """Raise UnsafeError while an agent works in the context: its files would change under it."""
    if status.session and status.session.agent == "working":
        label = status.context.label
        raise UnsafeError(f"the agent in '{label}' is working", hint=f"par wait {label}")


def check_way(move: Move) -> None:
    """Raise UnsafeError where the move would write over changes in the checkout of its branch."""
    if files := branch_moves.in_the_way(move):
        place = visible(str(move.holder))
        message = f"'{visible(move.branch)}' is checked out at '{place}', with {counted(files)} in the way"
        hint = f"commit them, or put them away: git -C {quoted(move.holder)} stash -u"
        raise UnsafeError(message, hint, tuple(map(visible, files)))


def _steps(worktree: Worktree, wish: Wish, target: str, was: str, tip: str) -> tuple[Step, ...]:
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
    _check_related(home, wish, target, was, tip)
    found = replaying.rebased(home, was, tip)
    if found.files:
        message = f"rebasing '{wish.label}' onto '{visible(target)}' would conflict in {counted(found.files)}"
        hint = f"git -C {quoted(worktree.path)} rebase {quote(visible(target))}"
        raise ConflictError(f"{message} of {found.stopped_at[:10]}", hint, tuple(map(visible, found.files)))
    if not found.steps:
        message = f"all that '{wish.label}' has is in '{visible(target)}' already, in other commits"
        raise NotFoundError(message, hint=f"par rm {wish.label}")
    return found.steps


def _joined(worktree: Worktree, wish: Wish, target: str, was: str, tip: str) -> Step:
    """The commit of a merge, or of all that was done together."""
    home = worktree.repository
    found = merging.Merged(replaying.tree(home, tip), ())
    if not replaying.is_in(home, was, tip):
        _check_related(home, wish, target, was, tip)
        found = merging.merged(home, was, tip)
    if found.files:
        message = f"merging '{wish.label}' into '{visible(target)}' would conflict in {counted(found.files)}"
        hint = f"git -C {quoted(worktree.path)} merge {quote(visible(target))}"
        raise ConflictError(message, hint, tuple(map(visible, found.files)))
    if wish.how is How.SQUASH:
        if found.tree == replaying.tree(home, was):
            message = f"what '{wish.label}' has changes nothing in '{visible(target)}'"
            raise NotFoundError(message, hint=f"par rm {wish.label}")
        return Step(found.tree, wish.message or _squash_message(worktree, was, tip))
    return Step(found.tree, wish.message or _merge_message(worktree, target, tip), also=(tip,))


def _check_related(home: Repository, wish: Wish, target: str, was: str, tip: str) -> None:
    if process.attempt(home, "merge-base", was, tip).status == 1:
        message = f"'{wish.label}' and '{visible(target)}' have no commit in common"
        raise ConflictError(message, hint=f"par merge {wish.label} --into BRANCH")


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


def commit(part: Part) -> Part:
    """Make the commits that come on top, on no branch yet. Raises CommandError."""
    if not part.steps:
        return part
    now = commits.make(part.worktree.path, part.move.was, part.steps)
    return part._replace(move=part.move._replace(now=now))


def check_unchanged(part: Part) -> None:
    """Raise ConflictError where somebody has committed since."""
    if heads.commit(part.worktree.path) != part.tip:
        raise ConflictError("something was committed meanwhile", hint="try again")

"""What is merged of one worktree, into which branch: found out before anything changes."""

from collections.abc import Iterable
from shlex import quote
from typing import NamedTuple

from par.commands import merge_checks, merge_steps
from par.commands.merge_steps import Wish
from par.errors import ConflictError, NotFoundError, UnsafeError
from par.git import base, commits, heads, process, replaying, repository
from par.git.branch_moves import Move
from par.git.commits import Step
from par.model import ContextStatus, Worktree
from par.names import quoted, visible


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


def plan(worktree: Worktree, wish: Wish, seen: Iterable[ContextStatus]) -> Part | None:
    """What merging `worktree` makes; None where its branch has nothing new. Raises every refusal.

    `seen` are all contexts, as they are now.
    """
    merge_checks.check_committed(worktree, wish.label)
    home, tip = worktree.repository, _tip(worktree, wish.label)
    target = _target(worktree, wish)
    was = repository.branch_oid(home, target) or ""
    if replaying.is_in(home, tip, was):
        return None
    holder = merge_checks.holder_of(home, target, seen)
    steps = merge_steps.plan(worktree, wish, target, was, tip)
    if steps:
        commits.check_identity(worktree.path)
    now = steps[-1].tree if steps else tip
    move = Move(home, target, was, now, holder)
    merge_checks.check_way(move)
    return Part(worktree, move, tip, replaying.count(home, was, tip), steps)


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
    if other := process.attempt(home, "symbolic-ref", "--quiet", f"refs/heads/{branch}").stdout.strip():
        known_as = visible(other.removeprefix("refs/heads/"))
        message = f"'{visible(branch)}' is only another name for '{known_as}'"
        raise ConflictError(message, hint=f"par merge {wish.label} --into {quote(known_as)}")
    if branch in {worktree.branch, heads.standing(worktree).head.removeprefix("refs/heads/")}:
        raise ConflictError(f"'{wish.label}' is on '{visible(branch)}' itself", hint=again)
    return branch


def commit(part: Part) -> Part:
    """Make the commits that come on top, on no branch yet. Raises CommandError."""
    if not part.steps:
        return part
    now = commits.make(part.worktree.path, part.move.was, part.steps)
    return part._replace(move=part.move._replace(now=now))

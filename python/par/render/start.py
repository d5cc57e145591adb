"""What a command prints that made a context, or added a repository to one."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from par.model import Context, Kind, State, Worktree
from par.names import visible
from par.render import documents

WAITED_FOR = ("running", "held", "failed")

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from par.contexts.plans import CreationPlan
    from par.git.remotes import Upstream


def made(context: Context, planned: CreationPlan) -> str:
    """What `par start`, `par checkout` and `par workspace start` say when it was made as planned."""
    count, init = len(context.worktrees), planned.init
    title = f"{context.kind.value} '{context.label}' in {visible(context.repository.name)}"
    if context.kind is Kind.WORKSPACE:
        title = f"workspace '{context.label}' of {count} {'repository' if count == 1 else 'repositories'}"
    followed = [_followed(each.branch.upstream) for each in planned.worktrees]
    return "\n".join([title, *parts(context, init, _program(context, init), followed)])


def parts(context: Context, init: str, begun: Iterable[str] = (), followed: Sequence[str] = ()) -> list[str]:
    """The lines that say what belongs to a context, how its commands go, and how it is opened.

    `followed` are the words behind the branches, in the order of the worktrees.
    """
    branches = [*map("".join, zip_longest(map(_branch, context.worktrees), followed, fillvalue=""))]
    return [
        *(_workspace if context.kind is Kind.WORKSPACE else _single)(context, branches),
        f"  session   {context.session}",
        *_init(context, init),
        *begun,
        f"open it: par open {context.label}",
    ]


def stacked(planned: CreationPlan) -> list[str]:
    """The line that says what a new context stands on, where that is another context."""
    if not planned.stacked_on:
        return []
    label, other = planned.label, planned.stacked_on
    return [
        f"'{label}' starts from the branch of '{other}', where you are; --base BRANCH starts it elsewhere"
    ]


def added(context: Context, init: str) -> str:
    """What `par workspace add` says when it is done."""
    new = context.worktrees[-1]
    return "\n".join(
        [f"added {visible(new.name)} to workspace '{context.label}'", *part(new), *_init(context, init)]
    )


def part(worktree: Worktree) -> list[str]:
    """The lines that say what one repository has in a workspace."""
    return [f"  worktree  {visible(worktree.folder)}", f"  branch    {_branch(worktree)}"]


def _init(context: Context, init: str) -> list[str]:
    more = " --log" if init == "running" else ""
    return [f"  init      {init} (par init {context.label}{more})"] if init else []


def _program(context: Context, init: str) -> list[str]:
    if not context.command:
        return []
    return [f"  run       {visible(context.command)}{', once init is ok' if init in WAITED_FOR else ''}"]


def _single(context: Context, branches: Sequence[str]) -> list[str]:
    return [f"  worktree  {visible(context.folder)}", f"  branch    {branches[0]}"]


def _workspace(context: Context, branches: Sequence[str]) -> list[str]:
    pairs = zip(context.worktrees, branches, strict=True)
    return [
        f"  folder    {visible(context.folder)}",
        *(f"  worktree  {visible(each.name)}, branch {branch}" for each, branch in pairs),
    ]


def _branch(worktree: Worktree) -> str:
    return visible(worktree.branch) + ("" if worktree.is_branch_ours else " (existing)")


def _followed(upstream: Upstream | None) -> str:
    """What a new branch tracks, as git calls it where that has a name for it."""
    if upstream is None:
        return ""
    remote, ref = upstream
    branch = ref.removeprefix("refs/heads/")
    is_named = branch != ref and not set(":/") & set(remote)
    return f" (tracks {visible(f'{remote}/{branch}' if is_named else f'{branch} of {remote}')})"


def document(context: Context, init: str = "") -> str:
    """The document of `par start --json`, `par checkout --json` and `par workspace start --json`."""
    return documents.dumped({"context": values(context, init)})


def documents_of(contexts: Sequence[Context], inits: Sequence[str]) -> str:
    """The document of `par start --json` where several contexts are made."""
    pairs = zip(contexts, inits, strict=True)
    return documents.dumped({"contexts": [values(context, init) for context, init in pairs]})


def values(context: Context, init: str) -> documents.Document:
    """A context that was just made, or came back, as JSON values."""
    return {
        "label": context.label,
        "kind": context.kind.value,
        "state": State.RUNNING.value,
        "init": init,
        "repository": {"name": context.repository.name, "path": str(context.repository.path)},
        "session": {"name": context.session},
        "worktrees": [*map(_worktree, context.worktrees)],
        "branch": context.branch,
        "created_at": context.created_at.isoformat(),
        "program": documents.program(context),
    }


def _worktree(worktree: Worktree) -> documents.Document:
    return {
        "repository": str(worktree.repository.path),
        "path": worktree.folder,
        "branch": worktree.branch,
        "created_branch": worktree.is_branch_ours,
        **documents.ports(worktree),
    }

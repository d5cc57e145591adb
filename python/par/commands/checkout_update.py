"""`par checkout --update`: a context's branch as its remote has it now, also where that was rewritten."""

import re
from shlex import quote
from typing import NamedTuple

from par.errors import CommandError, ConflictError, UnsafeError
from par.git import fetching, links, process, repository, tips, unfinished, unsaved
from par.git.remotes import Upstream
from par.model import Context, Repository, Worktree
from par.names import visible
from par.state import locks

# What git writes in a reflog where a pull brought commits of the remote's, and nothing else
PULLED = re.compile(r"pull\b.*: Fast-forward")
SHORT = 12
OVERWRITTEN = re.compile(r"^\t(.+)$", re.MULTILINE)


class Plan(NamedTuple):
    """The worktree of a context whose branch can be moved to where its `upstream` is."""

    context: Context
    worktree: Worktree
    upstream: Upstream


class Updated(NamedTuple):
    """The commits that the branch was and is at; `is_rewritten`: the one is not part of the other."""

    context: Context
    worktree: Worktree
    upstream: Upstream
    before: str
    after: str
    is_rewritten: bool = False


def plan(context: Context, home: Repository, branch: str) -> Plan:
    """See that the branch follows a remote, and that par may change the worktree. Raises ConflictError."""
    worktree = next(each for each in context.worktrees if links.checked_out(each.path) == branch)
    place = quote(worktree.folder)
    if context.is_adopted:
        message = f"'{context.label}' is adopted: par changes nothing in it"
        raise ConflictError(message, hint=f"git -C {place} pull")
    if (what := unfinished.operation(worktree.path)) is not None:
        raise ConflictError(f"'{context.label}' has {what} in progress", hint=f"git -C {place} status")
    upstream = repository.upstream_of(home, branch)
    if upstream is None or upstream.remote == ".":
        message = f"branch '{visible(branch)}' follows no remote"
        raise ConflictError(message, hint=f"git -C {place} branch --set-upstream-to=origin/{quote(branch)}")
    return Plan(context, worktree._replace(branch=branch), upstream)


def run(planned: Plan) -> Updated:
    """Fetch, and move the branch and its files where nothing is lost by that.

    Raises UnsafeError where a commit is on it that the remote never had, or a changed file is in the way.
    """
    context, worktree, upstream = planned
    home, branch = worktree.repository, worktree.branch
    with locks.operation() as operation:
        new = fetching.fetch(home, upstream.remote, upstream.ref, operation)
        try:
            with locks.repository(home.common_dir):
                old = repository.branch_oid(home, branch) or ""
                if repository.holds(home, branch, new):
                    return Updated(context, worktree, upstream, old, old)
                _check_commits(planned, old, new)
                # Of what par fetched nothing is lost with the branch, before and after
                process.run(home, "config", "--add", f"branch.{branch}.{repository.FETCHED_KEY}", new)
                _move(worktree, new)
        finally:
            fetching.drop_fetched(home, operation)
    return Updated(context, worktree, upstream, old, new, not repository.holds(home, branch, old))


def _check_commits(planned: Plan, old: str, new: str) -> None:
    context, worktree, upstream = planned
    home, branch = worktree.repository, worktree.branch
    fetched = repository.fetched_oids(repository.settings_of(home, branch))
    pulled = [oid for oid, message in repository.reflog(home, branch) if PULLED.fullmatch(message)]
    followed = upstream.ref.replace("refs/heads/", f"refs/remotes/{upstream.remote}/", 1)
    theirs = [*fetched, *pulled, *tips.logged(home, followed), new]
    if mine := unsaved.commits(worktree, [old], theirs, is_going=True):
        count = "a commit" if len(mine) == 1 else f"{len(mine)} commits"
        message = f"'{context.label}' stays as it is: {count} of it {visible(upstream.remote)} never had"
        onto = f"--onto {new[:SHORT]} {next(iter(mine[-1].parents), new)[:SHORT]}"
        hint = f"git -C {quote(worktree.folder)} rebase {onto}"
        raise UnsafeError(message, hint, tuple(each.line for each in mine))


def _move(worktree: Worktree, new: str) -> None:
    moved = ("checkout", "--quiet", "--no-track", "--no-recurse-submodules", "--no-overwrite-ignore")
    outcome = process.attempt(worktree.path, *moved, "-B", worktree.branch, new)
    if outcome.status and (files := OVERWRITTEN.findall(outcome.stderr)):
        message = f"the update would overwrite {len(files)} changed file{'' if len(files) == 1 else 's'}"
        hint = f"git -C {quote(worktree.folder)} stash --include-untracked"
        raise UnsafeError(f"{message} of '{worktree.folder}'", hint, tuple(files))
    if outcome.status:
        raise CommandError(f"git checkout: {outcome.reason}", hint=outcome.hint)

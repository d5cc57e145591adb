"""Fetching from remotes: into private refs and those that follow remotes, never into anybody's own."""

import re
import subprocess
from functools import partial
from shlex import quote

from par.errors import CommandError, NotFoundError
from par.git import branch_names, process, remotes, version
from par.git.remotes import Remote, tracking
from par.model import Repository
from par.names import visible
from par.state import locks
from par.state.locks import Operation

# How git, and a server that it asks, say that there is no such repository
ABSENT = re.compile(r"does not appear to be a git repository|repository .*not found", re.IGNORECASE)
# What it says when it meets a worktree that another git is making at that moment
HALF_MADE = re.compile(r"bad object worktrees/|failed to read \S*worktrees/")
SILENT_SECONDS = 30.0


def fetch(repository: Repository, source: str, ref: str, operation: Operation) -> str:
    """Fetch one full ref from a remote or URL; the commit it is at.

    It goes to a private ref of the operation, never through FETCH_HEAD, which parallel fetches share; and
    to where the remote's branches are followed. Raises NotFoundError where the other side has no such ref,
    else CommandError with git's reason.
    """
    known = [each for each in remotes.load(repository).remotes if each.name == source]
    maps = [f"--refmap={each}" for remote in known for each in _followed(remote)] or ["--refmap="]
    outcome = _fetched(repository, source, operation, *maps, "--", source, f"+{ref}:{_private(operation)}")
    if "couldn't find remote ref" in outcome.stderr:
        raise _absent(repository, source, ref)
    if ABSENT.search(outcome.stderr):
        raise NotFoundError(f"git fetch: {outcome.reason}", hint="git remote -v")
    if outcome.status:
        raise CommandError(f"git fetch: {outcome.reason}", hint=outcome.hint or _asking(source))
    return process.run(repository, "rev-parse", "--verify", f"{_private(operation)}^{{commit}}").strip()


def fetch_all(
    repository: Repository, remote: Remote, operation: Operation, seconds: float = SILENT_SECONDS
) -> None:
    """Fetch what is new on `remote` to where its branches are followed. Raises CommandError.

    What is worked on here is not overwritten, and nothing is pruned.
    """
    specs = _followed(remote)
    outcome = _fetched(
        repository, remote.name, operation, "--refmap=", "--", remote.name, *specs, seconds=seconds
    )
    if outcome.status:
        raise CommandError(f"git fetch: {outcome.reason}", hint=outcome.hint or _asking(remote.name))


def _absent(home: Repository, source: str, ref: str) -> NotFoundError:
    shown, folder = visible(source), ref.split("/")[1]
    branch = ref.removeprefix("refs/heads/")
    if branch != ref:
        meant = (branch, branch_names.nearest(home, branch))
        hint = f"{_asking(source)} 'refs/heads/*'"
        return NotFoundError(f"'{shown}' has no branch '{visible(branch)}'", hint=hint, meant=meant)
    kind = "pull request" if folder == "pull" else "merge request"
    # A forge may have thousands of them
    hint = f"{_asking(source)} 'refs/{folder}/*/head' | tail"
    return NotFoundError(f"'{shown}' has no {kind} {ref.split('/')[-2]}", hint=hint)


def _asking(source: str) -> str:
    return f"git ls-remote {quote(visible(source))}"


def _followed(remote: Remote) -> tuple[str, ...]:
    # A bare clone has no refspec, and that of a mirror would write into this repository's own branches
    return tracking(remote) or (f"+refs/heads/*:refs/remotes/{remote.name}/*",)


def _fetched(
    repository: Repository, source: str, operation: Operation, *asked: str, seconds: float = SILENT_SECONDS
) -> process.Outcome:
    # With --progress it says something as long as the other side does
    command = (*process.NO_HOOKS, "fetch", "--progress", *_quiet_options(), *asked)
    run = partial(process.run_shown, repository, command, operation.descriptor, seconds)
    try:
        # A host may be slow: who only needs the repository does not wait for it
        with locks.fetching(repository.common_dir):
            outcome = run(f"waiting for {visible(source)}")
            if outcome.status and HALF_MADE.search(outcome.stderr):
                with locks.repository(repository.common_dir):
                    outcome = run(f"waiting for {visible(source)}")
            return outcome
    except subprocess.TimeoutExpired as error:
        message = f"git fetch: '{visible(source)}' did not answer within {seconds:.0f} s"
        raise CommandError(message, hint="git remote -v") from error


def drop_fetched(repository: Repository, operation: Operation) -> None:
    """Delete the private ref of the operation, if there is one."""
    process.attempt(repository, "update-ref", "-d", _private(operation))


def _private(operation: Operation) -> str:
    return f"refs/par/fetch/{operation.id}"


def _quiet_options() -> tuple[str, ...]:
    # --no-write-fetch-head came with git 2.29; par reads no FETCH_HEAD either way
    is_new = version.installed() >= (2, 29)
    plain = ("--no-tags", "--no-recurse-submodules", "--no-prune", "--no-auto-gc")
    return (*plain, *(("--no-write-fetch-head",) if is_new else ()))

"""A repository seen through git: what is in it, and the single effects that par has on it."""

import re
from collections.abc import Iterable
from pathlib import Path

from par import names
from par.errors import CommandError, ConflictError, NotFoundError
from par.git import config_file, flushing, process, worktrees
from par.git.remotes import Upstream
from par.model import Repository
from par.names import visible
from par.state.locks import Operation

SUBMODULE = "160000"  # its mode in a tree
NO_OID = ""  # to `update-ref`: the ref is not there yet, whatever its hash
CREATED, FETCHED = MADE = "par: created", "par: fetched"
# Where par writes down, in the configuration of a branch, the commit that it fetched for it
FETCHED_KEY = "par-fetched"
WITHOUT_HOOKS = (
    "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null par start LABEL"
)


def head(folder: Path, home: Repository) -> tuple[str, str]:
    """The commit that is checked out in `folder`, and the ref it is on; that of `home` in git's own folder.

    The ref is empty where HEAD is on none. Raises NotFoundError in a repository with none.
    """
    here = folder.resolve()
    place = home if home.common_dir in (here, *here.parents) else folder
    outcome = process.attempt(place, "rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD")
    if outcome.status:
        if process.attempt(place, "rev-list", "--all", "--max-count=1").stdout:
            message = "the branch that is checked out has no commit yet"
            raise NotFoundError(message, hint="par start LABEL --base BRANCH")
        raise NotFoundError(f"the repository '{visible(str(folder))}' has no commit yet", hint="git commit")
    oid, ref = outcome.stdout.split("\n")[:2]
    return oid, ref.removeprefix("HEAD")


def find_oid(repository: Repository, rev: str) -> str:
    """The commit that `rev` names. Raises NotFoundError."""
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    outcome = process.attempt(repository, *asked)
    if outcome.status:
        raise NotFoundError(
            f"there is no commit '{visible(rev)}' in {repository.name}", hint="git branch --all"
        )
    return outcome.stdout.split("\n")[-2]


def refs(repository: Repository, patterns: Iterable[str]) -> dict[str, str]:
    """The refs that `patterns` name, exactly or as a folder above them, with what they point to."""
    asked = ("for-each-ref", "--format=%(refname) %(objectname)", "--", *patterns)
    lines = names.lines(process.run(repository, *asked))
    return dict(line.rsplit(" ", 1) for line in lines if line)


def branch_oid(repository: Repository, branch: str) -> str | None:
    """The tip of a local branch; None where there is no such branch."""
    return refs(repository, [f"refs/heads/{branch}"]).get(f"refs/heads/{branch}")


def holds(repository: Repository, branch: str, oid: str) -> bool:
    """Whether there is such a branch, and the commit `oid` is in it."""
    asked = ("merge-base", "--is-ancestor", oid, f"refs/heads/{branch}")
    return process.attempt(repository.path, *asked).status == 0


def check_branch_is_free(known: Iterable[str], branch: str) -> None:
    """Raise ConflictError when one of the refs `known` would be a folder of `branch`, or inside it."""
    wanted = f"refs/heads/{branch}"
    for ref in known:
        if ref.startswith(f"{wanted}/") or wanted.startswith(f"{ref}/"):
            other = ref.removeprefix("refs/heads/")
            raise ConflictError(
                f"branch '{branch}' cannot stand beside the branch '{visible(other)}'",
                hint="git keeps branches as files in folders: one of the two needs another name",
            )


def neighbours(branch: str) -> list[str]:
    """Patterns for `refs` that find `branch` and every branch that cannot stand beside it."""
    parts = branch.split("/")
    return ["refs/heads/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def holder_of(repository: Repository, branch: str) -> str | None:
    """The folder of the worktree that has `branch` checked out, if any has. Raises CommandError."""
    if not branch or not worktrees.may_have(repository, branch):
        return None
    found = (each for each in worktrees.listed(repository) if each.branch == branch)
    return next((each.folder for each in found), None)


def heads(repository: Repository) -> dict[str, str]:
    """The commit checked out in each worktree of the repository, by the worktree's folder."""
    return {each.folder: each.oid for each in worktrees.listed(repository)}


def create_branch(
    repository: Repository, branch: str, oid: str, operation: Operation, is_fetched: bool, base: str = ""
) -> None:
    """Create a branch that does not exist yet; its reflog says which operation made it, and from what.

    `base` is the ref that it begins at, or the commit where no ref is known for it. Of one that `is_fetched`
    it is written down what the remote had: of that nothing is lost with it.
    """
    began = f" from {base}" if base else ""
    message = f"{FETCHED if is_fetched else CREATED}{began} by operation {operation.id}"
    made = (*flushing.FLUSHED, "update-ref", "--create-reflog", "-m", message)
    process.run(repository, *made, f"refs/heads/{branch}", oid, NO_OID)
    flushing.refs(repository.common_dir, [f"refs/heads/{branch}"])
    if is_fetched:
        process.run(repository, "config", f"branch.{branch}.{FETCHED_KEY}", oid)


def is_untouched(repository: Repository, branch: str, operation: str) -> bool:
    """Whether `branch` is as the operation with that id made it: nothing was committed since."""
    latest = reflog(repository, branch)[:1]
    return any(message.endswith(f" by operation {operation}") for _, message in latest)


def fetched_oids(settings: Iterable[tuple[str, str]]) -> list[str]:
    """The commit at which a branch with these settings was just what a remote had, if par fetched it."""
    return [oid for key, oid in settings if key == FETCHED_KEY]


def reflog(repository: Repository, branch: str) -> list[tuple[str, str]]:
    """Where `branch` pointed and why, the latest first."""
    # `git rev-list` obeys no setting, but it knows no messages of reflogs
    plain = ("--no-show-signature", "--no-patch", "--no-color", "--encoding=UTF-8", "--format=%H %gs")
    asked = ("log", "--walk-reflogs", *plain, f"refs/heads/{branch}", "--")
    lines = process.attempt(repository, *asked).stdout.split("\n")[:-1]
    return [(oid, message) for oid, _, message in (line.partition(" ") for line in lines)]


def delete_branch(repository: Repository, branch: str, at: str, has_settings: bool = True) -> bool:
    """Delete a branch if it still points at the commit `at`, and what is configured for it; whether it did.

    Raises CommandError where git cannot.
    """
    outcome = process.attempt(repository, "update-ref", "-d", f"refs/heads/{branch}", at)
    if outcome.status and branch_oid(repository, branch) == at:
        raise CommandError(f"git update-ref: {outcome.reason}", hint=outcome.hint)
    if not outcome.status and has_settings:
        drop_settings(repository, branch)
    return not outcome.status


def drop_settings(repository: Repository, branch: str) -> None:
    """Delete what is configured for a branch that is gone."""
    process.attempt(repository, "config", "--remove-section", f"branch.{branch}")


def track(repository: Repository, branch: str, upstream: Upstream) -> None:
    """Let `branch` pull from and compare with `upstream`."""
    process.run(repository, "config", f"branch.{branch}.remote", upstream.remote)
    process.run(repository, "config", f"branch.{branch}.merge", upstream.ref)


def upstream_of(repository: Repository, branch: str) -> Upstream | None:
    """What `branch` tracks, if anything."""
    asked = ("config", "--get-regexp", "-z", f"^branch\\.{re.escape(branch)}\\.(remote|merge)$")
    fields = process.attempt(repository, *asked).stdout.split("\0")
    values = dict(field.rpartition(".")[2].split("\n", 1) for field in fields if field)
    return Upstream(values["remote"], values["merge"]) if len(values) == 2 else None


def settings_of(repository: Repository, branch: str) -> tuple[tuple[str, str], ...]:
    """What the repository has configured for `branch`, by the last part of each name."""
    if not config_file.may_say(repository, branch):  # as most are: one git less
        return ()
    asked = ("config", "--local", "--get-regexp", "-z", f"^branch\\.{re.escape(branch)}\\.[^.]+$")
    fields = process.attempt(repository, *asked).stdout.split("\0")
    pairs = [field.partition("\n") for field in fields if field]
    return tuple((key.rpartition(".")[2], value if is_set else "true") for key, is_set, value in pairs)


def add_worktree(
    repository: Repository, path: Path, branch: str, operation: Operation, with_hooks: bool, workers: int = 0
) -> None:
    """Check `branch` out into the new folder `path`, with git's progress when it takes long.

    `with_hooks` runs the repository's own hooks, as git would: never for a stranger's code. Of `workers`
    that write files at once 0 are as many as there are processors.
    """
    quiet = () if with_hooks else process.NO_HOOKS
    command = (*quiet, "-c", f"checkout.workers={workers}", "worktree", "add", "--", str(path), branch)
    outcome = process.run_shown(repository, command, operation.descriptor)
    if outcome.status:
        if outcome.status != 128 and with_hooks and (path / ".git").exists():
            raise CommandError(
                f"the post-checkout hook of {repository.name} failed: {outcome.reason}", WITHOUT_HOOKS
            )
        raise CommandError(f"git worktree add: {outcome.reason}", hint=outcome.hint)

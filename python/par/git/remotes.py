"""The remotes of a repository: which there are, whose they are, and fetching single refs from them."""

import re
import subprocess
from dataclasses import dataclass

from par.errors import CommandError, NotFoundError
from par.git import process
from par.locks import Operation
from par.model import Repository

HOSTED = re.compile(
    r"(?:(?:https?|ssh|git|git\+ssh)://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/"
    r"|(?:[^@/:]*@)?(?P<scp>[^/:]+):(?!//)/?)"
    r"(?P<owner>.+)/(?P<project>[^/]+?)(?:\.git)?/?"
)
LOCAL = re.compile(r"(?:file://)?/?(?:.*/)?(?P<owner>[^/]+)/(?P<project>[^/]+?)(?:\.git)?/?")
SECTION = re.compile(r'remote "(?P<name>.+)"', re.IGNORECASE)
# How git, and a server that it asks, say that there is no such repository
ABSENT = re.compile(r"does not appear to be a git repository|repository .*not found", re.IGNORECASE)
ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote as the configuration names it; `host` and `owner` are empty where the URL has none."""

    name: str
    url: str
    host: str
    owner: str
    project: str

    def fork_of(self, user: str) -> str:
        """The URL of the repository of the same name and host that belongs to `user`."""
        match = _parsed(self.url)
        if not match:
            told = f"remote '{self.name}' has no owner in its URL '{self.url}'"
            raise NotFoundError(told, hint="git remote -v")
        return self.url[: match.start("owner")] + user + self.url[match.end("owner") :]


def remotes(repository: Repository) -> list[Remote]:
    """The remotes in the order of the configuration, with their URLs as written there."""
    import git  # GitPython: 60 ms, and only a checkout asks

    # Not git.Repo: it obeys an inherited GIT_COMMON_DIR, and expands a folder called '$HOME'
    with git.GitConfigParser(repository.common_dir / "config") as config:
        named = [found for each in config.sections() if (found := SECTION.fullmatch(each))]
        return [_remote(each["name"], str(config.get_values(each[0], "url", "")[0])) for each in named]


def _remote(name: str, url: str) -> Remote:
    match = _parsed(url)
    if not match:
        return Remote(name, url, "", "", "")
    found = match.groupdict()
    host = found.get("host") or found.get("scp") or ""
    return Remote(name, url, host.lower(), found["owner"], found["project"])


def _parsed(url: str) -> re.Match[str] | None:
    return HOSTED.fullmatch(url) if not url.startswith(("/", ".", "file:")) else LOCAL.fullmatch(url)


def fetch(repository: Repository, source: str, ref: str, operation: Operation) -> str:
    """Fetch one full ref from a remote or URL; the commit it is at.

    It goes to a private ref of the operation, never through FETCH_HEAD, which parallel fetches share.
    Raises NotFoundError where the other side has no such ref, else CommandError with git's reason.
    """
    command = ("fetch", *_quiet_options(), "--", source, f"+{ref}:{_private(operation)}")
    outcome = process.run_shown(repository.path, (*process.NO_HOOKS, *command), operation.descriptor)
    if "couldn't find remote ref" in outcome.stderr:
        raise NotFoundError(f"'{source}' has no {ref}", hint=f"git ls-remote {source}")
    if ABSENT.search(outcome.stderr):
        raise NotFoundError(f"git fetch: {outcome.reason}", hint="git remote -v")
    if outcome.status:
        raise CommandError(f"git fetch: {outcome.reason}")
    return process.run(repository.path, "rev-parse", "--verify", f"{_private(operation)}^{{commit}}").strip()


def fetch_all(repository: Repository, remote: str, operation: Operation, seconds: float) -> None:
    """Fetch what is new on `remote`, within `seconds`. Raises CommandError."""
    command = (*process.NO_HOOKS, "fetch", *_quiet_options(), "--", remote)
    try:
        outcome = process.run_shown(repository.path, command, operation.descriptor, seconds)
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"git fetch: '{remote}' did not answer within {seconds:.0f} s") from error
    if outcome.status:
        raise CommandError(f"git fetch: {outcome.reason}")


def drop_fetched(repository: Repository, operation: Operation) -> None:
    """Delete the private ref of the operation, if there is one."""
    process.attempt(repository.path, "update-ref", "-d", _private(operation))


def _private(operation: Operation) -> str:
    return f"refs/par/fetch/{operation.id}"


def _quiet_options() -> tuple[str, ...]:
    # --no-write-fetch-head came with git 2.29; par reads no FETCH_HEAD either way
    said = process.attempt(process.SOMEWHERE, "version").stdout
    numbers = re.findall(r"\d+", said)[:2]
    is_new = [int(number) for number in numbers] >= [2, 29]
    return ("--no-tags", "--no-recurse-submodules", *(("--no-write-fetch-head",) if is_new else ()))

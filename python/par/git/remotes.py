"""The remotes of a repository: which there are, what they name, and what its branches follow."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from par.errors import NotFoundError
from par.git import process
from par.model import Repository

# As texts: to compile them takes as long as ten of par's modules, and a repository may have no remote
HOSTED = (
    r"(?:(?:https?|ssh|git|git\+ssh)://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/"
    r"|(?:[^@/:]*@)?(?P<scp>[^/:]+):(?!//)/?)"
    r"(?P<owner>.+)/(?P<project>[^/]+?)(?:\.git)?/?"
)
LOCAL = r"(?:file://)?/?(?:.*/)?(?P<owner>[^/]+)/(?P<project>[^/]+?)(?:\.git)?/?"
ORIGIN = "origin"
# The same host by way of the port for HTTPS: ssh.github.com, altssh.gitlab.com
BY_HTTPS = r"^(?:alt)?ssh\.(?=.*\.)"
# What one call of git tells of a repository's remotes, of the branches that follow one, and of rewritten URLs
ASKED = (
    r"^(remote\..*\.(url|fetch|gh-resolved)|remote\.pushdefault|checkout\.defaultremote"
    r"|url\..*\.insteadof|branch\..*\.(remote|merge|pushremote))$"
)


class Place(NamedTuple):
    """What a URL names; `host` is empty for a folder of this machine, all are where it cannot be read."""

    host: str = ""
    owner: str = ""
    project: str = ""


class Upstream(NamedTuple):
    """What a branch tracks: `remote` is a remote's name or a URL, `ref` a full ref over there."""

    remote: str
    ref: str


class Remote(NamedTuple):
    """A remote as the configuration names it.

    `target` is the URL that git really uses, after `url.*.insteadOf`. One that `is_named` is what
    checkout.defaultRemote says, or where `gh` was told that the pull requests are; one that `is_pushed`
    is what remote.pushDefault says.
    """

    name: str
    url: str
    target: str
    refspecs: tuple[str, ...] = ()
    is_named: bool = False
    is_pushed: bool = False

    def fork_of(self, user: str) -> str:
        """The URL of the repository of the same name and host that belongs to `user`."""
        match = _parsed(self.url)
        if not match:
            message = f"remote '{self.name}' has no owner in its URL '{self.url}'"
            raise NotFoundError(message, hint="git remote -v")
        return self.url[: match.start("owner")] + user + self.url[match.end("owner") :]


def tracking(remote: Remote) -> tuple[str, ...]:
    """The refspecs of `remote` that write where remotes are followed, and nothing of anybody's own."""
    return tuple(each for each in remote.refspecs if each.partition(":")[2].startswith("refs/remotes/"))


class Config(NamedTuple):
    """The remotes in the order of the configuration, and what each branch follows, or is pushed to."""

    remotes: tuple[Remote, ...]
    upstreams: dict[str, tuple[Upstream, ...]]
    rewritten: tuple[tuple[str, str], ...] = ()

    @property
    def default(self) -> Remote | None:
        """The remote that is meant where none is said: the named one, origin, or the first."""
        named = [each for each in self.remotes if each.is_named]
        origins = [each for each in self.remotes if each.name == ORIGIN]
        return next(iter((*named, *origins, *self.remotes)), None)

    def target(self, url: str) -> str:
        """The URL that git uses for `url`: the longest beginning that is to be replaced counts."""
        found = [(len(old), new + url[len(old) :]) for new, old in self.rewritten if url.startswith(old)]
        return max(found)[1] if found else url


def load(repository: Repository) -> Config:
    """The remotes that git is configured with, in any of its files."""
    with asked(repository) as told:
        return told()


@contextmanager
def asked(repository: Repository) -> Iterator[Callable[[], Config]]:
    """As `load`, for a body that asks something else meanwhile."""
    with process.begun(repository, "config", "--get-regexp", "-z", ASKED) as left:
        yield lambda: _config(left().stdout)


def _config(said: str) -> Config:
    pairs = [(key, value) for key, _, value in (each.partition("\n") for each in said.split("\0")) if key]
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    rewritten = tuple((key[4:-10], value) for key, value in pairs if key.startswith("url."))
    bare = Config((), _upstreams(values), rewritten)
    return bare._replace(remotes=tuple(_remotes(values, bare)))


def _remotes(values: dict[str, list[str]], config: Config) -> list[Remote]:
    names = [key[7:-4] for key in values if key.startswith("remote.") and key.endswith(".url")]
    named = values.get("checkout.defaultremote", [""])[-1:]
    resolved = [each for each in names if values.get(f"remote.{each}.gh-resolved") == ["base"]]
    pushed = values.get("remote.pushdefault", [""])[-1]
    found = []
    for name in names:
        url = values[f"remote.{name}.url"][0]
        specs = tuple(values.get(f"remote.{name}.fetch", ()))
        is_named = name in named if any(each in names for each in named) else name in resolved
        found.append(Remote(name, url, config.target(url), specs, is_named, name == pushed))
    return found


def _upstreams(values: dict[str, list[str]]) -> dict[str, tuple[Upstream, ...]]:
    merges = [key[7:-6] for key in values if key.startswith("branch.") and key.endswith(".merge")]
    found = {}
    for name in merges:
        keys = (f"branch.{name}.remote", f"branch.{name}.pushremote")
        places = [each for key in keys for each in values.get(key, [])[-1:]]
        found[name] = tuple(Upstream(each, ref) for each in places for ref in values[f"branch.{name}.merge"])
    return found


def place(url: str) -> Place:
    """What `url` names, to compare it: host and owner in small letters, and no port."""
    match = _parsed(url)
    if not match:
        return Place()
    found = match.groupdict()
    host = (found.get("host") or found.get("scp") or "").lower()
    return Place(re.sub(BY_HTTPS, "", host), found["owner"].casefold(), found["project"].casefold())


def _parsed(url: str) -> re.Match[str] | None:
    return re.fullmatch(LOCAL if url.startswith(("/", ".", "file:")) else HOSTED, url)

"""What `par checkout` can be asked for: a branch, one of a remote or a fork, a pull request. Pure."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from par.errors import UsageError
from par.names import visible

REQUEST_URL = re.compile(
    r"https?://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/(?P<owner>.+?)/(?P<project>[^/]+)"
    r"(?:/-)?/(?P<kind>pulls?|merge_requests)/(?P<number>\d+)(?:[/?#].*)?"
)
SHORT = re.compile(r"(?P<flavour>pr|mr)/(?P<number>\d+)")
FORK = re.compile(r"(?P<user>[A-Za-z0-9][A-Za-z0-9._-]*):(?P<branch>.+)")
FORMS = "use a branch, REMOTE/BRANCH, USER:BRANCH, pr/NUMBER, mr/NUMBER or the URL of a pull request"


class BranchTarget(NamedTuple):
    """A branch: of this repository, or of the remote called `remote`."""

    branch: str
    remote: str = ""


class ForkTarget(NamedTuple):
    """A branch of somebody's fork."""

    user: str
    branch: str


class RequestTarget(NamedTuple):
    """A pull request (`flavour` pr) or merge request (mr); `host`, `owner`, `project` where a URL said it."""

    flavour: str
    number: int
    host: str = ""
    owner: str = ""
    project: str = ""

    @property
    def branch(self) -> str:
        return f"{self.flavour}-{self.number}"

    @property
    def ref(self) -> str:
        """The ref that the server keeps for it (GitHub, Gitea; GitLab)."""
        folder = "pull" if self.flavour == "pr" else "merge-requests"
        return f"refs/{folder}/{self.number}/head"


Target = BranchTarget | ForkTarget | RequestTarget


def parse(text: str, remotes: Iterable[str]) -> Target:
    """What `text` asks for, in a repository with these remotes. Raises UsageError."""
    if found := REQUEST_URL.fullmatch(text):
        flavour = "mr" if found["kind"] == "merge_requests" else "pr"
        place = (found["host"].lower(), found["owner"], found["project"])
        return RequestTarget(flavour, int(found["number"]), *place)
    if "://" in text:
        raise UsageError(f"'{visible(text)}' is not the URL of a pull request", hint=FORMS)
    if found := SHORT.fullmatch(text):
        return RequestTarget(found["flavour"], int(found["number"]))
    if found := FORK.fullmatch(text):
        return ForkTarget(found["user"], found["branch"])
    return _branch(text, remotes)


def _branch(text: str, remotes: Iterable[str]) -> BranchTarget:
    # A full ref is what a picker passes: a branch may be called 'pr/1' or 'origin/x'
    if text.startswith("refs/heads/"):
        return BranchTarget(text.removeprefix("refs/heads/"))
    text = text.removeprefix("refs/remotes/")
    # The longest name first: a remote may be called 'a' and another one 'a/b'
    for remote in sorted(remotes, key=len, reverse=True):
        if text.startswith(f"{remote}/") and len(text) > len(remote) + 1:
            return BranchTarget(text.removeprefix(f"{remote}/"), remote)
    return BranchTarget(text)

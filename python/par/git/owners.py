"""Whose code is this? One answer for every way in: where its commits come from, and who is there.

A repository's own remotes are the one that it came from (`origin`, else the first), those that the user
names in git's configuration (checkout.defaultRemote, remote.pushDefault, or where he told `gh` that the
pull requests are), and all of the same owner on the same host. What is on them was let in by somebody;
all else is a stranger's, and so is what lies outside of their branches and tags, as pull requests do.
"""

from collections.abc import Iterable

from par.git import process, remotes
from par.git.remotes import ORIGIN, Config, Upstream, place, tracking
from par.model import Repository, Worktree


def own(config: Config) -> frozenset[str]:
    """The names of the repository's own remotes. Pure, as `is_strange` is."""
    known = config.remotes
    came_from = next((each.name for each in known if each.name == ORIGIN), known[0].name if known else "")
    sure = [each for each in known if each.is_named or each.is_pushed or each.name == came_from]
    targets, owners = {each.target for each in sure}, {place(each.target)[:2] for each in sure}
    found = (each.name for each in known if each in sure or _is_among(each.target, targets, owners))
    return frozenset(found)


def _is_among(target: str, targets: Iterable[str], owners: Iterable[tuple[str, ...]]) -> bool:
    # In a folder of this machine anybody's repositories may lie side by side
    said = place(target)
    return target in targets or (bool(said.host) and said[:2] in owners)


def is_strange(upstreams: Iterable[Upstream], config: Config) -> bool:
    """Whether one of these is not a branch or tag of the repository's own remotes."""
    mine = own(config)
    sure = [each for each in config.remotes if each.name in mine]
    targets, owners = {each.target for each in sure}, {place(each.target)[:2] for each in sure}
    for remote, ref in upstreams:
        is_mine = remote in mine or _is_among(config.target(remote), targets, owners)
        if remote != "." and not (is_mine and ref.startswith(("refs/heads/", "refs/tags/"))):
            return True
    return False


def holds_strange(home: Repository, config: Config, branch: str, oid: str) -> bool:
    """Whether a branch, or a new one at `oid`, has a stranger's code, by what it follows or its commits."""
    if is_strange(config.upstreams.get(branch, ()), config):
        return True
    theirs, ours = _patterns(config)
    asked = ("for-each-ref", "--format=%(objectname)", "--", *theirs)
    tips = sorted(set(process.run(home, *asked).split())) if theirs else []
    if not tips:
        return False
    # What `oid` has in common with them, and none of the own remotes has
    common = process.attempt(home, "merge-base", "--all", oid, *tips).stdout.split()
    if not common:
        return False
    left = ("rev-list", "--max-count=1", *common, "--not", *ours, "--")
    return process.attempt(home, *left).stdout != ""


def is_review(worktree: Worktree) -> bool:
    """Whether what is checked out in a worktree is a stranger's code."""
    said = process.attempt(worktree.path, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    home, oid = worktree.repository, said.stdout.strip()
    return bool(oid) and holds_strange(home, remotes.load(home), worktree.branch, oid)


def _patterns(config: Config) -> tuple[list[str], list[str]]:
    """Patterns for the refs that hold a stranger's code, and options for those that hold one's own."""
    mine = own(config)
    strange = [f"refs/remotes/{each.name}/" for each in config.remotes if each.name not in mine]
    for remote in config.remotes:
        for spec in tracking(remote):
            source, _, target = spec.lstrip("+").partition(":")
            if not source.startswith("refs/heads/"):
                strange.append(target.partition("*")[0].rstrip("/"))
    branches = [name for name, upstreams in config.upstreams.items() if is_strange(upstreams, config)]
    strange += [f"refs/heads/{name}" for name in branches]
    excluded = [f"--exclude={each.rstrip('/')}/*" for each in strange]
    if not any(tracking(each) for each in config.remotes if each.name in mine):
        return strange, ["HEAD"]  # nothing else tells what is on them
    return strange, [
        option for name in sorted(mine) for option in (*excluded, f"--glob=refs/remotes/{name}/*")
    ]

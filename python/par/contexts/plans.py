"""What a new context will be, and what may be in its way."""

from collections.abc import Container, Iterable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from par import names
from par.config.recipe import Recipe
from par.contexts import holders
from par.errors import ConflictError
from par.git import owners, remotes, repository
from par.git.remotes import Config, Remote, Upstream
from par.model import Kind, Repository
from par.setup.preparation import Consent, Preparation, prepare
from par.state import paths
from par.state.index import Index

if TYPE_CHECKING:
    from par.git.changes import Changes
    from par.setup.programs import Program


Head = tuple[str, str]  # the commit that is checked out, and its ref


class BranchPlan(NamedTuple):
    """How the branch of a new worktree comes to be.

    One that exists (`is_new` false) is used as it is. A new one starts at the commit `start`, where the ref
    `base` stands if it is known, or at `source`, a remote or URL and a full ref there, which is fetched
    first. One that `is_strange` has the code of a stranger.
    """

    name: str
    is_new: bool
    start: str = ""
    source: tuple[str, str] | None = None
    upstream: Upstream | None = None
    is_strange: bool = False
    base: str = ""


class WorktreePlan(NamedTuple):
    """A worktree that can be made in the new folder `path`, and what is done there then."""

    repository: Repository
    path: Path
    branch: BranchPlan
    preparation: Preparation = Preparation()


class CreationPlan(NamedTuple):
    """A context that can be made: nothing is in its way.

    The name of its session is not in `taken`; `named_after` are the digits that it may need. The code in one
    that `is_review` is a stranger's. `stacked_on` is the label of the context that it begins in. `program`
    starts in it, `changes` go along into it.
    """

    label: str
    kind: Kind
    root: Path
    worktrees: tuple[WorktreePlan, ...]
    named_after: str
    taken: frozenset[str]
    socket: Path
    consent: Consent = Consent()
    stacked_on: str = ""
    program: "Program | None" = None
    changes: "Changes | None" = None

    @property
    def is_review(self) -> bool:
        return self.consent.is_review

    @property
    def is_held(self) -> bool:
        """Whether something that was asked for waits for approval."""
        return any(each.preparation.is_held for each in self.worktrees)

    @property
    def init(self) -> str:
        """What `@par_init` is when the context is made."""
        if any(each.preparation.recipe.commands for each in self.worktrees):
            return "running"
        return "held" if self.is_held else ""

    @property
    def unapproved(self) -> tuple[tuple[Repository, Recipe], ...]:
        """The recipes that the user could approve now."""
        pairs = [(each.repository, each.preparation.unapproved) for each in self.worktrees]
        return tuple((home, recipe) for home, recipe in pairs if recipe)

    def reconsidered(self) -> "CreationPlan":
        """This plan, after the user approved what was to be approved, or did not."""
        again = (each._replace(preparation=prepare(each.repository, self.consent)) for each in self.worktrees)
        return self._replace(worktrees=tuple(again))


def plan_context(
    label: str,
    kind: Kind,
    home: Repository,
    branch: BranchPlan,
    socket: Path,
    taken: frozenset[str],
    consent: Consent,
) -> CreationPlan:
    """The plan of a new context in the repository `home`. Raises ConfigError."""
    path = paths.worktrees(home.path, consent.is_review) / label
    worktree = WorktreePlan(home, path, branch, prepare(home, consent))
    after = names.digest(home.path)
    return CreationPlan(label, kind, path, (worktree,), after, taken, socket, consent)


def plan_branch(
    home: Repository, label: str, base: str | None, folder: Path, found: Index, head: Head | None = None
) -> BranchPlan:
    """How the branch `label` of a new context comes to be: one that is here, a remote's, or a new one.

    A new one starts at the commit `base`, else at what is checked out in `folder`: a commit and its ref,
    `head` where that is known. `found` are the contexts that there are. Raises every refusal.
    """
    there = f"refs/remotes/*/{label}"
    named = [f"refs/heads/{base}", f"refs/remotes/{base}"] if base else []
    with remotes.asked(home) as configured:
        known = repository.refs(home, [*repository.neighbours(label), there, *named])
        config = configured()
    if f"refs/heads/{label}" in known:
        if base is not None:
            message = f"branch '{label}' already exists, so --base {names.visible(base)} cannot apply"
            raise ConflictError(message, hint=f"par start {label}")
        holders.check_is_free(home, label, found)
        return judged(home, config, BranchPlan(label, is_new=False), known[f"refs/heads/{label}"])
    repository.check_branch_is_free((each for each in known if each.startswith("refs/heads/")), label)
    if base is not None:
        ref = next((each for each in named if each in known), "")
        start = repository.find_oid(home, base)
        return judged(home, config, BranchPlan(label, is_new=True, start=start, base=ref))
    mine = owners.own(config)
    if remote := holding(config, label, known, mine):
        upstream = Upstream(remote.name, f"refs/heads/{label}")
        oid = known[f"refs/remotes/{remote.name}/{label}"]
        return judged(home, config, BranchPlan(label, is_new=True, start=oid, upstream=upstream))
    start, ref = head or repository.head(folder, home)
    return judged(home, config, BranchPlan(label, is_new=True, start=start, base=ref))


def judged(home: Repository, config: Config, branch: BranchPlan, oid: str = "") -> BranchPlan:
    """`branch`, marked as strange where a stranger's code is on it; it points, or will, to `oid`."""
    followed = [Upstream(*each) for each in (branch.upstream, branch.source) if each]
    tip = oid or branch.start
    is_strange = owners.is_strange(followed, config) or (
        bool(tip) and owners.holds_strange(home, config, branch.name, tip)
    )
    return branch._replace(is_strange=is_strange)


def holding(
    config: Config, branch: str, known: Container[str], among: Container[str] | None = None
) -> Remote | None:
    """The remote that was seen to have `branch`; `known` has the refs. Raises ConflictError where many do.

    The default one comes before all others, as with `git checkout`.
    """
    found = [
        each
        for each in config.remotes
        if f"refs/remotes/{each.name}/{branch}" in known and (among is None or each.name in among)
    ]
    if config.default in found or len(found) < 2:
        return config.default if config.default in found else next(iter(found), None)
    several = ", ".join(names.visible(each.name) for each in found)
    message = f"branch '{names.visible(branch)}' is on several remotes: {several}"
    raise ConflictError(message, hint=f"par checkout {quote(names.visible(f'{found[0].name}/{branch}'))}")


def check_path(found: Index, path: Path) -> None:
    """Raise ConflictError where the folder is taken, or would lie in a context's folder or around it."""
    above, below = {*map(str, path.parents)}, f"{path}/"
    for context in found.contexts:
        # As texts: a thousand contexts would each make a Path of every folder above
        for known in {context.folder, *(worktree.folder for worktree in context.worktrees)}:
            if known in above or known.startswith(below):
                inside = f"its folder would overlap that of context '{context.label}'"
                raise ConflictError(f"the label cannot be used: {inside}", hint="choose another label")
    if path.exists() or path.is_symlink():
        raise ConflictError(f"the folder '{path}' is in the way", hint="look into it, then move it away")


def session_name(planned: CreationPlan, known: Iterable[str]) -> str:
    """A name for the session that no live session has, and none of the contexts `known`."""
    return names.session(planned.label, planned.named_after, planned.taken | frozenset(known))

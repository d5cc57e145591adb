"""`par trust`: approve what a repository's .par.yaml asks to run; what was approved."""

from enum import Enum
from pathlib import Path
from typing import NamedTuple

from par.config import par_yaml
from par.config.recipe import Recipe
from par.errors import CommandError, ConfigError
from par.git import discovery, main_worktree
from par.model import Repository
from par.setup import trust
from par.setup.trust import Approval


class State(Enum):
    """How an approval stands to what the repository's .par.yaml asks for now."""

    CURRENT = "as it stands now"
    CHANGED = "changed since"
    NOTHING = "nothing is asked for any more"
    WRONG = "the file is wrong now"


class Standing(NamedTuple):
    """An approval, and how it stands."""

    approval: Approval
    state: State


class Plan(NamedTuple):
    """What can be approved for a repository, and what was before; `is_needed` where that is not the same."""

    home: Repository
    own: Recipe
    previous: Recipe | None
    is_needed: bool


def plan(folder: Path) -> Plan:
    """Find what the repository that `folder` lies in asks to run. Raises every refusal."""
    home = discovery.containing(folder, hint="par trust PATH")
    own = par_yaml.load(main_worktree.folders(home)).own
    known = next((each.recipe for each in trust.approved() if each.path == home.path), None)
    return Plan(home, own, known, own.runs_code and not trust.has_approval(home, own))


def run(planned: Plan) -> None:
    """Approve it."""
    trust.approve([(planned.home, planned.own)])


def listing() -> tuple[Standing, ...]:
    """All approvals, each compared with what its repository asks for now."""
    return tuple(Standing(each, _state(each)) for each in trust.approved())


def _folders(path: Path) -> tuple[Path, ...]:
    if (path / ".git").exists() or not path.exists():
        return (path,)
    try:
        return main_worktree.folders(Repository(path, path))
    except CommandError:  # it is no repository any more
        return ()


def _state(approval: Approval) -> State:
    try:
        own = par_yaml.load(_folders(approval.path)).own
    except ConfigError:
        return State.WRONG
    if not own.runs_code:
        return State.NOTHING
    return State.CURRENT if trust.digest(own) == approval.digest else State.CHANGED

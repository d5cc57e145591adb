"""What git knows of each repository, asked once in a look however many contexts there are."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from par.errors import ParError
from par.git import links, repository, usable, worktree_repair, worktrees
from par.model import Repository, Worktree

Answer = TypeVar("Answer")


class Repositories(NamedTuple):
    """The tips of a repository's branches, who has which checked out, and what it keeps for each folder.

    That is below None where it does not say for which. Each raises ParError where git fails.
    """

    branches: Callable[[Repository], Mapping[str, str]]
    holders: Callable[[Repository], Mapping[str, Path]]
    admins: Callable[[Repository], Mapping[Path | None, list[Path]]]
    is_bareness_passed_on: Callable[[Repository], bool]

    def is_free(self, worktree: Worktree) -> bool:
        """Whether the branch of the worktree is there, and no worktree has it checked out."""
        home, branch = worktree.repository, worktree.branch
        return branch in self.branches(home) and branch not in self.holders(home)

    def whole_admin(self, worktree: Worktree) -> Path | None:
        """As `worktree_repair.whole_admin`."""
        found = self.admins(worktree.repository).get(worktree.path, [])
        return next(filter(worktree_repair.is_whole, found), None)

    def is_taken_for_bare(self, worktree: Worktree) -> bool:
        """Whether git refuses to work in the worktree, because its repository is bare."""
        return self.is_bareness_passed_on(worktree.repository) and usable.is_bare(worktree.path)

    def lock_reason(self, worktree: Worktree) -> str | None:
        """As `links.lock_reason`."""
        admins = self.admins(worktree.repository)
        near = [*admins.get(worktree.path, []), *admins.get(None, [])]
        is_any = any((each / "locked").exists() for each in near)
        return links.lock_reason(worktree) if is_any else None


def asked() -> Repositories:
    """What repositories say, each question asked when it is first needed, and once."""
    return Repositories(once(_branches), once(_holders), once(_admins), once(usable.is_passed_on))


def _branches(home: Repository) -> dict[str, str]:
    found = repository.refs(home, ["refs/heads"])
    return {ref.removeprefix("refs/heads/"): oid for ref, oid in found.items()}


def _holders(home: Repository) -> dict[str, Path]:
    # The first has it, as for git itself
    return {each.branch: Path(each.folder) for each in reversed(worktrees.listed(home)) if each.branch}


def _admins(home: Repository) -> dict[Path | None, list[Path]]:
    found: dict[Path | None, list[Path]] = {}
    folder = home.common_dir / "worktrees"
    for admin in folder.iterdir() if folder.is_dir() else ():
        found.setdefault(links.worktree_of(admin), []).append(admin)
    return found


def once(ask: Callable[[Repository], Answer]) -> Callable[[Repository], Answer]:
    """`ask`, with the answer for each repository kept; a failure is kept too, and raised again."""
    answers: dict[Repository, Answer | ParError] = {}

    def answer(home: Repository) -> Answer:
        if home not in answers:
            try:
                answers[home] = ask(home)
            except ParError as error:
                answers[home] = error
        found = answers[home]
        if isinstance(found, ParError):
            raise found
        return found

    return answer

"""Making commits without a worktree: of trees that are known, by the user, signed where the user signs."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par.errors import CommandError, ConfigError
from par.git import process

# A message is handed on as text: what it was written in before does not matter
IN_UTF8 = ("-c", "i18n.commitEncoding=UTF-8")
IDENTITIES = ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")


class Author(NamedTuple):
    """Who wrote a commit, and when, as git writes it: seconds and zone."""

    name: str
    email: str
    date: str


class Step(NamedTuple):
    """A commit that can be made on top of another; with the parents in `also` it is a merge.

    Without an `author` it is by the user, now.
    """

    tree: str
    message: str
    also: tuple[str, ...] = ()
    author: Author | None = None


def check_identity(place: Path) -> None:
    """Raise ConfigError where git does not know in whose name commits are made at `place`."""
    for each in IDENTITIES:
        outcome = process.attempt(place, "var", each)
        if outcome.status:
            message = f"git does not know who you are: {outcome.reason}"
            hint = "git config --global user.name NAME && git config --global user.email ADDRESS"
            raise ConfigError(message, hint)


def make(place: Path, onto: str, steps: Iterable[Step]) -> str:
    """Make `steps`, one upon the other, on the commit `onto`; the last, on no branch yet.

    No hook runs: there is no checkout for one to look at. Raises CommandError.
    """
    signing = process.attempt(place, "config", "--type=bool", "--get", "commit.gpgSign").stdout.strip()
    signed = ("-S",) if signing == "true" else ()
    for each in steps:
        parents = [word for oid in (onto, *each.also) for word in ("-p", oid)]
        outcome = process.attempt(
            place,
            *("commit-tree", *signed, *parents, "-F", "-", each.tree),
            text=each.message,
            options=(*process.NO_HOOKS, *process.FOUND_BY_NAME, *IN_UTF8),
            variables=_variables(each.author),
        )
        if outcome.status:
            raise CommandError(f"git commit-tree: {outcome.reason}", hint=outcome.hint)
        onto = outcome.stdout.strip()
    return onto


def _variables(author: Author | None) -> dict[str, str]:
    if author is None:
        return {}
    return {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_AUTHOR_DATE": f"@{author.date}",
    }

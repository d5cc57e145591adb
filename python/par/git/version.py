"""Which git is there: a few things need a newer one than par does."""

import re
from functools import cache

from par.git import process

WITH_REPAIR = (2, 30)  # of a worktree that was moved, by its new place


@cache
def installed() -> tuple[int, int]:
    """The version of the git on PATH, by its first two numbers; (0, 0) where it does not say."""
    found = re.search(r"(\d+)\.(\d+)", process.attempt(process.SOMEWHERE, "version").stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def needing(least: tuple[int, int], command: str) -> str:
    """`command` as a hint, which says so where this git is older than `least` and does not know it."""
    return command if installed() >= least else f"with git {least[0]}.{least[1]} or newer: {command}"

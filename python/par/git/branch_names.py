"""The branches that somebody may have meant who typed one that is not there."""

import re

from par import names
from par.git.repository import refs
from par.model import Repository

FOLDER = re.compile(r"^refs/(heads|remotes/[^/]*)/")


def nearest(home: Repository, typed: str) -> str:
    """The branch, here or on a remote, that was probably meant; pr/12 for 12, and "" where none is near."""
    number = typed.lstrip("#")
    if number.isdecimal():
        return f"pr/{number}"
    known = {FOLDER.sub("", ref) for ref in refs(home, ["refs/heads", "refs/remotes"])}
    return names.nearest(typed, known - {"HEAD"})

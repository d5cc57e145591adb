"""`par config init`: a first .par.yaml, fit to what the repository holds."""

import os
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from par.config import draft, par_yaml
from par.config.draft import Draft
from par.errors import ConflictError, StateError
from par.git import discovery, listing, main_worktree, untracked
from par.model import Repository
from par.names import visible
from par.system import files

MOST_BYTES = 65_536


class Request(NamedTuple):
    """The repository around `folder`."""

    folder: Path


class Plan(NamedTuple):
    """A file that is not there yet, and what to write in it.

    It `is_elsewhere` where the worktree that it is written in is not the one that was asked from.
    """

    path: Path
    draft: Draft
    is_elsewhere: bool = False


def plan(request: Request) -> Plan:
    """What to write. Raises ConflictError where the file is there, or the repository has no main worktree."""
    home = discovery.containing(request.folder)
    folders = main_worktree.folders(home)
    if not folders:
        message = f"'{visible(str(home.path))}' is bare and has no worktree of its default branch"
        raise ConflictError(f"{message}: par reads the file from there", hint=_added(home))
    there = next((each / par_yaml.NAME for each in folders if os.path.lexists(each / par_yaml.NAME)), None)
    if there:
        raise _taken(there)
    place = folders[-1]  # of a bare one the worktree, where the file can be committed
    found = [file for pattern in draft.SECRETS for file in untracked.matching(home, pattern).paths]
    text = draft.draft(listing.top(home, place), found, _makefile(place))
    is_elsewhere = not request.folder.resolve().is_relative_to(place.resolve())
    return Plan(place / par_yaml.NAME, text, is_elsewhere)


def _added(home: Repository) -> str:
    branch = main_worktree.default_branch(home)
    return f"git -C {quote(str(home.path))} worktree add ../{quote(branch)} {quote(branch)}"


def _makefile(place: Path) -> str:
    path = place / "Makefile"
    if not path.is_file():
        return ""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return ""


def run(planned: Plan) -> None:
    """Write the file, or leave none. Raises ConflictError where one came there meanwhile."""
    try:
        files.create(planned.path.parent, planned.path.name, planned.draft.text.encode())
    except FileExistsError as error:
        raise _taken(planned.path) from error
    except OSError as error:
        message = f"'{planned.path}' cannot be written: {error.strerror or error}"
        raise StateError(message) from error


def _taken(path: Path) -> ConflictError:
    return ConflictError(f"'{path}' is there already", hint="par config check")

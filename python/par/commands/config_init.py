"""`par config init`: a first .par.yaml, fit to what the repository holds."""

import os
from pathlib import Path
from typing import NamedTuple

from par.config import draft, par_yaml
from par.config.draft import Draft
from par.errors import ConflictError, StateError
from par.git import discovery, listing, untracked
from par.model import Repository
from par.system import files

MOST_BYTES = 65_536


class Request(NamedTuple):
    """The repository around `folder`."""

    folder: Path


class Plan(NamedTuple):
    """A file that is not there yet, and what to write in it."""

    path: Path
    draft: Draft


def plan(request: Request) -> Plan:
    """What to write. Raises ConflictError where the file is there, or the repository has no main worktree."""
    home = discovery.containing(request.folder)
    if home.is_bare:
        raise ConflictError(f"'{home.path}' is bare: par reads the file from a main worktree")
    path = home.path / par_yaml.NAME
    if os.path.lexists(path):
        raise _taken(path)
    found = [each for pattern in draft.SECRETS for each in untracked.matching(home, pattern)]
    return Plan(path, draft.draft(listing.top(home), found, _makefile(home)))


def _makefile(home: Repository) -> str:
    path = home.path / "Makefile"
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

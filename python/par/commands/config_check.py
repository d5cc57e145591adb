"""`par config check`: what is wrong in .par.yaml and in the user's config.yaml, or what they ask for."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par.config import par_yaml, settings
from par.config.reading import Reading
from par.errors import ConfigError, NotFoundError
from par.git import discovery, main_worktree, untracked
from par.model import Repository
from par.names import visible


class Request(NamedTuple):
    """Whose files to read: the user's, and those of the repository around `folder`.

    Where the folder is not `is_named` it need not lie in a repository.
    """

    folder: Path
    is_named: bool


class Report(NamedTuple):
    """Each file that was looked for, as it is, and what is worth knowing about them."""

    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()

    @property
    def failure(self) -> ConfigError | None:
        """The error that sums up the mistakes, if there are any."""
        wrong = [each for each in self.readings if each.mistakes]
        if not wrong:
            return None
        count = sum(len(each.mistakes) for each in wrong)
        files = " and ".join(visible(str(each.path)) for each in wrong)
        message = f"{count} mistake{'' if count == 1 else 's'} in {files}"
        return ConfigError(message, hint="correct what is listed, then: par config check")


def run(request: Request) -> Report:
    """Read the files, and look which patterns match.

    Raises NotFoundError for a named folder in no repository.
    """
    try:
        home = discovery.containing(request.folder)
    except NotFoundError:
        if request.is_named:
            raise
        return Report((settings.written(),))
    folders = main_worktree.folders(home)
    readings = par_yaml.written(folders)
    lone = f"{home.name} is bare and has no worktree of its default branch: no .par.yaml of it is read"
    unread = _unread(request.folder.absolute(), home, readings[0].path) if folders else (lone,)
    return Report(readings, (*unread, *(note for each in readings for note in _unmatched(each, home))))


def _unread(folder: Path, home: Repository, read: Path) -> Iterable[str]:
    root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), home.path)
    if root.resolve() != read.parent and (root / par_yaml.NAME).is_file():
        instead = f"'{read}'" if home.is_bare else "that of the main worktree"
        yield f"'{root / par_yaml.NAME}' is not read, but {instead}"


def _unmatched(reading: Reading, home: Repository) -> Iterable[str]:
    recipe = reading.recipe
    for key, patterns in (("include", recipe.include), ("symlink", recipe.symlink)):
        for pattern in patterns:
            found = untracked.matching(home, pattern, by_folder=key == "symlink")
            if not found.paths:
                yield f"no untracked file of {home.name} matches {key} '{pattern}'"
            elif home.is_bare:
                yield f"what matches {key} '{pattern}' is that of '{found.folder}'"

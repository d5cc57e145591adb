"""What lies in a repository's folder and is not git's: ignored files, and those nobody has added."""

from par.git import process
from par.model import Repository


def matching(home: Repository, pattern: str, by_folder: bool = False) -> list[str]:
    """The files in the main worktree that the glob `pattern` names, or whose folder it names.

    They are relative to it; a repository of its own inside of it is named alone, with a `/` at its end.
    `by_folder` does the same for each folder that holds nothing of git's. Tracked files, git's own and
    all that lies elsewhere match nothing, and a bare repository has no files.
    """
    if home.path == home.common_dir or "\0" in pattern:
        return []
    plain = _plain(pattern)
    # A glob of git's that names a folder means no more than the folder's name
    specs = (f":(top,glob){plain}", f":(top,glob){plain.rstrip('/')}/**")
    asked = ("ls-files", "-z", "--others", *(["--directory"] if by_folder else []))
    said = process.run(home.path, *asked, "--", *specs)
    return [each for each in said.split("\0") if each]


def _plain(pattern: str) -> str:
    while pattern.startswith("./"):
        pattern = pattern[2:].lstrip("/")
    return "**" if pattern in {"", "."} else pattern

"""The files of earlier calls of `par run`, of which the last ones are kept."""

import time
from contextlib import suppress
from pathlib import Path

from par.setup import job_lock

NEW_SECONDS = 600
KEPT_RUNS = 20


def delete(home: Path) -> None:
    """Keep the last runs only; one that goes on, or has only begun and holds no lock yet, is not touched."""
    if not home.is_dir():
        return
    for folder in sorted(home.iterdir())[:-KEPT_RUNS]:
        with suppress(FileNotFoundError):  # another par deletes it too
            is_new = time.time() - folder.stat().st_mtime < NEW_SECONDS
            if not is_new and not any(job_lock.is_held(each) for each in folder.glob("*.lock")):
                _delete(folder)


def _delete(folder: Path) -> None:
    with suppress(OSError):
        for each in folder.iterdir():
            each.unlink()
        folder.rmdir()

"""How far the tasks of each file came that `par batch` was given: what was begun, and what was made."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from par.errors import ConflictError, StateError
from par.names import digest, key, visible
from par.state import index, lock_files, paths

BEGUN, MADE = "begun", "made"


class Journal:
    """By label what was written of the tasks of one file; each change is on the disk when it is made."""

    def __init__(self, file: Path) -> None:
        self._place = paths.batches() / f"{digest(file)}.json"
        self._file = file
        try:
            found = json.loads(self._place.read_bytes())["labels"]
            self._labels = {str(label): str(word) for label, word in found.items()}
        except FileNotFoundError:
            self._labels = {}
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            message = f"what was begun of it cannot be read: '{visible(str(self._place))}'"
            raise StateError(message, hint=f"rm {self._place}") from error

    def word(self, label: str) -> str:
        """What was written of a label: BEGUN, MADE or ''."""
        return self._labels.get(key(label), "")

    def note(self, label: str, word: str) -> None:
        """Write that a context is about to be made, or is. Raises StateError."""
        self._labels[key(label)] = word
        said = json.dumps({"file": str(self._file), "labels": self._labels})
        try:
            self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            index.write(self._place, said.encode())
        except OSError as error:
            raise StateError(f"{self._place} cannot be written: {error.strerror}") from error


@contextmanager
def running(file: Path) -> Iterator[None]:
    """Be the one par that goes through `file`. Raises ConflictError where another does."""
    descriptor = lock_files.opened(f"batch-{digest(file)}")
    try:
        if not lock_files.took(descriptor):
            raise ConflictError(f"another par goes through '{visible(str(file))}'", hint="par ls")
        yield
    finally:
        os.close(descriptor)

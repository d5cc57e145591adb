"""The folders in which a user's programs keep what is theirs, by the rules of XDG."""

import os
from pathlib import Path

from par.errors import StateError


def home_of(variable: str, default: str) -> Path:
    """An XDG base folder; a relative value of `variable` is ignored, as the XDG rules say."""
    value = os.environ.get(variable, "")
    if Path(value).is_absolute():
        return Path(value)
    try:
        return Path.home() / default
    except RuntimeError as error:
        raise StateError("HOME is not set, and you have no home folder", hint=f"set {variable}") from error

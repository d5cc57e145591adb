"""The user's settings: a YAML file, read only where there is one."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from par import paths
from par.errors import ConfigError
from par.names import nearest_hint, visible

MOST_BYTES = 65_536
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user can set.

    `trash_days` is after how many days a removal is deleted for good; 0 keeps it for ever.
    """

    trash_days: int = 14


KEYS = tuple(Settings.__dataclass_fields__)


def load() -> Settings:
    """The user's settings, by default those of `Settings`. Raises ConfigError with file and key."""
    path = paths.config()
    try:
        content = _content(path)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise ConfigError(f"{visible(str(path))} cannot be read: {error.strerror or error}") from error
    said = _parsed(path, content)
    for name in said:
        if name not in KEYS:
            raise _unknown(path, str(name))
    return Settings(**{name: _days(path, name, value) for name, value in said.items()})


def _content(path: Path) -> bytes:
    # A FIFO would never end, and a device never stop
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("it is not a file")
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(f"it is larger than {MOST_BYTES // 1024} KiB")
    return content


def _parsed(path: Path, content: bytes) -> dict[Any, Any]:
    import yaml

    try:
        said = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        reason = getattr(error, "problem", None) or type(error).__name__
        raise ConfigError(f"{visible(str(path))}:{line} is not YAML: {visible(str(reason))}") from error
    if said is not None and not isinstance(said, dict):
        raise ConfigError(f"{visible(str(path))}: it has no keys", hint="write trash_days: 14")
    return said or {}


def _unknown(path: Path, name: str) -> ConfigError:
    hint = nearest_hint(name, KEYS, otherwise=f"it knows {', '.join(KEYS)}")
    return ConfigError(f"{visible(str(path))}: unknown key '{visible(name)}'", hint=hint)


def _days(path: Path, name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_DAYS:
        told = f"{visible(str(path))}: {name} is {visible(repr(value)[:40])}"
        raise ConfigError(told, hint=f"write {name}: DAYS, from 0 (for ever) to {MOST_DAYS}")
    return value

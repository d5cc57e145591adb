"""A file of YAML as it is read: its text, and every mistake that is found in it."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from par.names import nearest, visible

MOST_BYTES = 65_536
# Nobody reads more, and a hostile file could hold one in every other byte
MOST_MISTAKES = 100
MOST_SHOWN = 60


class Mistake(NamedTuple):
    """What is wrong at a place in a file: `line` is 0 and `key` empty where it is the file itself."""

    path: Path
    line: int
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        line = f"{self.line}:" if self.line else ""
        key = f" {self.key}:" if self.key else ""
        return f"{visible(str(self.path))}:{line}{key} {self.message}"


class Source(NamedTuple):
    """A file that is being read, and the mistakes found in it so far, the first hundred."""

    path: Path
    mistakes: list[Mistake]

    def fault(self, line: int, key: str, message: str, hint: str = "") -> None:
        """Note a mistake."""
        if len(self.mistakes) < MOST_MISTAKES:
            self.mistakes.append(Mistake(self.path, line, key, message, hint))

    def unknown(self, line: int, key: str, name: str, known: Iterable[str]) -> None:
        """Note a key called `name` that is none of `known`, with the one that was probably meant."""
        if len(self.mistakes) < MOST_MISTAKES:
            meant = nearest(name[:MOST_SHOWN], known)
            hint = f"did you mean '{meant}'?" if meant else f"known are: {', '.join(known)}"
            self.fault(line, key, "unknown key", hint)


def text(source: Source, may_be_link: bool, most: int = MOST_BYTES) -> str | None:
    """The file's text; None where there is no file, and where it cannot be read, which is a mistake."""
    try:
        return _content(source.path, may_be_link, most).decode()
    except UnicodeDecodeError as error:
        line = bytes(error.object).count(b"\n", 0, error.start) + 1
        source.fault(line, "", "it is not UTF-8", "save the file as UTF-8")
    except (FileNotFoundError, NotADirectoryError):
        if source.path.is_symlink():
            source.fault(0, "", "cannot be read: it is a dangling link")
    except OSError as error:
        source.fault(0, "", f"cannot be read: {error.strerror or error}")
    return None


def _content(path: Path, may_be_link: bool, most: int) -> bytes:
    if not may_be_link and path.is_symlink():
        raise OSError("it is a symbolic link")
    # A FIFO would never end, and a device never stop
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(path, flags if may_be_link else flags | os.O_NOFOLLOW)
    # A folder is no file either, and os.fdopen would say that in other words
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is not a file")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(f"it is larger than {most // 1024} KiB")
    return content

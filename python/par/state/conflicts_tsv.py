"""What was last found to conflict, a line for each context that does, for the picker: when, and with what.

Asking git takes as long as the contexts are many, and a picker has no time.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from par.errors import StateError
from par.state import index, locks, paths


def write(found: Iterable[tuple[str, str, str]], looked_at: str | None) -> None:
    """Write down what conflicts: a label, its repository, and what it conflicts with.

    Where only the repositories called `looked_at` were, what is known of the others stays. It does without
    where that fails.
    """
    now = str(int(time.time()))
    lines = ["\t".join(field.translate({9: " ", 10: " "}) for field in (now, *row)) for row in found]
    if not (lines or _file().exists()):
        return
    with suppress(OSError, StateError), locks.index():
        kept = [line for line in _lines() if looked_at not in {None, line.split("\t")[2]}]
        text = "".join(f"{line}\n" for line in [*kept, *lines])
        index.write(_file(), text.encode("utf-8", "surrogateescape"), is_durable=False)


def _lines() -> list[str]:
    try:
        said = _file().read_text("utf-8", "surrogateescape")
    except OSError:
        return []
    return [line for line in said.split("\n") if line.count("\t") == 3]


def _file() -> Path:
    return paths.data() / "conflicts.tsv"

"""The contexts that hosts told of last, as `host_rows` wrote them down."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from par.names import key
from par.state import paths

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = 9


def rows() -> Iterator[tuple[str, list[str]]]:
    """Each context with the name of its host; nothing of a file that cannot be read."""
    for file in paths.hosts().glob("*.tsv"):
        with suppress(OSError):
            head, *lines = [line.split("\t") for line in file.read_text("utf-8", "replace").split("\n")]
            yield from ((head[1], each) for each in lines if len(head) > 1 and len(each) == COLUMNS)


def only(label: str) -> str:
    """HOST:LABEL where one host alone was heard to have a context called `label`; empty otherwise."""
    found = [f"{host}:{row[1]}" for host, row in rows() if key(row[1]) == key(label)]
    return found[0] if len(found) == 1 else ""

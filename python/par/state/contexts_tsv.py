"""The plain file beside the index, a line per context: what shells read, and what only asks for a name.

Reading it costs nothing, where reading the index costs as much as starting Python again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from par.state import paths

if TYPE_CHECKING:
    from par.model import Context


class Row(NamedTuple):
    """One context as text; tabs and newlines in it became spaces.

    `base` and `base_oid` are those of its first worktree; an older par wrote neither.
    """

    label: str
    kind: str
    repository: str
    branch: str
    session: str
    socket: str
    root: str
    repository_path: str
    base: str = ""
    base_oid: str = ""


# What every par has written
LEAST = 8


def line(context: Context) -> str:
    """The line of one context, with its end."""
    fields = _row(context)
    text = "\t".join(fields)
    if text.count("\t") >= len(fields) or "\n" in text:
        text = "\t".join(field.translate({9: " ", 10: " "}) for field in fields)
    return f"{text}\n"


def _row(context: Context) -> Row:
    first = context.worktrees[0]
    return Row(  # by position: by name a NamedTuple takes twice as long
        context.label,
        context.kind.value,
        context.place,
        first.branch,
        context.session,
        str(context.socket),
        context.folder,
        str(first.repository.path),
        first.base,
        first.base_oid,
    )


def rows() -> list[Row] | None:
    """What the file holds; None where it is not there or older than the index."""
    try:
        if paths.contexts_tsv().stat().st_mtime_ns < paths.index().stat().st_mtime_ns:
            return None
        content = paths.contexts_tsv().read_text("utf-8", "surrogateescape")
    except OSError:
        return None
    fields = [line.split("\t") for line in content.split("\n")]
    return [Row(*each) for each in fields if LEAST <= len(each) <= len(Row._fields)]

"""What `par restore` prints: the contexts that are back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.model import Context, Kind
from par.names import visible
from par.render import documents, ls, start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from par.commands.restore import Restored


def restored(done: Sequence[Restored]) -> str:
    """What came back: one context with all that belongs to it, several with a line each."""
    if len(done) > 1:
        return "\n".join(f"{_title(each.context)}{_note(each.init)}" for each in done)
    (one,) = done
    return "\n".join([_title(one.context), *start.parts(one.context, one.init)])


def _title(context: Context) -> str:
    where = f"{context.kind.value} in {visible(context.repository.name)}"
    return f"restored '{context.label}': {ls.place(context) if context.kind is Kind.WORKSPACE else where}"


def _note(init: str) -> str:
    return f" (init {init})" if init in ls.INITS_SHOWN else ""


def document(done: Sequence[Restored]) -> str:
    """The document of `par restore --json`."""
    return documents.dumped({"contexts": [start.values(each.context, each.init) for each in done]})

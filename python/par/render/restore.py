"""What `par restore` prints: the contexts that are back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from par.model import Kind
from par.names import visible
from par.render import documents, start

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from par.commands.restore import Restored
    from par.commands.undo import Undone
    from par.commands.undo_start import Plan
    from par.git.branch_moves import Move


def restored(done: Sequence[Restored]) -> str:
    """What came back: one context with all that belongs to it, several with a line each."""
    back = [_back(row) for each in done for row in each.moved]
    if len(done) > 1:
        return "\n".join([*(f"{_title(each)}{_note(each.init)}" for each in done), *back])
    (one,) = done
    if one.part:
        return "\n".join([_title(one), *start.part(one.part)])
    return "\n".join([_title(one), *start.parts(one.context, one.init), *back])


def undone(done: Undone) -> str:
    """Which branches are back where they were."""
    return "\n".join([f"undone: the {done.verb} of '{done.label}'", *map(_back, done.rows)])


def start_undone(done: Plan) -> str:
    """Where the work is back that a new context was given."""
    count = len(done.work.paths)
    files = f"{count} file{' is' if count == 1 else 's are'}"
    back = f"{files} back in '{visible(str(done.source))}', as in '{done.label}'"
    return f"undone: the start of '{done.label}', which is in the trash\n{back}"


def start_undone_document() -> str:
    """The document of `par restore --json` for that: no context came back."""
    return documents.dumped({"contexts": [], "branches": []})


def _back(row: Move) -> str:
    return f"{visible(row.branch)} in {visible(row.home.name)} is at {row.was[:10]} again"


def _title(done: Restored) -> str:
    context = done.context
    if done.part:
        return f"restored '{context.label}/{visible(done.part.name)}' into the workspace"
    where = f"{context.kind.value} in {visible(context.repository.name)}"
    if context.kind is Kind.WORKSPACE:
        from par.render import ls  # noqa: PLC0415 - few are workspaces

        where = ls.place(context)
    return f"restored '{context.label}': {where}"


def _note(init: str) -> str:
    return f" (init {init})" if init in start.WAITED_FOR else ""


def document(done: Sequence[Restored]) -> str:
    """The document of `par restore --json`."""
    contexts = [start.values(each.context, each.init) for each in done]
    return documents.dumped(
        {"contexts": contexts, "branches": _rows(row for each in done for row in each.moved)}
    )


def undone_document(done: Undone) -> str:
    """The same, where only branches came back."""
    return documents.dumped({"contexts": [], "branches": _rows(done.rows)})


def _rows(moved: Iterable[Move]) -> list[dict[str, str]]:
    return [
        {"repository": str(each.home.path), "branch": each.branch, "from": each.now, "to": each.was}
        for each in moved
    ]

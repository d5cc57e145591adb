"""The text of the index, a record on each line, and that of the file for shells beside it.

What the contexts are that have not changed since the last time is not written out again.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from par.model import Context
from par.state import contexts_tsv
from par.state.records import Damaged, to_record


class _Text(NamedTuple):
    """How a context was written: its record, and its row for shells."""

    context: Context
    record: str
    row: str


# By label: what this process wrote last
_written: dict[str, _Text] = {}


def document(
    version: int, home: str, contexts: Iterable[Context], damaged: Iterable[Damaged], opened: Sequence[str]
) -> str:
    """The whole index, that of the data folder `home`, as JSON.

    json's encoder is ten times slower where it is to indent by itself.
    """
    records = {context.label: _text(context).record for context in contexts}
    records |= {each.label: _line(each.label, each.record) for each in damaged}
    rows = ",\n".join(records.values())
    said = f'"version": {version}, "data": {json.dumps(home)}, "contexts": {{\n{rows}\n}}'
    return f'{{{said}, "opened": {json.dumps([*opened])}}}\n'


def learn(said: bytes, contexts: Sequence[Context]) -> None:
    """Take over how `contexts` are written in `said`, from which they were read."""
    lines = said.decode().split("\n")[1:-2]
    for context, line in zip(contexts, lines, strict=True) if len(lines) == len(contexts) else ():
        text = line.removesuffix(",")
        if text.startswith(f'"{context.label}": {{') and text.endswith("}") and context.label not in _written:
            _written[context.label] = _Text(context, text, _row(context))


def table(contexts: Iterable[Context]) -> str:
    """The file for shells: the contexts that are ready, in the order of their making."""
    return "".join([_text(context).row for context in contexts])


def _text(context: Context) -> _Text:
    known = _written.get(context.label)
    if known is None or known.context is not context:
        record = _line(context.label, to_record(context))
        known = _Text(context, record, _row(context))
        _written[context.label] = known
    return known


def _row(context: Context) -> str:
    return contexts_tsv.line(context) if context.is_ready else ""


def _line(label: str, record: object) -> str:
    return f"{json.dumps(label)}: {json.dumps(record)}"

"""The JSON index of all contexts: what it holds, load, save."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from par.errors import ConflictError, StateError
from par.model import Context
from par.names import key, visible
from par.state import index_text, paths
from par.state.records import Damaged, followed, read
from par.system import durable, files, narration

VERSION = 2
DOCTOR = "par doctor"
FIX = "par doctor --fix"
# What this process has read or written last, by the content of the file
_known: list[tuple[bytes, "Index"]] = []


class Index(NamedTuple):
    """All contexts in the order of their making, and the labels opened, most recent first.

    A record that is `damaged` stays in the file as it is, and its label is taken. `backup` is where the
    file of the older par-cli is kept when this index is first saved. `was_at` is where the data folder was
    when it was written, if not here.
    """

    contexts: tuple[Context, ...] = ()
    opened: tuple[str, ...] = ()
    backup: Path | None = None
    damaged: tuple[Damaged, ...] = ()
    was_at: Path | None = None

    @property
    def is_copy(self) -> bool:
        """Whether it was written in a data folder that is in use: then its contexts are that one's."""
        return self.was_at is not None and paths.is_anothers(self.was_at)

    def find(self, label: str) -> Context:
        """The context called `label`; case does not count.

        Raises NotFoundError with the nearest, and StateError where its record is damaged.
        """
        try:
            if found := self.like(label):
                return found
        except ConflictError as error:
            raise StateError(error.message, hint=error.hint) from error
        from par.state import missing  # noqa: PLC0415 - rarely needed

        raise missing.error(label, self.contexts)

    def like(self, label: str) -> Context | None:
        """The context whose label is `label` but for case, or becomes that, if there is one.

        Raises ConflictError where the record of that label is damaged.
        """
        wanted = key(label)
        for each in self.damaged:
            if key(each.label) == wanted:
                message = f"the record of context '{visible(each.label)}' is damaged: {each.message}"
                raise ConflictError(message, hint=FIX)
        reserved = (each for each in self.contexts if each.new_label and key(each.new_label) == wanted)
        same = (each for each in self.contexts if key(each.label) == wanted)
        return next(same, None) or next(reserved, None)

    def labels(self) -> list[str]:
        """All labels that are taken, also of damaged records."""
        return [*(each.label for each in self.contexts), *(each.label for each in self.damaged)]

    def report_damaged(self) -> None:
        """Say which contexts a command for all of them skips because their records cannot be read."""
        if self.damaged:
            labels = ", ".join(visible(each.label) for each in self.damaged)
            narration.report(f"skipped, the record is damaged: {labels} ({FIX})")

    def with_(self, context: Context) -> "Index":
        """This index with `context` added, or put in the place of the one of its label."""
        left = tuple(each for each in self.damaged if each.label != context.label)
        if all(each.label != context.label for each in self.contexts):
            return self._replace(contexts=(*self.contexts, context), damaged=left)
        changed = tuple(context if each.label == context.label else each for each in self.contexts)
        return self._replace(contexts=changed, damaged=left)

    def without(self, label: str) -> "Index":
        return self._replace(
            contexts=tuple(each for each in self.contexts if each.label != label),
            opened=tuple(each for each in self.opened if each != label),
        )

    def opening(self, label: str) -> "Index":
        """This index with `label` as the one opened last."""
        return self._replace(opened=(label, *(each for each in self.opened if each != label)))


def load(socket: Path) -> Index:
    """The index as it is on disk; one of the older par-cli is read as living on `socket`.

    Needs no lock: the file is only ever replaced as a whole. Raises StateError where it cannot be
    read, is damaged as a whole or is newer than this par.
    """
    try:
        said = files.content(paths.index())
        for known, index in _known:
            if known == said:
                return index
        document = json.loads(said.decode(), object_pairs_hook=_unique)
    except FileNotFoundError:
        return Index()
    except (OSError, ValueError, RecursionError) as error:
        raise StateError(f"the index {paths.index()} cannot be read: {error}", hint=DOCTOR) from error
    try:
        found = _decoded(document, socket)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StateError(f"the index {paths.index()} is damaged: {error!r}", hint=DOCTOR) from error
    if not found.backup:
        _remember(said, found)
    return found


def _remember(said: bytes, index: Index) -> None:
    _known[:] = [(said, index)]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _decoded(document: Any, socket: Path) -> Index:
    if isinstance(document, dict) and "version" not in document:
        from par.state import legacy  # noqa: PLC0415 - only the older par-cli wrote none

        if not legacy.is_legacy(document):
            raise KeyError("version")
        backup = paths.index().with_name("global_state.par-cli.json")
        return Index(tuple(legacy.contexts(document, socket)), legacy.opened(document), backup)
    if document["version"] > VERSION:
        newer = f"the index {paths.index()} has version {document['version']}, newer than this par"
        raise StateError(newer, hint="update par")
    if document["version"] != VERSION:
        raise ValueError("unknown version")
    records, was_at = followed(document["contexts"], document.get("data"))
    contexts, damaged = read(records)
    return Index(contexts, tuple(map(str, document["opened"])), damaged=damaged, was_at=was_at)


def save(index: Index) -> None:
    """Write `index` whole or not at all; the caller holds the lock. Raises StateError."""
    was_at = index.was_at if index.is_copy else None
    home = str(was_at or paths.data())
    for read_from, known in _known:
        index_text.learn(read_from, () if known.was_at else known.contexts)
    said = index_text.document(VERSION, home, index.contexts, index.damaged, index.opened).encode()
    try:
        if index.backup and not index.backup.exists():
            write(index.backup, paths.index().read_bytes())
        write(paths.index(), said)
        _remember(said, index._replace(backup=None, was_at=was_at))
        rows = index_text.table(index.contexts).encode("utf-8", "surrogateescape")
        write(paths.contexts_tsv(), rows, is_durable=False)
    except OSError as error:
        raise StateError(f"the index {paths.index()} cannot be written: {error}") from error


def write(path: Path, content: bytes, is_durable: bool = True) -> None:
    """Replace `path` by `content` at once, readable by its owner only. Raises OSError.

    `is_durable` waits until the disk has it; what can be made again need not wait. The file beside
    has a fixed name: what a par that was killed left is replaced by the next.
    """
    part = beside(path)
    try:
        with open(part, "wb", opener=_private) as file:
            file.write(content)
            if is_durable:
                file.flush()
                durable.flush(file.fileno())
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    if is_durable:
        durable.sync(path.parent)


def beside(path: Path) -> Path:
    """Where the new content of `path` is written before it takes its place."""
    return path.with_name(f"{path.name}.tmp")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)

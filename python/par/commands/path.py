"""`par path` and `par labels`: what scripts ask for, so fast that they may ask often."""

from pathlib import Path

from par.errors import NotFoundError
from par.names import key
from par.state import contexts_tsv


def folder(label: str, socket: Path) -> Path:
    """The folder of the context called `label`, or of one repository of a workspace.

    Raises NotFoundError where it is gone.
    """
    wanted = key(label)
    rows = contexts_tsv.rows() or []
    found = next((Path(row.root) for row in rows if key(row.label) == wanted), None)
    # Of a data folder that was moved the index tells
    path = found if found and found.is_dir() else _indexed(label, socket)
    if not path.is_dir():
        raise NotFoundError(f"the worktree of '{label}' is gone: '{path}'", hint="par doctor --fix")
    return path


def labels(socket: Path) -> list[str]:
    """The labels of all contexts that are ready, in the order of their making."""
    rows = contexts_tsv.rows()
    if rows is None:
        from par.state import index  # noqa: PLC0415 - as slow again as all the rest, and rarely needed

        return [context.label for context in index.load(socket).contexts if context.is_ready]
    return [row.label for row in rows]


def _indexed(label: str, socket: Path) -> Path:
    from par.contexts import selection  # noqa: PLC0415 - as slow again as all the rest, and rarely needed
    from par.state import index  # noqa: PLC0415 - as above

    target = selection.target(index.load(socket), label)
    return target.worktree.path if target.worktree else target.context.root

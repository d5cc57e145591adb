"""What commands print that went to several machines: from the documents of each, as of this one alone."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from par.names import visible
from par.render import documents, ls, ls_long, run, trash
from par.render.table import plain, shown, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Row = dict[str, Any]
TOOK_TOO_LONG = 124
RUNS = (*run.COLUMNS[:4], run.COLUMNS[4]._replace(title="Log"))


def document(merged: Mapping[str, Any], hosts: Sequence[Row]) -> str:
    """The one document of all of them, and what became of each host."""
    return documents.dumped({**merged, "hosts": [*hosts]})


def host(name: str, error: str | None) -> Row:
    """What became of a host."""
    return {"name": name, "state": "failed" if error else "ok", "age": None if error else 0, "error": error}


def receipts(rows: Sequence[Row], _width: int | None) -> str:
    """The receipts of `par send`."""
    return "\n".join(visible(f"{each['label']}: {_receipt(each)}") for each in rows)


def _receipt(row: Row) -> str:
    if row["state"] in {"refused", "unknown"}:
        return f"{'not sent' if row['state'] == 'refused' else 'perhaps not sent'}, {row['reason']}"
    return f"would be typed into the pane {row['pane']}" if row["state"] == "planned" else str(row["state"])


def refused(label: str, reason: str, is_known: bool) -> Row:
    """The receipt of a context whose machine gave none."""
    return {"label": label, "pane": None, "state": "refused" if is_known else "unknown", "reason": reason}


def runs(rows: Sequence[Row], width: int | None) -> str:
    """The table of `par run`."""
    if width is None:
        return plain(run.PLAIN, [*map(shown, map(_plain_run, rows))])
    return table(RUNS, [*map(shown, map(_run, rows))], width)


def _run(row: Row) -> tuple[str, ...]:
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
    state = row["reason"] or f"exit {row['exit']}" if row["exit"] != 0 else "ok"
    return row["label"], row["repository"], state, seconds, row["log"] or ""


def _plain_run(row: Row) -> tuple[str, ...]:
    status = "" if row["exit"] is None else str(row["exit"])
    state = {0: "ok", TOOK_TOO_LONG: "timeout", None: row["reason"] or "stopped"}.get(row["exit"], "failed")
    seconds = "" if row["seconds"] is None else f"{row['seconds']:.3f}"
    return row["label"], row["repository"], state, status, seconds, row["log"] or ""


def not_run(label: str, reason: str, _is_known: bool) -> Row:
    """The result of a context whose machine gave none."""
    empty = dict.fromkeys(("exit", "seconds", "log"))
    return {"label": label, "repository": "", **empty, "reason": reason}


def worktrees(rows: Sequence[Row], width: int | None) -> str:
    """The table of `par ls --long`."""
    if not rows:
        return ls_long.NOTHING
    lines = [*map(shown, map(_worktree, rows))]
    return plain(ls_long.PLAIN, lines) if width is None else table(ls_long.COLUMNS, lines, width)


def _worktree(row: Row) -> tuple[str, ...]:
    counted = ["?" if row[key] is None else str(row[key]) for key in ("ahead", "behind", "changed")]
    at = row["committed_at"]
    age = ls_long.ago(int(time.time() - datetime.fromisoformat(at).timestamp())) if at else "?"
    return row["label"], *counted, age, row["base"] or "?"


def removed(rows: Sequence[Row], width: int | None) -> str:
    """The table of `par trash`."""
    if not rows:
        return trash.EMPTY
    lines = [shown(_entry(each)) for each in rows]
    return table(trash.TRASH[: len(lines[0])], lines, width)


def _entry(row: Row) -> tuple[str, ...]:
    goes, size = row["goes_at"], row.get("size")
    return (
        row["label"],
        PurePosixPath(row["repository"]).name,
        _local(row["removed_at"], ls.CREATED),
        row["id"],
        _local(goes, "%Y-%m-%d") if goes else "",
        *([trash.size(size)] if isinstance(size, int) else ["?"] if "size" in row else []),
    )


def _local(moment: str, how: str) -> str:
    return datetime.fromisoformat(moment).astimezone().strftime(how)


# What the list in a document is called, how it is shown, and what is in it for a machine without an answer
KEYS = {
    "send": "receipts",
    "run": "results",
    "trash": "trash",
    "ls": "worktrees",
    "rm": "removed",
    "restore": "contexts",
}
TABLES: Mapping[str, Callable[[Sequence[Row], int | None], str]] = {
    "send": receipts,
    "run": runs,
    "trash": removed,
    "ls": worktrees,
}
MISSING: Mapping[str, Callable[[str, str, bool], Row]] = {"send": refused, "run": not_run}


def merged(found: Iterable[Mapping[str, Any]]) -> dict[str, list[Row]]:
    """The lists of several documents one behind the other."""
    lists: dict[str, list[Row]] = {}
    for each in found:
        for key, value in each.items():
            if isinstance(value, list):
                lists.setdefault(key, []).extend(value)
    return lists

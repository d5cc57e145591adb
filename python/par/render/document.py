"""What a script reads: one JSON document a command, with a version of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from par.model import Context, State, Worktree
from par.render import findings as of_doctor
from par.render import listing

if TYPE_CHECKING:  # a listing need not load what sends and removes
    from collections.abc import Iterable, Sequence

    from par.commands.adopt import Adopted
    from par.commands.control_center import Built
    from par.commands.doctor import Report
    from par.commands.environment import Check
    from par.commands.ls import Listing
    from par.commands.resurrect import Rise
    from par.commands.send import Delivery
    from par.expiry import Prospect
    from par.removal import Removed

VERSION = 1
Document = dict[str, Any]


def contexts(seen: Listing) -> str:
    """The document of `par ls --json`."""
    return _dumped({"contexts": listing.rows(seen)})


def made(context: Context, init: str = "") -> str:
    """The document of `par start --json`, `par checkout --json` and `par workspace start --json`."""
    return _dumped(
        {
            "context": {
                "label": context.label,
                "kind": context.kind.value,
                "state": State.RUNNING.value,
                "init": init,
                "repository": {"name": context.repository.name, "path": str(context.repository.path)},
                "session": {"name": context.session},
                "worktrees": [*map(_made, context.worktrees)],
                "branch": context.branch,
                "created_at": context.created_at.isoformat(),
            }
        }
    )


def _made(worktree: Worktree) -> Document:
    return {
        "repository": str(worktree.repository.path),
        "path": str(worktree.path),
        "branch": worktree.branch,
        "created_branch": worktree.is_branch_ours,
        **listing.ports(worktree),
    }


def removed(done: Iterable[Removed]) -> str:
    """The document of `par rm --json`."""
    return _dumped(
        {
            "removed": [
                {
                    "label": each.label,
                    "worktrees": [str(path) for path in each.folders],
                    "branches": list(each.branches),
                    "session": each.session,
                    "kept": [str(path) for path in each.kept],
                    "trash_id": each.trash_id,
                    "processes": list(each.processes),
                    "left": str(each.left) if each.left else None,
                }
                for each in done
            ]
        }
    )


def trash(found: Sequence[Prospect], sizes: Sequence[int] | None) -> str:
    """The document of `par trash --json`; sizes in bytes, where asked for."""
    return _dumped(
        {"trash": [_prospect(each, sizes[place] if sizes else None) for place, each in enumerate(found)]}
    )


def _prospect(each: Prospect, size: int | None) -> dict[str, Any]:
    entry = each.entry
    return {
        "id": entry.id,
        "label": entry.context.label,
        "kind": entry.context.kind.value,
        "repository": str(entry.context.repository.path),
        "removed_at": entry.removed_at.isoformat(),
        "goes_at": each.goes_at.isoformat() if each.goes_at else None,
        "holds": {"files": [*each.holds.files], "commits": [*each.holds.commits]},
        "folder": str(entry.folder),
        **({} if size is None else {"size": size}),
    }


def deliveries(found: Iterable[Delivery], is_sent: bool) -> str:
    """The document of `par send --json`."""
    return _dumped(
        {
            "deliveries": [
                {
                    "label": each.label,
                    "pane": each.pane_id or None,
                    "sent": is_sent and not each.fault,
                    "reason": each.fault or None,
                }
                for each in found
            ]
        }
    )


def center(built: Built) -> str:
    """The document of `par control-center --json`."""
    return _dumped(
        {"session": {"id": built.session_id}, "shown": list(built.shown), "stopped": list(built.stopped)}
    )


def findings(report: Report) -> str:
    """The document of `par doctor --json`."""
    return _dumped({"findings": of_doctor.rows(report)})


def adopted(done: Adopted) -> str:
    """The document of `par adopt --json`: as that of `par start`, with the session that it has."""
    return made(replace(done.context, session=done.session))


def resurrected(found: Iterable[Rise]) -> str:
    """The document of `par resurrect --json`."""
    rows = [
        {"label": each.context.label, "made": not each.fault, "reason": each.fault or None} for each in found
    ]
    return _dumped({"sessions": rows})


def environment(found: Iterable[Check]) -> str:
    """The document of `par doctor --environment --json`."""
    rows = [
        {"name": each.name, "ok": not each.bites, "told": each.told, "remedy": each.remedy or None}
        for each in found
    ]
    return _dumped({"checks": rows})


def _dumped(content: Document) -> str:
    return json.dumps({"version": VERSION, **content}, indent=2)

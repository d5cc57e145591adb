"""What `par ls` prints: the contexts as a table, or as JSON."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from par.model import Context, ContextStatus, Kind, Session, State, Worktree
from par.render import documents
from par.render.table import Column, plain, shown, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from par.commands.ls import Listing

COLUMNS = (
    Column("Label"),
    Column("Branch", 10),
    Column("Repository/Workspace", 10),
    Column("Created", 10),
    Column("Type"),
    Column("Tmux Session"),
)
PLAIN = ("label", "state", "init", "branch", "repository", "created", "kind", "agent", "session")
MARKS = {
    State.ATTACHED: "●",
    State.RUNNING: "○",
    State.STOPPED: "·",
    State.BROKEN: "✗",
    State.CREATING: "…",
    State.REMOVING: "…",
    State.PURGING: "…",
    State.RESTORING: "…",
    State.ADDING: "…",
    State.DROPPING: "…",
    State.RETURNING: "…",
    State.RENAMING: "…",
    State.DAMAGED: "✗",
}
UNITS = (("d", 86400), ("h", 3600), ("m", 60))
CREATED = "%Y-%m-%d %H:%M"  # by `time`: datetime takes three times as long
INITS_SHOWN = ("running", "failed", "held")
LEGEND = "● attached  ○ running  · stopped  ✗ broken  … changing  * you are here"


def contexts(listing: Listing, width: int | None) -> str:
    """The table of `par ls`, fitted to `width` columns; with None plain, a tab between two cells."""
    if not (listing.statuses or listing.damaged):
        return "No contexts. Make one in a git repository: par start LABEL"
    if width is None:
        return plain(PLAIN, [*map(shown, plain_rows(listing))])
    lines = [*map(shown, table_rows(listing))]
    legend = LEGEND if width >= len(LEGEND) else ""
    return "\n".join(filter(None, (table(COLUMNS, lines, width), legend)))


def plain_rows(listing: Listing) -> Iterable[tuple[str, ...]]:
    """The cells of the plain table."""
    for status in listing.statuses:
        session = status.session
        init, agent = (session.init, session.agent) if session else ("", "")
        yield status.context.label, status.state.value, init, *_facts(status), agent, _name_of(status)
    for each in listing.damaged:
        yield each.label, State.DAMAGED.value, "", *"????", "", "?"


def table_rows(listing: Listing) -> Iterable[tuple[str, ...]]:
    """The cells of the table for a terminal."""
    yield from map(_row, listing.statuses)
    for each in listing.damaged:
        yield f"{MARKS[State.DAMAGED]} {each.label}", *"???", "Damaged", "?"


def _row(status: ContextStatus) -> tuple[str, ...]:
    context, session = status.context, status.session
    here = "*" if session and session.is_current else ""
    label = f"{MARKS[status.state]} {context.label}{here}{_notes(session) if session else ''}"
    return label, *_facts(status), _name_of(status)


def _facts(status: ContextStatus) -> tuple[str, str, str, str]:
    """The branch, the place, the time and the kind, as both tables show them."""
    context = status.context
    created = time.strftime(CREATED, time.localtime(context.created_at.timestamp()))
    return _branch(status), place(context), created, context.kind.value.capitalize()


def _name_of(status: ContextStatus) -> str:
    return status.session.name if status.session else status.context.session


def _notes(session: Session) -> str:
    init = f"init {session.init}" if session.init in INITS_SHOWN else ""
    notes = ", ".join(filter(None, (session.agent and doing(session), init)))
    return f" ({notes})" if notes else ""


def doing(session: Session) -> str:
    """What the program in a session does, and for how long, as in 'waiting 5m'; '' where it does not say."""
    return said(session.agent, session.agent_since)


def said(agent: str, since: int) -> str:
    """As `doing`, of what an agent has said `since` then; 0 where that is not known."""
    seconds = int(time.time()) - since if since else 0
    age = next((f" {seconds // size}{unit}" for unit, size in UNITS if seconds >= size), "")
    return agent + age if agent else ""


def _branch(status: ContextStatus) -> str:
    """The branch that is really checked out, or what there is instead; in a workspace each one of them."""
    pairs = zip(status.context.worktrees, status.branches, strict=True)
    shown = [worktree.branch if seen is None else seen or "(no branch)" for worktree, seen in pairs]
    return shown[0] if len(shown) == 1 else ", ".join(dict.fromkeys(shown))


def rows(listing: Listing) -> list[dict[str, Any]]:
    """The contexts as JSON values."""
    found = [_status(each, listing.heads) for each in listing.statuses]
    if listing.damaged:
        from par.render import damaged  # noqa: PLC0415 - hardly ever needed

        found += map(damaged.values, listing.damaged)
    return found


def _status(status: ContextStatus, heads: Mapping[str, str]) -> dict[str, Any]:
    context, session = status.context, status.session
    pairs = zip(context.worktrees, status.branches, strict=True)
    return {
        "label": context.label,
        "kind": context.kind.value,
        "state": status.state.value,
        "init": session.init if session else "",
        "agent": session.agent if session else "",
        "agent_since": _moment(session.agent_since) if session and session.agent_since else None,
        "current": bool(session and session.is_current),
        "repository": {"name": context.repository.name, "path": str(context.repository.path)},
        "session": {
            "name": session.name if session else context.session,
            "id": session.id if session else None,
            "attached": session.attached if session else 0,
        },
        "worktrees": [_worktree(worktree, branch, heads) for worktree, branch in pairs],
        "branch": status.branches[0],
        "created_at": context.created_at.isoformat(),
        "program": documents.program(context),
    }


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()


def _worktree(worktree: Worktree, branch: str | None, heads: Mapping[str, str]) -> dict[str, Any]:
    return {
        "repository": str(worktree.repository.path),
        "path": worktree.folder,
        "branch": branch,
        "head": heads.get(worktree.folder) if branch is not None else None,
        **documents.ports(worktree),
    }


def place(context: Context) -> str:
    """What a context is a part of: its repository, or those of a workspace."""
    return f"workspace ({context.place})" if context.kind is Kind.WORKSPACE else context.repository.name


def document(seen: Listing) -> str:
    """The document of `par ls --json`."""
    return documents.dumped({"contexts": rows(seen)})

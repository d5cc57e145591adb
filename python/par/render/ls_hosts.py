"""What `par ls` prints of contexts on hosts, as these told of them: as those of here, or old and in grey."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from par.commands.ls import Listing
from par.model import Kind, State
from par.names import visible
from par.render import documents, ls
from par.render.ls_long import ago
from par.render.table import plain, shown, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from par.commands.ls_hosts import Heard
    from par.errors import ParError

SILENT = "silent"
# The lines of a table above its first row
TABLE_HEAD = 3
GREY, PLAINLY = "\033[90m", "\033[m"
NOTHING = Listing((), {})


def contexts(here: Listing | None, heard: Sequence[Heard], width: int | None) -> str:
    """The table of `par ls` with the contexts of hosts in it, grey where they are old; `width` as there."""
    mine, others = here or NOTHING, [(one, each) for each in heard for one in each.contexts]
    if not (mine.statuses or mine.damaged or others):
        return ls.contexts(mine, width)
    if width is None:
        told = (*ls.plain_rows(mine), *(_plain(*each) for each in others))
        return plain(ls.PLAIN, [*map(shown, told)])
    own = [*ls.table_rows(mine)]
    cells = [*map(shown, (*own, *(_cells(*each) for each in others)))]
    lines = table(ls.COLUMNS, cells, width).split("\n")
    for place, (_, each) in enumerate(others, TABLE_HEAD + len(own)):
        lines[place] = f"{GREY}{lines[place]}{PLAINLY}" if each.error else lines[place]
    return "\n".join([*lines, *([ls.LEGEND] if width >= len(ls.LEGEND) else [])])


def _plain(context: dict[str, Any], heard: Heard) -> tuple[str, ...]:
    state = SILENT if heard.error else context["state"]
    _, *cells, name = _cells(context, heard)
    return (context["label"], state, context["init"], *cells, context["agent"], name)


def _cells(context: dict[str, Any], heard: Heard) -> tuple[str, ...]:
    seen = f"no answer, seen {_ago(heard.age or 0)}" if heard.error else ""
    notes = ", ".join(filter(None, (_doing(context), _init(context), seen)))
    return (
        f"{ls.MARKS[State(context['state'])]} {context['label']}{f' ({notes})' if notes else ''}",
        _branch(context),
        _place(context),
        _made(context),
        (context["kind"] or "damaged").capitalize(),
        context["session"]["name"] or "?",
    )


def _doing(context: dict[str, Any]) -> str:
    since = context["agent_since"]
    return ls.said(context["agent"], int(datetime.fromisoformat(since).timestamp()) if since else 0)


def _init(context: dict[str, Any]) -> str:
    return f"init {context['init']}" if context["init"] in ls.INITS_SHOWN else ""


def _branch(context: dict[str, Any]) -> str:
    seen = [each["branch"] for each in context["worktrees"]] or [context["branch"]]
    return ", ".join(dict.fromkeys("?" if each is None else each or "(no branch)" for each in seen))


def _place(context: dict[str, Any]) -> str:
    if context["kind"] == Kind.WORKSPACE.value:
        return f"workspace ({', '.join(PurePosixPath(each['path']).name for each in context['worktrees'])})"
    return context["repository"]["name"] or "?"


def _made(context: dict[str, Any]) -> str:
    made = context["created_at"]
    return datetime.fromisoformat(made).astimezone().strftime(ls.CREATED) if made else "?"


def _ago(seconds: int) -> str:
    said = ago(seconds)
    return "just now" if said == "now" else said


def silence(heard: Heard, error: ParError) -> str:
    """Why a host gave no answer, and of when its contexts are."""
    known = f"; as seen {_ago(heard.age)}" if heard.age is not None else ""
    lines = [f"par: {error.message}{known}", *([f"hint: {error.hint}"] if error.hint else [])]
    return "\n".join(map(visible, lines))


def document(here: Listing | None, heard: Sequence[Heard]) -> str:
    """The document of `par ls --json` with the contexts of hosts in it."""
    return documents.dumped({"contexts": rows(here, heard), "hosts": hosts(heard)})


def rows(here: Listing | None, heard: Sequence[Heard]) -> list[dict[str, Any]]:
    """The contexts of all machines as JSON values."""
    return [*(ls.rows(here) if here else ()), *(one for each in heard for one in each.contexts)]


def hosts(heard: Iterable[Heard]) -> list[dict[str, Any]]:
    """What became of each host that was asked."""
    return [
        {
            "name": each.host.name,
            "state": "failed" if each.error else "ok",
            "age": each.age,
            "error": visible(each.error.message) if each.error else None,
        }
        for each in heard
    ]
